//! An organization with as many rows of each kind as a test wants; every other one has all values, the rest the fewest.

use futures::{StreamExt, stream};
use outlay_tests::{Client, Org, expense, money, unique};
use serde_json::{Value, json};

/// The organization, on the server that most tests share.
pub async fn filled(count: usize) -> Org {
    let org = Org::new().await;
    let account = org.account("Account 0", "1000").await;
    let mut rows = Rows {
        head: id(&org
            .owner
            .run("{ viewer { member { id } } }", json!({}))
            .await
            .data("viewer.member.id")),
        department: org.department("Department 0").await,
        category: org.category("Category 0").await,
        budget: String::new(),
        account,
        org,
    };
    rows.budget = rows
        .org
        .budget(&rows.department, &rows.account, "500")
        .await;
    stream::iter(0..count)
        .for_each_concurrent(4, |index| rows.add(index))
        .await;
    rows.org
}

struct Rows {
    org: Org,
    head: String,
    department: String,
    category: String,
    account: String,
    budget: String,
}

impl Rows {
    async fn add(&self, index: usize) {
        let (org, full) = (&self.org, index.is_multiple_of(2));
        if index > 0 {
            org.category(&format!("Category {index}")).await;
            org.account(&format!("Account {index}"), "-1.5").await;
            let of = full.then_some((&self.department, &self.head));
            let input = json!({
                "name": format!("Department {index}"), "parentId": of.map(|(parent, _)| parent),
                "headId": of.map(|(_, head)| head),
            });
            org.make("createDepartment", input, "department").await;
        }
        org.make("createBudget", json!({
            "departmentId": self.department, "accountId": self.account, "amount": money("1"),
            "categoryId": full.then_some(&self.category), "year": 2027 + index / 12, "month": index % 12 + 1,
        }), "budget").await;
        let member = self.add_member(index, full).await;
        self.add_expense(&member, index, full).await;
        let input = json!({
            "email": format!("guest-{index}@{}.example", org.slug), "role": "MEMBER",
            "departmentId": full.then_some(&self.department),
        });
        org.make("inviteMember", input, "invitation").await;
        import(&org.owner, index, full).await;
        let input =
            json!({ "name": "Ulterior Ltd", "slug": unique("another"), "baseCurrency": "EUR" });
        org.make("createOrganization", input, "organization").await;
    }

    async fn add_member(&self, index: usize, full: bool) -> Client {
        let member = self
            .org
            .member_in("MEMBER", full.then_some(self.department.as_str()))
            .await;
        if full {
            let own = member
                .run("{ viewer { member { id version } } }", json!({}))
                .await;
            let own = own.data("viewer.member");
            let input = json!({
                "id": own["id"], "version": own["version"], "managerId": self.head, "employeeId": format!("E-{index}"),
            });
            self.org
                .owner
                .must("updateMember", input, "member { id }")
                .await;
        }
        member
    }

    /// An expense with everything, which was rejected, or one with as little as possible.
    async fn add_expense(&self, member: &Client, index: usize, full: bool) {
        let mut input = expense(&format!("Shop {index}"), "0.01");
        if full {
            input["amount"] = json!({ "amount": "12.50", "currencyCode": "USD" });
            input["exchangeRate"] = json!("0.9");
            input["reference"] = json!("R-1");
            input["description"] = json!("To the client — and back 🚆");
            input["departmentId"] = json!(self.department);
            input["categoryId"] = json!(self.category);
            input["budgetId"] = json!(self.budget);
        }
        let made = member.must("createExpense", input, "expense { id }").await;
        if full {
            let input =
                json!({ "expenseId": made["expense"]["id"], "text": "Where is the receipt?" });
            self.org
                .owner
                .must("addExpenseComment", input, "comment { id }")
                .await;
            let input = json!({ "id": made["expense"]["id"], "version": 1 });
            member.must("submitExpense", input, "expense { id }").await;
            let input =
                json!({ "id": made["expense"]["id"], "version": 2, "reason": "No receipt" });
            self.org
                .owner
                .must("rejectExpense", input, "expense { id }")
                .await;
        }
    }
}

/// An import of a payment, or one that fails.
pub async fn import(client: &Client, index: usize, succeeds: bool) -> Value {
    let document = "mutation($input: ImportExpensesInput!) { importExpenses(input: $input) \
        { import { id } errors { code field message } } }";
    let input = json!({
        "file": null, "mapping": { "spentOn": "Date", "amount": "Amount", "merchant": "Who" },
        "currencyCode": "EUR", "dryRun": succeeds,
    });
    let date = if succeeds { "2026-01-31" } else { "someday" };
    let file = format!("Date,Amount,Who\n{date},{index}.00,Rail\n").into_bytes();
    let answer = client
        .upload(
            document,
            json!({ "input": input }),
            &format!("{index}.csv"),
            file,
        )
        .await;
    let made = answer.data("importExpenses.import.id");
    assert_ne!(made, Value::Null, "{}", answer.body);
    made
}

fn id(value: &Value) -> String {
    value.as_str().expect("an id").to_owned()
}
