"""A server for the tests, by the same starter that the Node.js clients use."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

STARTER = Path(__file__).parents[2] / "server.mjs"

DEMO = {
    "email": "ada@acme.example",
    "password": "outlay-demo",
    "organization": "acme",
}


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """The endpoint of a server for these tests. The starter stops it when its input ends."""
    with subprocess.Popen(
        ["node", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        started = server.stdout.readline().strip()
        assert started, "the server did not start"
        yield started
        server.stdin.close()
        server.wait()
