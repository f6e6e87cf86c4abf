//! Compares the import of real payment files with a second, naive reader. Skipped if the files do not exist.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use outlay_import::{Mapping, Options, Payment, open};

const MAPPINGS: [(&str, &str); 6] = [
    (
        "cabinet-office",
        "spentOn=Date,amount=Amount,merchant=Supplier,category=Expense Type,department=Entity,\
         reference=Transaction number",
    ),
    (
        "darlington",
        "spentOn=Transaction Date,amount=Invoice Line Value (net of VAT),merchant=Supplier,\
         category=Account,department=Directotate,reference=Transaction Number",
    ),
    (
        "greater-london",
        "spentOn=Clearing Date,amount=Amount,merchant=Vendor Name,\
         category=Expenditure Account Code Description,department=Directorate,\
         reference=Document No",
    ),
    (
        "harrogate",
        "spentOn=Payment Date,amount=Net Amount,merchant=Supplier Name,\
         category=Expenditure Category,department=Service Label,reference=Transaction No.,\
         description=Narrative",
    ),
    (
        "manchester",
        "spentOn=Invoice Payment Date,amount=Net Amount,merchant=Supplier Name,\
         category=Expenses Type,department=Service Area,reference=Transaction Number",
    ),
    (
        "salford",
        "spentOn=Date of Payment,amount=Net,merchant=Supplier Name,category=G/L description.,\
         department=Directorate,reference=SAP Document Number",
    ),
];

/// Returns the mapping of a body. From 2019-03 Harrogate has codes in the old columns and the texts in columns named
/// "…(T)".
fn mapping(body: &str, month: &str) -> Mapping {
    let (_, text) = MAPPINGS
        .iter()
        .find(|(name, _)| *name == body)
        .expect("a known body");
    let mut mapping: Mapping = text.parse().expect("maps");
    if (body, month) == ("harrogate", "2019-03") {
        for heading in mapping.category.iter_mut().chain(&mut mapping.department) {
            heading.push_str("(T)");
        }
        mapping.merchant.push_str("(T)");
    }
    mapping
}

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/spending");
    folder.is_dir().then_some(folder)
}

fn files() -> Vec<(PathBuf, Mapping)> {
    let Some(folder) = folder() else {
        println!("skipped: shared/data/spending does not exist beside the checkout");
        return Vec::new();
    };
    let mut files = Vec::new();
    for (body, _) in MAPPINGS {
        for entry in fs::read_dir(folder.join(body)).expect("the body's folder") {
            let path = entry.expect("an entry").path();
            let month = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .expect("a name");
            files.push((path.clone(), mapping(body, month)));
        }
    }
    files.sort_by(|left, right| left.0.cmp(&right.0));
    files
}

fn payments(path: &Path, mapping: Mapping) -> Vec<Payment> {
    let file = File::open(path).expect("opens");
    let payments = open(file, Options::new(mapping, "GBP", 2)).expect("has the headings");
    let sound = |row: std::io::Result<outlay_import::Row>| row.expect("reads").expect("is sound");
    payments.map(sound).collect()
}

/// Returns the raw cells of a column, read by the csv crate.
fn raw(path: &Path, heading: &str) -> Vec<Vec<u8>> {
    let mut reader = csv::Reader::from_path(path).expect("opens");
    let headings = reader.byte_headers().expect("has headings");
    let index = headings
        .iter()
        .position(|name| name == heading.as_bytes())
        .expect("is there");
    reader
        .byte_records()
        .map(|record| record.expect("reads")[index].to_vec())
        .collect()
}

/// Parses an amount as pennies without the import's code. A parenthesis means a refund.
fn pennies(cell: &[u8]) -> i128 {
    let (mut total, mut after_point) = (0_i128, None);
    for byte in cell {
        match byte {
            b'0'..=b'9' => {
                total = total * 10 + i128::from(byte - b'0');
                after_point = after_point.map(|count: u32| count + 1);
            }
            b'.' => after_point = Some(0),
            b'(' | b')' | b',' => {}
            other => panic!("a character that no amount has: {other}"),
        }
    }
    let units = total * 10_i128.pow(2 - after_point.unwrap_or(0));
    if cell.starts_with(b"(") {
        -units
    } else {
        units
    }
}

#[test]
fn every_real_line_is_a_payment_and_the_sums_are_exact() {
    let (mut lines, mut total) = (0, 0);
    for (path, mapping) in files() {
        let amounts = raw(&path, &mapping.amount);
        let expected: i128 = amounts.iter().map(|cell| pennies(cell)).sum();
        let payments = payments(&path, mapping);
        let sum: i128 = payments
            .iter()
            .map(|payment| payment.amount.mantissa())
            .sum();
        assert!(payments.iter().all(|payment| payment.amount.scale() == 2));
        println!(
            "{}: {} payments, {sum} pennies",
            path.display(),
            payments.len()
        );
        assert_eq!(payments.len(), amounts.len(), "{}", path.display());
        assert_eq!(sum, expected, "{}", path.display());
        lines += payments.len();
        total += sum;
    }
    println!("together: {lines} payments, {total} pennies");
}

#[test]
fn real_dates_and_line_numbers_are_those_of_the_file() {
    for (path, mapping) in files() {
        let days = raw(&path, &mapping.spent_on);
        let payments = payments(&path, mapping);
        for ((payment, day), row) in payments.iter().zip(days).zip(2_u64..) {
            // No cell of these files spans several lines, so each line is a record.
            assert_eq!(payment.row, row, "{}", path.display());
            assert_eq!(
                payment.spent_on.to_string().as_bytes(),
                day,
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn real_text_has_no_control_characters_and_no_replacement_characters() {
    for (path, mapping) in files() {
        for payment in payments(&path, mapping) {
            let optional = [payment.category, payment.department, payment.reference];
            for text in optional.into_iter().flatten().chain([payment.merchant]) {
                let lost = |c: char| c.is_control() || c == '\u{FFFD}';
                assert!(
                    !text.contains(lost),
                    "{}, line {}",
                    path.display(),
                    payment.row
                );
            }
        }
    }
}
