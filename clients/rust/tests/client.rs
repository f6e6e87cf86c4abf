//! Tests the client and its example with a real server.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::LazyLock,
};

use cynic::{MutationBuilder, Operation, QueryBuilder, SubscriptionBuilder};
use futures_util::StreamExt;
use outlay_client_example::{Client, Error, calls::*};
use reqwest::multipart::Part;
use rust_decimal::Decimal;

const STARTER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../server.mjs");

/// A server for these tests, started with the same script as in the Node.js clients.
struct Server {
    url: String,
    /// The script stops the server when its standard input is closed, which happens at the end of this process.
    _starter: Child,
}

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let starter = Command::new("node")
        .arg(STARTER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut starter = starter.expect("Node.js");
    let output = starter.stdout.take().expect("its output");
    let mut url = String::new();
    BufReader::new(output)
        .read_line(&mut url)
        .expect("an endpoint");
    assert!(!url.is_empty(), "the server did not start");
    Server {
        url: url.trim().into(),
        _starter: starter,
    }
});

fn anonymous() -> Client {
    Client::new(&SERVER.url)
}

fn sign_in(password: &str) -> Operation<SignIn, SignInVariables> {
    SignIn::build(SignInVariables {
        input: SignInInput {
            email: "ada@acme.example".into(),
            password: password.into(),
            organization: Some("acme".into()),
        },
    })
}

async fn signed_in() -> Client {
    let response = anonymous()
        .run(sign_in("outlay-demo"))
        .await
        .expect("a response");
    let payload = response.sign_in.expect("a payload");
    assert_eq!(payload.errors, []);
    anonymous().with_token(payload.session.expect("a session").access_token)
}

fn page(first: i32, after: Option<String>) -> Operation<Expenses, ExpensesVariables> {
    Expenses::build(ExpensesVariables {
        first,
        after,
        filter: None,
    })
}

async fn create(client: &Client, amount: &str, key: &str) -> CreateExpensePayload {
    let input = CreateExpenseInput {
        amount: MoneyInput {
            amount: amount.parse().expect("a decimal"),
            currency_code: CurrencyCode("EUR".into()),
        },
        spent_on: "2026-01-31".parse().expect("a day"),
        merchant: "Corner Café".into(),
        idempotency_key: Some(key.into()),
    };
    let operation = CreateExpense::build(CreateExpenseVariables { input });
    let response = client.run(operation).await.expect("a response");
    response.create_expense.expect("a payload")
}

#[tokio::test]
async fn a_wrong_password_is_an_error_in_the_payload() {
    let response = anonymous()
        .run(sign_in("something else"))
        .await
        .expect("a response");
    let [error] = &response.sign_in.expect("a payload").errors[..] else {
        panic!("one error");
    };
    assert_eq!(error.code, ErrorCode::Unauthenticated);
}

#[tokio::test]
async fn an_unauthenticated_call_is_rejected_with_a_code() {
    let result = anonymous().run(page(1, None)).await;
    let Err(Error::Rejected { code, .. }) = result else {
        panic!("{result:?}");
    };
    assert_eq!(code, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let client = signed_in().await;
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let response = client.run(page(6, after)).await.expect("a response");
        let expenses = response.expenses.expect("a list");
        ids.extend(expenses.nodes.into_iter().map(|node| node.id.into_inner()));
        if !expenses.page_info.has_next_page {
            break;
        }
        after = expenses.page_info.end_cursor;
    }
    assert!(ids.len() > 6);
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id is repeated");
}

#[tokio::test]
async fn an_expense_is_created_once_with_the_exact_amount() {
    let client = signed_in().await;
    let expense = create(&client, "12.50", "once").await.expense;
    let expense = expense.expect("an expense");
    assert_eq!(expense.status, ExpenseStatus::Draft);
    assert_eq!(expense.amount.amount, Decimal::new(1250, 2));
    let again = create(&client, "12.50", "once").await.expense;
    assert_eq!(again, Some(expense));
}

#[tokio::test]
async fn an_input_error_names_the_field() {
    let payload = create(&signed_in().await, "1.234", "wrong").await;
    let [error] = &payload.errors[..] else {
        panic!("one error: {payload:?}");
    };
    assert_eq!(error.code, ErrorCode::Invalid);
    assert_eq!(error.field.as_deref(), Some("amount.amount"));
}

#[tokio::test]
async fn a_file_is_uploaded() {
    let input = ImportExpensesInput {
        file: Upload(()),
        mapping: ImportMappingInput {
            spent_on: "Date".into(),
            amount: "Amount".into(),
            merchant: "Supplier".into(),
        },
        currency_code: CurrencyCode("EUR".into()),
        dry_run: true,
    };
    let import = ImportExpenses::build(ImportExpensesVariables { input });
    let text = "Date,Supplier,Amount\n2026-01-07,Northern Rail,86.40\n";
    let file = Part::text(text).file_name("payments.csv");
    let response = signed_in().await.upload(import, file).await;
    let payload = response.expect("a response").import_expenses;
    let payload = payload.expect("a payload");
    assert_eq!(payload.errors, []);
    let import = payload.import.expect("an import");
    assert_eq!(
        (import.status, import.total_rows, import.total.amount),
        (ImportStatus::Checked, 1, Decimal::new(8640, 2))
    );
}

#[tokio::test]
async fn a_subscription_receives_the_event_of_a_new_expense() {
    let client = signed_in().await;
    let response = client
        .run(EventCursor::build(()))
        .await
        .expect("a response");
    let after = response.event_cursor;
    let created = create(&client, "3.20", "event").await.expense;
    let created = created.expect("an expense");
    let subscription = ExpenseChanged::build(ExpenseChangedVariables { after });
    let mut events = client.subscribe(subscription).await.expect("a stream");
    // Other tests create expenses at the same time.
    let change = loop {
        let event = events.next().await.expect("an event").expect("a response");
        let change = event.data.expect("data").expense_changed;
        if change.expense.as_ref().map(|expense| &expense.id) == Some(&created.id) {
            break change;
        }
    };
    assert_eq!(change.action, ExpenseAction::Created);
    assert_eq!(change.expense, Some(created));
}

#[test]
fn the_example_runs_and_equals_the_one_in_the_readme() {
    let cargo = std::env::var("CARGO").expect("cargo");
    let run = Command::new(cargo)
        .args(["run", "--quiet", "--example", "expenses"])
        .env("OUTLAY_URL", &SERVER.url)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("it runs");
    let printed = String::from_utf8_lossy(&run.stdout);
    let last = printed.lines().last().unwrap_or_default();
    assert!(last.starts_with("created "), "{run:?}");
    let (readme, example) = (
        include_str!("../README.md"),
        include_str!("../examples/expenses.rs"),
    );
    assert!(readme.contains(&format!("```rust\n{example}```")));
}
