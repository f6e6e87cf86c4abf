"""Tests the library gql, which needs no generated code, with a real server."""

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import DEMO
from gql import Client, FileVar, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport
from gql.transport.websockets import WebsocketsTransport
from graphql import build_schema

SCHEMA = build_schema((Path(__file__).parents[3] / "schema.graphql").read_text())

SIGN_IN = """
mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { session { accessToken } errors { code } }
}
"""
EVENT_CURSOR = "query EventCursor { eventCursor }"
EXPENSE_CHANGED = """
subscription ExpenseChanged($after: String) {
  expenseChanged(after: $after) { action expense { id } }
}
"""
EXPENSES = """
query Expenses($first: Int!, $after: String) {
  expenses(first: $first, after: $after) {
    nodes { id merchant }
    pageInfo { hasNextPage endCursor }
  }
}
"""
CREATE_EXPENSE = """
mutation CreateExpense($input: CreateExpenseInput!) {
  createExpense(input: $input) { expense { id status } errors { code field } }
}
"""
IMPORT_EXPENSES = """
mutation ImportExpenses($input: ImportExpensesInput!) {
  importExpenses(input: $input) { import { status totalRows } errors { code } }
}
"""
LUNCH = {
    "amount": {"amount": "12.50", "currencyCode": "EUR"},
    "spentOn": "2026-01-31",
    "merchant": "Corner Café",
}


def connect(url: str, **headers: str) -> Client:
    """Returns a client that validates each document against the schema before sending it."""
    return Client(transport=HTTPXTransport(url, headers=headers), schema=SCHEMA)


def send(client: Client, document: str, *, files: bool = False, **variables: object) -> dict:
    request = gql(document)
    request.variable_values = variables
    return client.execute(request, upload_files=files)


@pytest.fixture(scope="module")
def headers(url: str) -> dict[str, str]:
    payload = send(connect(url), SIGN_IN, input=DEMO)["signIn"]
    assert payload["errors"] == []
    return {"Authorization": f"Bearer {payload['session']['accessToken']}"}


@pytest.fixture(scope="module")
def outlay(url: str, headers: dict[str, str]) -> Iterator[Client]:
    yield connect(url, **headers)


def test_an_unauthenticated_call_raises_an_exception_with_the_code(url: str) -> None:
    with pytest.raises(TransportQueryError) as raised:
        send(connect(url), EXPENSES, first=1)
    assert raised.value.errors[0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_list_is_read_page_by_page(outlay: Client) -> None:
    ids, after = [], None
    while True:
        page = send(outlay, EXPENSES, first=6, after=after)["expenses"]
        ids += [node["id"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert len(ids) > 6
    assert len(set(ids)) == len(ids)


def test_an_expense_is_created(outlay: Client) -> None:
    payload = send(outlay, CREATE_EXPENSE, input=LUNCH)["createExpense"]
    assert payload["errors"] == []
    assert payload["expense"]["status"] == "DRAFT"


def test_a_file_is_uploaded(outlay: Client) -> None:
    text = io.BytesIO(b"Date,Supplier,Amount\n2026-01-07,Northern Rail,86.40\n")
    payload = send(
        outlay,
        IMPORT_EXPENSES,
        files=True,
        input={
            "file": FileVar(text, filename="payments.csv"),
            "mapping": {"spentOn": "Date", "amount": "Amount", "merchant": "Supplier"},
            "currencyCode": "EUR",
            "dryRun": True,
        },
    )["importExpenses"]
    assert payload["errors"] == []
    assert payload["import"] == {"status": "CHECKED", "totalRows": 1}


def test_a_subscription_receives_the_event_of_a_new_expense(url: str, headers: dict[str, str], outlay: Client) -> None:
    cursor = send(outlay, EVENT_CURSOR)["eventCursor"]
    created = send(outlay, CREATE_EXPENSE, input=LUNCH)["createExpense"]["expense"]

    async def first_event() -> dict:
        transport = WebsocketsTransport(
            url.replace("http", "ws", 1),
            init_payload=headers,
            # Without this, gql detects the subprotocol by a header name in fixed case, but header names ignore case.
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        )
        async with Client(transport=transport) as session:
            document = gql(EXPENSE_CHANGED)
            document.variable_values = {"after": cursor}
            return await anext(session.subscribe(document))

    event = asyncio.run(first_event())["expenseChanged"]
    assert event == {"action": "CREATED", "expense": {"id": created["id"]}}
