//! Signs in, lists submitted expenses and creates an expense.

use cynic::{MutationBuilder, QueryBuilder};
use outlay_client_example::{Client, calls::*};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("OUTLAY_URL");
    let url = url.unwrap_or_else(|_| "http://127.0.0.1:8080/graphql".into());
    let anonymous = Client::new(url);
    let input = SignInInput {
        email: "ada@acme.example".into(),
        password: "outlay-demo".into(),
        organization: Some("acme".into()),
    };
    let response = anonymous
        .run(SignIn::build(SignInVariables { input }))
        .await?;
    let session = response.sign_in.and_then(|payload| payload.session);
    let outlay = anonymous.with_token(session.ok_or("sign-in failed")?.access_token);

    let status = ExpenseStatusFilter {
        any_of: vec![ExpenseStatus::Submitted],
    };
    let mut page = ExpensesVariables {
        first: 50,
        after: None,
        filter: Some(ExpenseFilter {
            status: Some(status),
        }),
    };
    loop {
        let response = outlay.run(Expenses::build(page.clone())).await?;
        let expenses = response.expenses.ok_or("no list")?;
        for Expense {
            merchant, amount, ..
        } in expenses.nodes
        {
            println!("{merchant} {} {}", amount.amount, amount.currency_code.0);
        }
        if !expenses.page_info.has_next_page {
            break;
        }
        page.after = expenses.page_info.end_cursor;
    }

    let input = CreateExpenseInput {
        amount: MoneyInput {
            amount: "12.50".parse()?,
            currency_code: CurrencyCode("EUR".into()),
        },
        spent_on: "2026-01-31".parse()?,
        merchant: "Corner Café".into(),
        idempotency_key: Some("lunch-with-a-client".into()),
    };
    let create = CreateExpense::build(CreateExpenseVariables { input });
    let payload = outlay
        .run(create)
        .await?
        .create_expense
        .ok_or("no payload")?;
    for UserError {
        code,
        field,
        message,
    } in payload.errors
    {
        println!("{code:?} {field:?} {message}");
    }
    if let Some(expense) = payload.expense {
        println!("created {}", expense.id.inner());
    }
    Ok(())
}
