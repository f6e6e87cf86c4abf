//! The operations that outside clients depend on, as they are written.

use std::{cell::RefCell, collections::BTreeSet, path::PathBuf};

use outlay_tests::{PASSWORD, server, unique};
use serde_json::{Value, json};

/// Where the documents lie; they are kept beside the checkout, for all who depend on them.
fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/contract"
    ));
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: the contract's documents are not beside this checkout");
    None
}

/// The most statements that the documents of the contract may make together: PostgreSQL prepares each of them for each tenant
/// on each connection.
const MAX_STATEMENTS: usize = 40;

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one story, in the order in which it happens"
)]
async fn every_document_of_the_contract_runs_as_written() {
    let Some(folder) = folder() else { return };
    let document = |name: &str| {
        std::fs::read_to_string(folder.join(format!("{name}.graphql")))
            .unwrap_or_else(|_| panic!("no {name}"))
    };
    let client = server().await.client();
    let slug = unique("contract");
    let email = format!("ada@{slug}.example");
    let requests = RefCell::new(Vec::new());
    // Runs a document of one mutation; its payload, in which nothing is wrong.
    let run = async |client: &outlay_tests::Client, name: &str, input: Value| {
        let answer = client.run(&document(name), json!({ "input": input })).await;
        requests.borrow_mut().push(answer.request_id.clone());
        assert_eq!(
            answer.codes(),
            Vec::<String>::new(),
            "{name}: {}",
            answer.body
        );
        let data = answer.body["data"].as_object().expect("data");
        data.values().next().expect("a payload").clone()
    };
    let euros = |amount: &str| json!({ "amount": amount, "currencyCode": "EUR" });

    let input = json!({ "email": email, "password": PASSWORD, "displayName": "Ada" });
    let up = run(&client, "sign-up", input).await;
    assert_eq!(up["user"]["email"], email);
    let ada = client.with_token(up["session"]["accessToken"].as_str().expect("a token"));

    let input = json!({
        "name": "Contract Ltd", "slug": slug, "baseCurrency": "EUR",
        "businessEmail": "hello@contract.example", "businessPhone": "+49 30 123456",
    });
    let made = run(&ada, "create-organization", input).await;
    assert_eq!(made["organization"]["slug"], slug);
    assert_eq!(made["organization"]["status"], "ACTIVE");
    let ada = client
        .with_token(made["session"]["accessToken"].as_str().expect("a token"))
        .with_header("x-organization", &slug);

    let department =
        run(&ada, "create-department", json!({ "name": "Research" })).await["department"].clone();
    let category =
        run(&ada, "create-category", json!({ "name": "Travel" })).await["category"].clone();
    let input = json!({ "name": "Main", "openingBalance": euros("1000.00") });
    let account = run(&ada, "create-account", input).await["account"].clone();
    assert_eq!(account["balance"], euros("1000.00"));
    let input = json!({
        "departmentId": department["id"], "accountId": account["id"], "categoryId": category["id"],
        "year": 2026, "month": 1, "amount": euros("500.00"),
    });
    let budget = run(&ada, "create-budget", input).await["budget"].clone();
    assert_eq!(budget["remaining"], euros("500.00"));
    assert_eq!(budget["department"]["name"], "Research");

    let guest = format!("bob@{slug}.example");
    let input = json!({ "email": guest, "role": "MEMBER", "departmentId": department["id"] });
    let invited = run(&ada, "invite-member", input).await;
    let token = invited["invitation"]["link"]
        .as_str()
        .expect("a link")
        .rsplit('/')
        .next()
        .expect("a token");
    let input = json!({ "token": token, "displayName": "Bob", "password": PASSWORD });
    let accepted = run(&client, "accept-invitation", input).await;
    assert_eq!(accepted["member"]["displayName"], "Bob");
    assert_eq!(accepted["member"]["department"]["name"], "Research");
    let bob = client.with_token(
        accepted["session"]["accessToken"]
            .as_str()
            .expect("a token"),
    );

    let new = |merchant: &str| {
        json!({
            "amount": euros("12.50"), "spentOn": "2026-01-31", "merchant": merchant, "description": "Train",
            "categoryId": category["id"], "departmentId": department["id"], "budgetId": budget["id"],
            "idempotencyKey": unique("key"),
        })
    };
    let mut expenses = Vec::new();
    for merchant in ["Rail", "Bus"] {
        let expense = run(&bob, "create-expense", new(merchant)).await["expense"].clone();
        assert_eq!(expense["status"], "DRAFT");
        assert_eq!(expense["amount"], euros("12.50"));
        assert_eq!(expense["member"]["displayName"], "Bob");
        let input = json!({ "id": expense["id"], "version": expense["version"] });
        expenses.push(run(&bob, "submit-expense", input).await["expense"].clone());
    }
    let input = json!({ "id": expenses[0]["id"], "version": expenses[0]["version"] });
    assert_eq!(
        run(&ada, "approve-expense", input).await["expense"]["status"],
        "APPROVED"
    );

    let variables = json!({
        "first": 20, "after": null, "filter": { "status": { "in": ["SUBMITTED"] } },
        "orderBy": { "field": "SPENT_ON", "direction": "DESC" },
    });
    let list = ada.run(&document("expense-list"), variables).await;
    requests.borrow_mut().push(list.request_id.clone());
    assert_eq!(list.errors(), Vec::<String>::new());
    assert_eq!(list.data("expenses.totalCount"), 1);
    assert_eq!(list.data("expenses.edges.0.node.merchant"), "Bus");
    assert_eq!(
        list.data("expenses.edges.0.node.member.department.name"),
        "Research"
    );
    assert_eq!(
        list.data("expenses.edges.0.node.budget"),
        json!({
            "year": 2026, "month": 1, "department": { "name": "Research" },
        })
    );

    let input = json!({ "id": expenses[1]["id"], "version": expenses[1]["version"], "reason": "No receipt" });
    assert_eq!(
        run(&ada, "reject-expense", input).await["expense"]["status"],
        "REJECTED"
    );

    let variables = json!({
        "groupBy": ["CATEGORY", "MONTH"], "filter": { "spentOn": { "from": "2025-01-01", "to": "2026-12-31" } },
    });
    let spending = ada.run(&document("spending"), variables).await;
    requests.borrow_mut().push(spending.request_id.clone());
    assert_eq!(spending.data("spending.count"), 2);
    assert_eq!(
        spending.data("spending.rows.0"),
        json!({
            "category": { "name": "Travel" }, "department": null, "month": "2026-01", "count": 2,
            "total": euros("25.00"),
        })
    );

    let file =
        b"Date,Amount,Supplier,Kind,Team,No\n2026-02-01,10.00,Hotel,Travel,Research,1\n".to_vec();
    let input = json!({
        "file": null,
        "mapping": {
            "spentOn": "Date", "amount": "Amount", "merchant": "Supplier", "category": "Kind",
            "department": "Team", "reference": "No",
        },
        "currencyCode": "EUR", "dryRun": false, "createMissing": true,
    });
    let answer = ada
        .upload(
            &document("import-expenses"),
            json!({ "input": input }),
            "february.csv",
            file,
        )
        .await;
    requests.borrow_mut().push(answer.request_id.clone());
    assert_eq!(answer.codes(), Vec::<String>::new(), "{}", answer.body);
    assert_eq!(answer.data("importExpenses.import.importedRows"), 1);
    assert_eq!(answer.data("importExpenses.import.total"), euros("10.00"));

    let input = json!({ "email": email, "password": PASSWORD, "organization": slug });
    let signed = run(&client, "sign-in", input).await;
    assert_eq!(
        signed["user"]["organizations"]["edges"][0]["node"]["slug"],
        slug
    );
    let input = json!({ "refreshToken": signed["session"]["refreshToken"] });
    let refreshed = run(&client, "refresh-session", input).await;
    assert_ne!(
        refreshed["session"]["refreshToken"],
        signed["session"]["refreshToken"]
    );

    let mut texts = BTreeSet::new();
    for request in requests.into_inner() {
        texts.extend(server().await.statements(&request).await);
    }
    let of_tenant = texts.iter().filter(|sql| sql.contains("{tenant}"));
    let of_tenant = of_tenant.count();
    println!(
        "the contract makes {of_tenant} statements for each tenant, and {} for all",
        texts.len() - of_tenant
    );
    assert!(of_tenant <= MAX_STATEMENTS, "{of_tenant}: {texts:#?}");
}
