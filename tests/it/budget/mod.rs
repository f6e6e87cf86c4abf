//! Budgets: derived figures, and no overspending however many write at once.

mod concurrency;
mod figure;
mod overspending;
mod refund;

use outlay_tests::{Client, Org, expense, money};
use rust_decimal::Decimal;
use serde_json::{Value, json};

async fn block_overspending(org: &Org) {
    let version = org
        .owner
        .run("{ organization { version } }", json!({}))
        .await
        .data("organization.version");
    let input = json!({ "version": version, "overBudget": "BLOCK" });
    org.owner
        .must(
            "updateOrganization",
            input,
            "organization { settings { overBudget } }",
        )
        .await;
}

async fn budget(client: &Client, id: &str) -> (Decimal, Decimal) {
    let document = "query($id: ID!) { budget(id: $id) { spent { amount } remaining { amount } } }";
    let answer = client.run(document, json!({ "id": id })).await;
    let amount = |path: &str| decimal(&answer.data(&format!("budget.{path}.amount")));
    (amount("spent"), amount("remaining"))
}

fn decimal(value: &Value) -> Decimal {
    value
        .as_str()
        .expect("an amount")
        .parse()
        .expect("a decimal")
}

/// What each state charges of a purchase and of a refund, as the documentation says.
const CHARGED: [(&str, bool, bool); 6] = [
    ("DRAFT", true, false),
    ("SUBMITTED", true, false),
    ("APPROVED", true, true),
    ("REJECTED", false, false),
    ("REIMBURSED", true, true),
    ("VOIDED", false, false),
];

/// The sum of what the listed expenses of a budget charge.
async fn recount(client: &Client, budget: &str) -> Decimal {
    let document = "query($filter: ExpenseFilter) { expenses(first: 100, filter: $filter) { \
        pageInfo { hasNextPage } nodes { status baseAmount { amount } } } }";
    let filter = json!({ "budgetId": { "in": [budget] } });
    let answer = client.run(document, json!({ "filter": filter })).await;
    assert_eq!(answer.data("expenses.pageInfo.hasNextPage"), false);
    let nodes = answer.data("expenses.nodes");
    let charges = nodes.as_array().expect("nodes").iter().map(|node| {
        let amount = decimal(&node["baseAmount"]["amount"]);
        let (_, purchase, refund) = CHARGED
            .into_iter()
            .find(|(status, ..)| node["status"] == *status)
            .expect("a status");
        let is_charged = if amount < Decimal::ZERO {
            refund
        } else {
            purchase
        };
        if is_charged { amount } else { Decimal::ZERO }
    });
    charges.sum()
}

struct Books {
    org: Org,
    department: String,
    account: String,
    budget: String,
}

async fn books(limit: &str) -> Books {
    let org = Org::new().await;
    let department = org.department("Research").await;
    let account = org.account("Main", "1000").await;
    let budget = org.budget(&department, &account, limit).await;
    Books {
        org,
        department,
        account,
        budget,
    }
}

fn charged(budget: &str, amount: &str) -> Value {
    let mut input = expense("Shop", amount);
    input["budgetId"] = json!(budget);
    input
}

impl Books {
    /// An organization that blocks overspending, with a budget of this limit.
    async fn blocking(limit: &str) -> Self {
        let books = books(limit).await;
        block_overspending(&books.org).await;
        books
    }

    /// Charges a new draft of the owner's to the budget; its codes.
    async fn charge(&self, amount: &str) -> Vec<String> {
        let input = charged(&self.budget, amount);
        let answer = self
            .org
            .owner
            .mutate("createExpense", input, "expense { id }");
        answer.await.codes()
    }

    async fn remaining(&self) -> Decimal {
        budget(&self.org.owner, &self.budget).await.1
    }

    /// Another budget of this limit, of a later month.
    async fn other_budget(&self, month: i32, limit: &str) -> String {
        let input = json!({
            "departmentId": self.department, "accountId": self.account, "year": 2026, "month": month,
            "amount": money(limit),
        });
        self.org.make("createBudget", input, "budget").await
    }
}

/// A new draft of this member's that is charged to the budget.
async fn draft(client: &Client, budget: &str, amount: &str) -> Value {
    let made = client.must("createExpense", charged(budget, amount), EXPENSE);
    made.await["expense"].clone()
}

const EXPENSE: &str = "expense { id version status }";

/// The input of a change of an expense as it was read last.
fn change(expense: &Value) -> Value {
    json!({ "id": expense["id"], "version": expense["version"] })
}

/// The input of a step of an expense as it was read last.
fn step(name: &str, expense: &Value) -> Value {
    let mut input = change(expense);
    if matches!(name, "rejectExpense" | "voidExpense") {
        input["reason"] = json!("because");
    }
    input
}

/// Takes a member's expense through these steps; the owner decides.
async fn take(org: &Org, member: &Client, expense: &Value, steps: &[&str]) -> Value {
    let mut expense = expense.clone();
    for name in steps {
        let own = matches!(*name, "submitExpense" | "withdrawExpense" | "reopenExpense");
        let client = if own { member } else { &org.owner };
        let taken = client.must(name, step(name, &expense), EXPENSE).await;
        expense = taken["expense"].clone();
    }
    expense
}

/// An expense of a member's that the owner has approved.
async fn approved(org: &Org, member: &Client, budget: &str, amount: &str) -> Value {
    let draft = draft(member, budget, amount).await;
    take(org, member, &draft, &["submitExpense", "approveExpense"]).await
}
