//! The payload of a mutation shows what a query shows, for each field of what it wrote.

use std::collections::BTreeSet;

use outlay_tests::{Answer, Client, Server, expense, money, unique};
use serde_json::{Value, json};

use super::{
    field::start,
    filled::filled,
    schema::{Schema, snake_case},
};

/// A mutation that can be run again and again.
struct Mutation {
    field: &'static str,
    /// The type that its payload shows.
    ty: &'static str,
    /// Its input for the row of this id at this version, or for a new row of this number.
    input: fn(&Row, usize) -> Value,
    /// Nouns away that fields are selected.
    nouns: usize,
}

/// What a mutation changes, or what it makes a row of.
#[derive(Default)]
struct Row {
    id: Value,
    version: Value,
    department: Value,
    account: Value,
    category: Value,
    expense: Value,
}

/// A change of nothing: the version alone is another.
fn same(row: &Row, _: usize) -> Value {
    json!({ "id": row.id, "version": row.version })
}

const fn update(field: &'static str, ty: &'static str) -> Mutation {
    Mutation {
        field,
        ty,
        input: same,
        nouns: 2,
    }
}

const fn create(
    field: &'static str,
    ty: &'static str,
    input: fn(&Row, usize) -> Value,
) -> Mutation {
    Mutation {
        field,
        ty,
        input,
        nouns: 1,
    }
}

/// At least one for each noun.
const MUTATIONS: &[Mutation] = &[
    update("updateAccount", "Account"),
    update("updateBudget", "Budget"),
    update("updateCategory", "Category"),
    update("updateDepartment", "Department"),
    update("updateExpense", "Expense"),
    update("updateMember", "Member"),
    create(
        "updateOrganization",
        "Organization",
        |row, _| json!({ "version": row.version }),
    ),
    create(
        "createAccount",
        "Account",
        |_, _| json!({ "name": unique("account"), "openingBalance": money("3") }),
    ),
    create("createBudget", "Budget", |row, number| {
        json!({
            "departmentId": row.department, "accountId": row.account, "categoryId": row.category,
            "year": 1900 + number / 12, "month": number % 12 + 1, "amount": money("3"),
        })
    }),
    create(
        "createCategory",
        "Category",
        |_, _| json!({ "name": unique("category") }),
    ),
    create(
        "createDepartment",
        "Department",
        |row, _| json!({ "name": unique("department"), "parentId": row.department }),
    ),
    create("createExpense", "Expense", |row, number| {
        let mut input = expense(&format!("Merchant {number}"), "3");
        input["departmentId"] = row.department.clone();
        input["categoryId"] = row.category.clone();
        input
    }),
    create(
        "addExpenseComment",
        "ExpenseComment",
        |row, _| json!({ "expenseId": row.expense, "text": "Where is the receipt?" }),
    ),
    create(
        "updateExpenseComment",
        "ExpenseComment",
        |row, _| json!({ "id": row.id, "version": row.version, "text": "Here it is." }),
    ),
    create("inviteMember", "Invitation", |row, _| {
        let email = format!("{}@guest.example", unique("guest"));
        json!({ "email": email, "role": "MEMBER", "departmentId": row.department })
    }),
    create("importExpenses", "Import", |_, _| {
        json!({
            "file": null, "mapping": { "spentOn": "Date", "amount": "Amount", "merchant": "Who" },
            "currencyCode": "EUR", "dryRun": true,
        })
    }),
];

#[tokio::test]
async fn a_payload_shows_what_a_query_shows() {
    let server = start().await;
    let schema = Schema::read(&server.client()).await;
    let tried: BTreeSet<_> = MUTATIONS.iter().map(|one| one.ty.to_owned()).collect();
    assert_eq!(tried, schema.nouns(), "each noun has a mutation here");
    let mutations = MUTATIONS
        .iter()
        .map(|mutation| mutation.compare(&server, &schema));
    let wrong = futures::future::join_all(mutations).await;
    let wrong: Vec<_> = wrong.into_iter().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    server.stop().await;
}

impl Mutation {
    /// In an organization of its own, where nothing else changes what is compared.
    async fn compare(&self, server: &Server, schema: &Schema) -> Result<(), String> {
        let org = filled(1).await;
        let client = &org.owner.at(&server.url);
        let mut row = self.row(client).await;
        for (number, selection) in schema.selections(self.ty, self.nouns).iter().enumerate() {
            let (plain, field) = (selection.plain(), &selection.field);
            let mut input = (self.input)(&row, number);
            input["idempotencyKey"] = json!(unique("key"));
            let written = self.run(client, &plain, input.clone()).await?;
            let repeated = self.run(client, &plain, input).await?;
            let mut shown = vec![repeated];
            if self.field.starts_with("create") || self.field.starts_with("add") {
                // Without a key, a new row may be written by one statement.
                let alone = (self.input)(&row, number + 600);
                let alone = self.run(client, &plain, alone).await?;
                let read = self.read(client, &alone["id"], &plain).await?;
                if read[field] != alone[field] {
                    return Err(format!(
                        "{} {{ {plain} }} without a key: {alone}, else {read}",
                        self.field
                    ));
                }
            }
            let read = self.read(client, &written["id"], &plain).await?;
            shown.push(read.clone());
            if let Some(other) = shown.iter().find(|other| other[field] != written[field]) {
                return Err(format!(
                    "{} {{ {plain} }}: {written}, else {other}",
                    self.field
                ));
            }
            row.version = read["seen"].clone();
        }
        Ok(())
    }

    /// The object in the payload.
    async fn run(&self, client: &Client, plain: &str, input: Value) -> Result<Value, String> {
        let shown = snake_case(self.ty);
        let shown = shown.rsplit('_').next().unwrap_or_default();
        let selection = format!("{shown} {{ id {plain} }}");
        let answer = if self.field == "importExpenses" {
            let document = format!(
                "mutation($input: ImportExpensesInput!) {{ importExpenses(input: $input) {{ {selection} errors {{ code }} }} }}"
            );
            let file = b"Date,Amount,Who\n2026-01-31,1.00,Rail\n".to_vec();
            let variables = json!({ "input": input });
            client.upload(&document, variables, "1.csv", file).await
        } else {
            client.mutate(self.field, input, &selection).await
        };
        let object = answer.data(&format!("{}.{shown}", self.field));
        right(object, &answer)
    }

    /// The object by its id, with its version where it has one.
    async fn read(&self, client: &Client, id: &Value, plain: &str) -> Result<Value, String> {
        let seen = if self.ty == "Import" {
            ""
        } else {
            "seen: version"
        };
        let document = format!(
            "query($id: ID!) {{ node(id: $id) {{ ... on {} {{ id {plain} {seen} }} }} }}",
            self.ty
        );
        let answer = client.run(&document, json!({ "id": id })).await;
        right(answer.data("node"), &answer)
    }

    /// What the mutation is run on.
    async fn row(&self, client: &Client) -> Row {
        let document = "{ departments(first: 1) { nodes { id version } } accounts(first: 1) { nodes { id version } }
            categories(first: 1) { nodes { id version } } budgets(first: 1) { nodes { id version } }
            expenses(first: 1) { nodes { id } } members(first: 1) { nodes { id version } } organization { version } }";
        let answer = client.run(document, json!({})).await;
        assert_eq!(answer.errors(), Vec::<String>::new(), "{}", answer.body);
        let first = |list: &str| answer.data(&format!("{list}.nodes.0"));
        let mut row = Row {
            department: first("departments")["id"].clone(),
            account: first("accounts")["id"].clone(),
            category: first("categories")["id"].clone(),
            expense: first("expenses")["id"].clone(),
            ..Row::default()
        };
        let changed = match self.field {
            "updateAccount" => first("accounts"),
            "updateBudget" => first("budgets"),
            "updateCategory" => first("categories"),
            "updateDepartment" => {
                let input = json!({ "name": "Part", "parentId": row.department, "headId": first("members")["id"] });
                made(client, "createDepartment", input, "department").await
            }
            "updateMember" => first("members"),
            "updateExpenseComment" => {
                let input = json!({ "expenseId": row.expense, "text": "Where is the receipt?" });
                made(client, "addExpenseComment", input, "comment").await
            }
            "updateOrganization" => answer.data("organization"),
            "updateExpense" => {
                let mut input = expense("Rail", "3");
                input["departmentId"] = row.department.clone();
                input["categoryId"] = row.category.clone();
                input["budgetId"] = first("budgets")["id"].clone();
                made(client, "createExpense", input, "expense").await
            }
            _ => Value::Null,
        };
        row.id = changed["id"].clone();
        row.version = changed["version"].clone();
        row
    }
}

async fn made(client: &Client, mutation: &str, input: Value, noun: &str) -> Value {
    let selection = format!("{noun} {{ id version }}");
    let made = client.must(mutation, input, &selection).await;
    made[noun].clone()
}

fn right(object: Value, answer: &Answer) -> Result<Value, String> {
    if answer.codes().is_empty() && object.is_object() {
        Ok(object)
    } else {
        Err(answer.body.to_string())
    }
}
