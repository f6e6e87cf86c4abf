//! Small files of our own: what is refused, how it is said, and that nothing is half there.

use futures::future::join_all;
use outlay_tests::{Answer, Client, Org};
use serde_json::{Value, json};

const IMPORT: &str = "mutation($input: ImportExpensesInput!) { importExpenses(input: $input) {
    import { id status totalRows importedRows skippedRows total { amount currencyCode }
             problems(first: 20) { row column code message } }
    errors { code field message } } }";

const GOOD: &str = "Date,Amount,Who,Kind,Team\n2026-01-05,10.00,Rail,Travel,Research\n2026-01-06,-2.50,Rail,Travel,Sales\n";

async fn import(client: &Client, file: &str, more: Value) -> Answer {
    import_bytes(client, file.as_bytes().to_vec(), more).await
}

async fn import_bytes(client: &Client, file: Vec<u8>, more: Value) -> Answer {
    let mut input = json!({
        "file": null, "currencyCode": "EUR", "createMissing": true,
        "mapping": { "spentOn": "Date", "amount": "Amount", "merchant": "Who" },
    });
    for (key, value) in more.as_object().expect("an object") {
        input[key] = value.clone();
    }
    client
        .upload(IMPORT, json!({ "input": input }), "payments.csv", file)
        .await
}

fn full() -> Value {
    json!({ "spentOn": "Date", "amount": "Amount", "merchant": "Who", "category": "Kind", "department": "Team" })
}

async fn counts(client: &Client) -> (Value, Value, Value) {
    let document = "{ expenses(first: 1) { totalCount } departments(first: 1) { totalCount } categories(first: 1) { totalCount } }";
    let answer = client.run(document, json!({})).await;
    (
        answer.data("expenses.totalCount"),
        answer.data("departments.totalCount"),
        answer.data("categories.totalCount"),
    )
}

#[tokio::test]
async fn a_good_file_is_imported_with_its_departments_and_categories() {
    let org = Org::new().await;
    let answer = import(&org.owner, GOOD, json!({ "mapping": full() })).await;
    assert_eq!(
        answer.data("importExpenses.import.total.amount"),
        "7.50",
        "{}",
        answer.body
    );
    assert_eq!(counts(&org.owner).await, (json!(2), json!(2), json!(1)));
}

#[tokio::test]
async fn a_dry_run_reports_and_writes_nothing() {
    let org = Org::new().await;
    let answer = import(
        &org.owner,
        GOOD,
        json!({ "mapping": full(), "dryRun": true }),
    )
    .await;
    assert_eq!(
        answer.data("importExpenses.import.status"),
        "CHECKED",
        "{}",
        answer.body
    );
    assert_eq!(answer.data("importExpenses.import.totalRows"), 2);
    assert_eq!(counts(&org.owner).await, (json!(0), json!(0), json!(0)));
}

#[tokio::test]
async fn bad_lines_are_reported_by_number_column_and_reason_and_nothing_is_written() {
    let org = Org::new().await;
    let file = "Date,Amount,Who\n2026-01-05,10.00,Rail\n05/06/2026,10.00,Rail\n2026-02-30,x,Rail\n2026-01-05,1.005,\n";
    let answer = import(&org.owner, file, json!({})).await;
    assert_eq!(answer.data("importExpenses.import.status"), "FAILED");
    assert_eq!(answer.data("importExpenses.import.importedRows"), 0);
    assert_eq!(answer.codes(), ["INVALID"]);
    let problems = answer.data("importExpenses.import.problems");
    let said: Vec<_> = problems
        .as_array()
        .expect("problems")
        .iter()
        .map(|problem| {
            (
                problem["row"].as_i64(),
                problem["column"].as_str(),
                problem["code"].as_str(),
            )
        })
        .collect();
    for expected in [
        (Some(3), Some("Date"), Some("AMBIGUOUS_DATE")),
        (Some(4), Some("Date"), Some("INVALID_DATE")),
        (Some(4), Some("Amount"), Some("INVALID_AMOUNT")),
        (Some(5), Some("Who"), Some("EMPTY")),
    ] {
        assert!(said.contains(&expected), "{expected:?} not in {said:?}");
    }
    assert_eq!(counts(&org.owner).await.0, 0);
}

#[tokio::test]
async fn a_date_that_reads_two_ways_is_read_as_told() {
    let org = Org::new().await;
    let file = "Date,Amount,Who\n05/06/2026,10.00,Rail\n";
    for (order, day) in [("DAY_FIRST", "2026-06-05"), ("MONTH_FIRST", "2026-05-06")] {
        let answer = import(
            &org.owner,
            file,
            json!({ "dateOrder": order, "allowRepeat": true }),
        )
        .await;
        assert_eq!(answer.codes(), Vec::<String>::new(), "{}", answer.body);
        let document = "query($id: ID!) { expenses(first: 1, filter: { importId: { in: [$id] } }) { nodes { spentOn } } }";
        let id = answer.data("importExpenses.import.id");
        assert_eq!(
            org.owner
                .run(document, json!({ "id": id }))
                .await
                .data("expenses.nodes.0.spentOn"),
            day
        );
    }
}

#[tokio::test]
async fn the_same_file_twice_is_refused_unless_it_is_meant() {
    let org = Org::new().await;
    assert_eq!(
        import(&org.owner, GOOD, json!({})).await.codes(),
        Vec::<String>::new()
    );
    let again = import(&org.owner, GOOD, json!({})).await;
    assert_eq!(again.codes(), ["CONFLICT"], "{}", again.body);
    assert_eq!(again.data("importExpenses.errors.0.field"), "file");
    assert_eq!(counts(&org.owner).await.0, 2);
    assert_eq!(
        import(&org.owner, GOOD, json!({ "allowRepeat": true }))
            .await
            .codes(),
        Vec::<String>::new()
    );
    assert_eq!(counts(&org.owner).await.0, 4);
}

#[tokio::test]
async fn the_same_file_ten_times_at_once_is_imported_once() {
    let org = Org::new().await;
    let answers = join_all((0..10).map(|_| import(&org.owner, GOOD, json!({})))).await;
    let done = answers
        .iter()
        .filter(|answer| answer.codes().is_empty())
        .count();
    assert_eq!(
        done,
        1,
        "{:?}",
        answers.iter().map(Answer::codes).collect::<Vec<_>>()
    );
    assert_eq!(counts(&org.owner).await.0, 2);
}

#[tokio::test]
async fn unknown_departments_are_reported_unless_they_are_to_be_made() {
    let org = Org::new().await;
    let answer = import(
        &org.owner,
        GOOD,
        json!({ "mapping": full(), "createMissing": false }),
    )
    .await;
    assert_eq!(
        answer.data("importExpenses.import.status"),
        "FAILED",
        "{}",
        answer.body
    );
    let problems = answer.data("importExpenses.import.problems").to_string();
    assert!(
        problems.contains("UNKNOWN_DEPARTMENT") && problems.contains("UNKNOWN_CATEGORY"),
        "{problems}"
    );
    assert_eq!(counts(&org.owner).await, (json!(0), json!(0), json!(0)));
    org.department("RESEARCH").await;
    org.department("sales").await;
    org.category("travel").await;
    let answer = import(
        &org.owner,
        GOOD,
        json!({ "mapping": full(), "createMissing": false }),
    )
    .await;
    assert_eq!(answer.codes(), Vec::<String>::new(), "{}", answer.body);
}

#[tokio::test]
async fn encodings_separators_and_signs_of_money_are_understood() {
    let org = Org::new().await;
    let windows = b"Date;Amount;Who\n28-May-2026;\x80 1.234,50;Caf\xe9 \x93X\x94\n".to_vec();
    let answer = import_bytes(&org.owner, windows, json!({})).await;
    assert_eq!(
        answer.data("importExpenses.import.total.amount"),
        "1234.50",
        "{}",
        answer.body
    );
    let bom = "\u{feff}Date,Amount,Who,,\r\n2026-05-28,\"(1,234.50)\",\"Sm\u{ef}th, Ltd\",,\r\n"
        .as_bytes()
        .to_vec();
    let answer = import_bytes(&org.owner, bom, json!({})).await;
    assert_eq!(
        answer.data("importExpenses.import.total.amount"),
        "-1234.50",
        "{}",
        answer.body
    );
    let document = "{ expenses(first: 2, orderBy: { field: AMOUNT, direction: DESC }) { nodes { merchant } } }";
    let answer = org.owner.run(document, json!({})).await;
    assert_eq!(
        answer.data("expenses.nodes.0.merchant"),
        "Caf\u{e9} \u{201c}X\u{201d}"
    );
    assert_eq!(answer.data("expenses.nodes.1.merchant"), "Sm\u{ef}th, Ltd");
}

#[tokio::test]
async fn what_is_no_such_file_is_refused_as_a_whole() {
    let org = Org::new().await;
    for (file, field) in [
        (Vec::new(), "file"),
        (b"PK\x03\x04 a spreadsheet".to_vec(), "file"),
        (b"Date,Betrag,Wer\n2026-01-01,1,X\n".to_vec(), "mapping"),
    ] {
        let answer = import_bytes(&org.owner, file, json!({})).await;
        assert_eq!(answer.codes(), ["INVALID"], "{}", answer.body);
        assert_eq!(
            answer.data("importExpenses.errors.0.field"),
            field,
            "{}",
            answer.body
        );
        assert_eq!(answer.data("importExpenses.import"), Value::Null);
    }
}

#[tokio::test]
async fn a_foreign_currency_needs_a_rate() {
    let org = Org::new().await;
    let answer = import(&org.owner, GOOD, json!({ "currencyCode": "GBP" })).await;
    assert_eq!(
        answer.data("importExpenses.errors.0.field"),
        "exchangeRate",
        "{}",
        answer.body
    );
    let answer = import(
        &org.owner,
        GOOD,
        json!({ "currencyCode": "GBP", "exchangeRate": "1.2" }),
    )
    .await;
    assert_eq!(answer.codes(), Vec::<String>::new(), "{}", answer.body);
    let total = org
        .owner
        .run(
            "{ expenses(first: 1) { total { amount currencyCode } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        total.data("expenses.total"),
        json!({ "amount": "9.00", "currencyCode": "EUR" })
    );
}
