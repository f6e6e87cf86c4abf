//! The payments of six public bodies, imported as six organizations: every count and every sum to the penny equals
//! what the files hold, added up here in another way.

use std::{collections::BTreeMap, path::PathBuf};

use futures::future::join_all;
use outlay_tests::{Org, server};
use serde_json::{Value, json};

/// A body's columns: day, amount, merchant, category, department, reference.
type Columns = [&'static str; 6];

const BODIES: &[(&str, &[(&str, Columns)])] = &[
    (
        "cabinet-office",
        &[(
            "",
            [
                "Date",
                "Amount",
                "Supplier",
                "Expense Type",
                "Entity",
                "Transaction number",
            ],
        )],
    ),
    (
        "manchester",
        &[(
            "",
            [
                "Invoice Payment Date",
                "Net Amount",
                "Supplier Name",
                "Expenses Type",
                "Service Area",
                "Transaction Number",
            ],
        )],
    ),
    (
        "salford",
        &[(
            "",
            [
                "Date of Payment",
                "Net",
                "Supplier Name",
                "G/L description.",
                "Directorate",
                "SAP Document Number",
            ],
        )],
    ),
    (
        "greater-london",
        &[(
            "",
            [
                "Clearing Date",
                "Amount",
                "Vendor Name",
                "Expenditure Account Code Description",
                "Directorate",
                "Document No",
            ],
        )],
    ),
    (
        "harrogate",
        &[
            (
                "",
                [
                    "Payment Date",
                    "Net Amount",
                    "Supplier Name",
                    "Expenditure Category",
                    "Service Label",
                    "Transaction No.",
                ],
            ),
            // From March on the names stand in columns of their own, and the old heading holds numbers.
            (
                "2019-03",
                [
                    "Payment Date",
                    "Net Amount",
                    "Supplier Name(T)",
                    "Expenditure Category(T)",
                    "Service Label(T)",
                    "Transaction No.",
                ],
            ),
        ],
    ),
    (
        "darlington",
        &[(
            "",
            [
                "Transaction Date",
                "Invoice Line Value (net of VAT)",
                "Supplier",
                "Account",
                "Directotate",
                "Transaction Number",
            ],
        )],
    ),
];

fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/data/spending"
    ));
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: the public bodies' files are not beside this checkout");
    None
}

/// What a file holds, in pence, by the csv crate's raw columns and by hand: nothing of the import's own code.
#[derive(Default, Debug, PartialEq, Eq)]
struct Sums {
    count: i64,
    pence: i128,
    by_department_and_month: BTreeMap<(String, String), i128>,
}

impl Sums {
    fn add(&mut self, bytes: &[u8], columns: &Columns) {
        let text: String = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            // One of the files is Windows-1252; no mapped cell of it holds anything but ASCII and a dash.
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(text.as_bytes());
        let heading = reader.headers().expect("a heading").clone();
        let at = |name: &str| {
            heading
                .iter()
                .position(|cell| cell.trim() == name)
                .expect("a column")
        };
        let (day, amount, department) = (at(columns[0]), at(columns[1]), at(columns[4]));
        for row in reader.records() {
            let row = row.expect("a row");
            if row.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let pence = pence(&row[amount]);
            self.count += 1;
            self.pence += pence;
            let month = row[day][..7].to_owned();
            *self
                .by_department_and_month
                .entry((row[department].trim().to_lowercase(), month))
                .or_default() += pence;
        }
    }
}

/// Pence of an amount as the files write it: digits, commas, a point, and parentheses or a minus for a refund.
fn pence(cell: &str) -> i128 {
    let negative = cell.contains('(') || cell.contains('-');
    let plain: String = cell
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    let (pounds, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
    let decimals = format!("{decimals:0<2}");
    assert!(decimals[2..].bytes().all(|digit| digit == b'0'), "{cell}");
    let pence = pounds.parse::<i128>().unwrap_or_default() * 100
        + decimals[..2].parse::<i128>().expect("pence");
    if negative { -pence } else { pence }
}

fn pence_of(money: &Value) -> i128 {
    assert_eq!(money["currencyCode"], "GBP");
    pence(money["amount"].as_str().expect("an amount"))
}

const IMPORT: &str = "mutation($input: ImportExpensesInput!) { importExpenses(input: $input) {
    import { id status totalRows importedRows skippedRows total { amount currencyCode }
             problems(first: 20) { row column code message } }
    errors { code field message } } }";

async fn import_body(name: &str, mappings: &[(&str, Columns)], folder: PathBuf) {
    let org = Org::at(&server().await.client(), "GBP").await;
    let mut all = Sums::default();
    let mut files: Vec<_> = std::fs::read_dir(folder.join(name))
        .expect("a folder")
        .map(|file| file.expect("a file").path())
        .collect();
    files.sort();
    for path in files {
        let file_name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let mapped = mappings
            .iter()
            .rev()
            .find(|(from, _)| file_name.as_str() >= *from)
            .expect("a mapping");
        let bytes = std::fs::read(&path).expect("the file");
        let mut sums = Sums::default();
        sums.add(&bytes, &mapped.1);
        all.add(&bytes, &mapped.1);
        let [spent_on, amount, merchant, category, department, reference] = mapped.1;
        let input = json!({
            "file": null, "currencyCode": "GBP", "createMissing": true,
            "mapping": {
                "spentOn": spent_on, "amount": amount, "merchant": merchant, "category": category,
                "department": department, "reference": reference,
            },
        });
        let answer = org
            .owner
            .upload(IMPORT, json!({ "input": input }), &file_name, bytes)
            .await;
        let import = answer.data("importExpenses.import");
        assert_eq!(
            import["status"], "COMPLETED",
            "{name} {file_name}: {}",
            answer.body
        );
        assert_eq!(import["importedRows"], sums.count, "{name} {file_name}");
        assert_eq!(pence_of(&import["total"]), sums.pence, "{name} {file_name}");
        let document = "query($id: ID!) { expenses(first: 1, filter: { importId: { in: [$id] } }) { \
            totalCount total { amount currencyCode } } }";
        let listed = org.owner.run(document, json!({ "id": import["id"] })).await;
        assert_eq!(
            listed.data("expenses.totalCount"),
            sums.count,
            "{name} {file_name}"
        );
        assert_eq!(
            pence_of(&listed.data("expenses.total")),
            sums.pence,
            "{name} {file_name}"
        );
    }
    let document = "{ spending(groupBy: [DEPARTMENT, MONTH]) { count total { amount currencyCode } \
        rows { department { name } month count total { amount currencyCode } } } }";
    let spending = org.owner.run(document, json!({})).await;
    assert_eq!(spending.data("spending.count"), all.count, "{name}");
    assert_eq!(
        pence_of(&spending.data("spending.total")),
        all.pence,
        "{name}"
    );
    let mut grouped: BTreeMap<_, i128> = BTreeMap::new();
    for row in spending.data("spending.rows").as_array().expect("rows") {
        let department = row["department"]["name"]
            .as_str()
            .expect("a department")
            .to_lowercase();
        let month = row["month"].as_str().expect("a month").to_owned();
        *grouped.entry((department, month)).or_default() += pence_of(&row["total"]);
    }
    let expected: BTreeMap<_, _> = all
        .by_department_and_month
        .into_iter()
        .map(|((department, month), pence)| ((spaced(&department), month), pence))
        .fold(
            BTreeMap::new(),
            |mut sums: BTreeMap<_, i128>, (key, pence)| {
                *sums.entry(key).or_default() += pence;
                sums
            },
        );
    assert_eq!(grouped, expected, "{name}");
}

/// White space as the import keeps it: one space between words.
fn spaced(name: &str) -> String {
    name.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('\u{92}', "\u{2019}")
}

#[tokio::test]
async fn six_public_bodies_are_imported_to_the_penny() {
    let Some(folder) = folder() else { return };
    join_all(
        BODIES
            .iter()
            .map(|(name, mappings)| import_body(name, mappings, folder.clone())),
    )
    .await;
}
