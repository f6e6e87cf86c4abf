"""The client that ariadne-codegen generates, against a real server."""

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from conftest import DEMO

from outlay_client import Client, Upload
from outlay_client.enums import ErrorCode, ExpenseStatus, ImportStatus
from outlay_client.exceptions import GraphQLClientGraphQLMultiError
from outlay_client.input_types import (
    CreateExpenseInput,
    ImportExpensesInput,
    ImportMappingInput,
    MoneyInput,
    SignInInput,
)

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def outlay(url: str) -> Client:
    payload = Client(url).sign_in(SignInInput(**DEMO)).sign_in
    assert payload.errors == []
    token = payload.session.access_token
    return Client(url, headers={"Authorization": f"Bearer {token}"})


def lunch(amount: str) -> CreateExpenseInput:
    return CreateExpenseInput(
        amount=MoneyInput(amount=Decimal(amount), currency_code="EUR"),
        spent_on=date(2026, 1, 31),
        merchant="Corner Café",
    )


def test_a_wrong_password_is_an_error_in_the_payload(url: str) -> None:
    wrong = SignInInput(email=DEMO["email"], password="something else")
    payload = Client(url).sign_in(wrong).sign_in
    assert [error.code for error in payload.errors] == [ErrorCode.UNAUTHENTICATED]


def test_who_is_not_signed_in_is_an_exception_with_its_code(url: str) -> None:
    with pytest.raises(GraphQLClientGraphQLMultiError) as raised:
        Client(url).expenses(first=1)
    assert raised.value.errors[0].extensions == {"code": "UNAUTHENTICATED"}


def test_a_list_is_read_page_by_page(outlay: Client) -> None:
    ids, after = [], None
    while True:
        page = outlay.expenses(first=6, after=after).expenses
        ids += [node.id for node in page.nodes]
        if not page.page_info.has_next_page:
            break
        after = page.page_info.end_cursor
    assert len(ids) > 6
    assert len(set(ids)) == len(ids)


def test_an_expense_is_created_to_the_penny(outlay: Client) -> None:
    expense = outlay.create_expense(lunch("12.50")).create_expense.expense
    assert expense.status == ExpenseStatus.DRAFT
    assert expense.amount.amount == Decimal("12.50")
    assert expense.spent_on == date(2026, 1, 31)


def test_what_is_wrong_with_the_input_is_told_by_field(outlay: Client) -> None:
    [error] = outlay.create_expense(lunch("1.234")).create_expense.errors
    assert error.code == ErrorCode.INVALID
    assert error.field.startswith("amount")


def test_a_file_is_uploaded(outlay: Client) -> None:
    text = b"Date,Supplier,Amount\n2026-01-07,Northern Rail,86.40\n"
    payload = outlay.import_expenses(
        ImportExpensesInput(
            file=Upload("payments.csv", BytesIO(text), "text/csv"),
            mapping=ImportMappingInput(spent_on="Date", amount="Amount", merchant="Supplier"),
            currency_code="EUR",
            dry_run=True,
        )
    ).import_expenses
    assert payload.errors == []
    assert payload.import_.status == ImportStatus.CHECKED
    assert payload.import_.total.amount == Decimal("86.40")


def test_the_example_runs_and_is_the_one_in_the_readme(url: str) -> None:
    example = ROOT / "example.py"
    environment = {**os.environ, "OUTLAY_URL": url, "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(
        [sys.executable, example], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert printed.splitlines()[-1].startswith("entered ")
    assert f"```python\n{example.read_text()}```" in (ROOT / "README.md").read_text()
