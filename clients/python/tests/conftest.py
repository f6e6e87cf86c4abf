"""Starts a server for the tests, with the same script as the Node.js clients."""

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
    """Returns the endpoint of a server. The script stops the server when its standard input is closed."""
    with subprocess.Popen(
        ["node", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        started = server.stdout.readline().strip()
        assert started, "the server did not start"
        yield started
        server.stdin.close()
        server.wait()
