"""Signs in, lists submitted expenses and creates an expense."""

import os
from datetime import date
from decimal import Decimal

from outlay_client import Client
from outlay_client.enums import ExpenseStatus
from outlay_client.input_types import (
    CreateExpenseInput,
    ExpenseFilter,
    ExpenseStatusFilter,
    MoneyInput,
    SignInInput,
)

URL = os.environ.get("OUTLAY_URL", "http://127.0.0.1:8080/graphql")

response = Client(URL).sign_in(
    SignInInput(email="ada@acme.example", password="outlay-demo", organization="acme")
)
token = response.sign_in.session.access_token
outlay = Client(URL, headers={"Authorization": f"Bearer {token}"})

submitted = ExpenseFilter(status=ExpenseStatusFilter(in_=[ExpenseStatus.SUBMITTED]))
after = None
while True:
    page = outlay.expenses(first=50, after=after, filter_=submitted).expenses
    for expense in page.nodes:
        print(expense.merchant, expense.amount.amount, expense.amount.currency_code)
    if not page.page_info.has_next_page:
        break
    after = page.page_info.end_cursor

payload = outlay.create_expense(
    CreateExpenseInput(
        amount=MoneyInput(amount=Decimal("12.50"), currency_code="EUR"),
        spent_on=date(2026, 1, 31),
        merchant="Corner Café",
        idempotency_key="lunch-with-a-client",
    )
).create_expense
for error in payload.errors:
    print(error.code, error.field, error.message)
if payload.expense:
    print("created", payload.expense.id)
