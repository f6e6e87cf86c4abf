//! Imports the sample files.

use std::{fs::File, path::PathBuf};

use outlay_import::{DateOrder, DecimalMark, Options, Row, open};

fn options(mapping: &str, currency: &str) -> Options {
    Options::new(mapping.parse().expect("maps"), currency, 2)
}

fn rows(name: &str, options: Options) -> Vec<Row> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/samples")
        .join(name);
    let file = File::open(path).expect("the sample is there");
    open(file, options)
        .expect("opens")
        .map(|row| row.expect("reads"))
        .collect()
}

fn payments(name: &str, options: Options) -> Vec<String> {
    let show = |row: &Row| {
        let payment = row.as_ref().expect("sound");
        let department = payment.department.as_deref().unwrap_or("-");
        let reference = payment.reference.as_deref().unwrap_or("-");
        let (row, spent_on, amount) = (payment.row, payment.spent_on, payment.amount);
        format!(
            "{row} {spent_on} {amount} {} {department} {reference}",
            payment.merchant
        )
    };
    rows(name, options).iter().map(show).collect()
}

#[test]
fn an_english_list() {
    let mapping = "spentOn=Paid on,amount=\"Net (Gross = Net + VAT)\",merchant=Supplier,\
                   department=Team,reference=Document";
    let expected = [
        "2 2019-05-28 1250.00 Penrose, Lane & Co Front office A-100",
        "3 2019-05-29 -250.00 Penrose, Lane & Co Front office A-101",
        "5 2019-05-30 18.50 The \"Corner\" Bakery - -",
        "7 2019-05-31 99.00 Harbour Print Front office A-103",
    ];
    assert_eq!(payments("english.csv", options(mapping, "GBP")), expected);
}

#[test]
fn a_continental_list() {
    let mapping = "spentOn=Datum,amount=Betrag,merchant=Lieferant,department=Kostenstelle";
    let options = Options {
        date_order: Some(DateOrder::DayFirst),
        decimal_mark: Some(DecimalMark::Comma),
        ..options(mapping, "EUR")
    };
    let expected = [
        "2 2019-06-05 1234.50 Bäckerei Sonne Küche -",
        "3 2019-06-06 -12.00 Café Größe Küche -",
        "4 2019-06-07 1234.00 Müller AG - -",
    ];
    assert_eq!(payments("continental.csv", options), expected);
}

#[test]
fn a_faulty_list() {
    let options = options("spentOn=Date,amount=Amount,merchant=Supplier", "GBP");
    let results: Vec<String> = rows("faulty.csv", options)
        .iter()
        .map(|row| match row {
            Ok(payment) => format!("{} {}", payment.row, payment.merchant),
            Err(problems) => format!("{} {}", problems[0].row, problems[0].code),
        })
        .collect();
    let expected = [
        "2 AMBIGUOUS_DATE",
        "3 INVALID_DATE",
        "4 AMBIGUOUS_AMOUNT",
        "5 OTHER_CURRENCY",
        "6 TOO_MANY_DECIMALS",
        "7 INVALID_AMOUNT",
        "8 EMPTY",
        "9 UNEVEN_ROW",
        "10 UNEVEN_ROW",
        "11 INVALID_QUOTES",
        "12 Sound",
    ];
    assert_eq!(results, expected);
}
