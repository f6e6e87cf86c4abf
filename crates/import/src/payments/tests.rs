use super::*;
use crate::{Delimiter, OpenError, ProblemCode, open};

const REQUIRED: &str = "spentOn=Date,amount=Amount,merchant=Supplier";

fn options(mapping: &str) -> Options {
    Options::new(mapping.parse().expect("maps"), "GBP", 2)
}

fn rows_with(file: &[u8], options: Options) -> Vec<Row> {
    open(file, options)
        .expect("opens")
        .map(|row| row.expect("reads"))
        .collect()
}

fn rows(file: impl AsRef<[u8]>) -> Vec<Row> {
    rows_with(file.as_ref(), options(REQUIRED))
}

/// Formats each row as its line, merchant and amount, or as its line and the codes of its problems.
fn shown(rows: &[Row]) -> Vec<String> {
    let show = |row: &Row| match row {
        Ok(payment) => format!("{} {} {}", payment.row, payment.merchant, payment.amount),
        Err(problems) => {
            let codes: Vec<_> = problems
                .iter()
                .map(|problem| problem.code.as_str())
                .collect();
            format!("{} {}", problems[0].row, codes.join(" "))
        }
    };
    rows.iter().map(show).collect()
}

#[test]
fn a_line_becomes_a_payment() {
    let mapping = format!("{REQUIRED},category=Type,department=Area,reference=No,description=Note");
    let file = b"No,Date,,Supplier,Amount,Type,Area,Note\n\
                 A 1,28/05/2019,,\"Allstar,  Ltd \",\"(1,250.00)\",Fuel, ,\"two\nlines\"\n";
    let expected = Payment {
        row: 2,
        spent_on: NaiveDate::from_ymd_opt(2019, 5, 28).expect("exists"),
        amount: Decimal::new(-125_000, 2),
        merchant: "Allstar, Ltd".to_owned(),
        category: Some("Fuel".to_owned()),
        department: None,
        reference: Some("A 1".to_owned()),
        description: Some("two lines".to_owned()),
    };
    assert_eq!(rows_with(file, options(&mapping)), [Ok(expected)]);
}

#[test]
fn every_problem_of_a_line_is_reported() {
    let rows = rows("Date,Amount,Supplier\n31/02/2019,x,\n");
    let problems = rows[0].as_ref().expect_err("rejected");
    let shown: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let expected = [
        "line 2, Date: \"31/02/2019\" is not a date; write it as 2019-05-28, 28/05/2019 or 28 May 2019",
        "line 2, Amount: \"x\" is not an amount: \"x\" is not a currency",
        "line 2, Supplier: the cell is empty; every payment needs its merchant",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn empty_lines_are_skipped_and_counted() {
    let file = "Date,Amount,Supplier,\n\n,,,\n  , ,\u{A0},\n2019-01-02,1,A,\n   \n";
    let mut payments = open(file.as_bytes(), options(REQUIRED)).expect("opens");
    let rows: Vec<_> = payments.by_ref().map(|row| row.expect("reads")).collect();
    assert_eq!(shown(&rows), ["5 A 1.00"]);
    assert_eq!(payments.skipped(), 4);
    assert_eq!(payments.bytes_read(), file.len() as u64);
}

#[test]
fn an_uneven_line_is_rejected_only_if_cells_may_be_shifted() {
    let cases = [
        ("2019-01-02,1,A", "2 A 1.00"),
        ("2019-01-02,1,A,n,,,", "2 A 1.00"),
        ("2019-01-02,1", "2 UNEVEN_ROW"),
        ("2019-01-02,1,A,n,more", "2 UNEVEN_ROW"),
    ];
    for (line, expected) in cases {
        let file = format!("Date,Amount,Supplier,Note\n{line}\n");
        let found = rows_with(
            file.as_bytes(),
            options(&format!("{REQUIRED},description=Note")),
        );
        assert_eq!(shown(&found), [expected], "{line}");
    }
    let found = rows("Date,Amount,Supplier\n2019-01-02,\"1\n2019-01-03\",2,A\n");
    let problems = found[0].as_ref().expect_err("rejected");
    let expected = "a quoted cell joins lines 2 to 3 into one record: 4 cells for 3 headings: \
                    \"A\" has no heading; is there an unquoted delimiter?";
    assert_eq!(problems[0].message, expected);
}

#[test]
fn a_stray_quotation_mark_does_not_hide_payments() {
    let file = "Date,Amount,Supplier\n2019-01-02,1,\"A\n2019-01-03,2,\"B\"\n2019-01-04,3,C\n";
    assert_eq!(shown(&rows(file)), ["2 INVALID_QUOTES", "4 C 3.00"]);
    let file = "Date,Amount,Supplier\n2019-01-02,1,\"A\n2019-01-03,2,B\n";
    let found = rows(file);
    assert_eq!(shown(&found), ["2 INVALID_QUOTES"]);
    let message = &found[0].as_ref().expect_err("rejected")[0].message;
    assert!(
        message.contains("opened on line 2 is never closed"),
        "{message}"
    );
}

#[test]
fn the_delimiter_is_detected_from_the_heading() {
    for (sign, delimiter) in [
        (",", Delimiter::Comma),
        (";", Delimiter::Semicolon),
        ("\t", Delimiter::Tab),
        ("|", Delimiter::Pipe),
    ] {
        let file = "Date;Amount;Supplier\n2019-01-02;1;A\n".replace(';', sign);
        assert_eq!(shown(&rows(&file)), ["2 A 1.00"], "{sign}");
        let chosen = Options {
            delimiter: Some(delimiter),
            ..options(REQUIRED)
        };
        assert_eq!(
            shown(&rows_with(file.as_bytes(), chosen)),
            ["2 A 1.00"],
            "{sign}"
        );
    }
    // More commas than semicolons: the mapped headings decide, not the number of delimiters.
    let mapping = "spentOn=Date,amount=\"Net, of VAT, GBP\",merchant=Supplier";
    let file = b"Date;Net, of VAT, GBP;Supplier, name, town\n2019-01-02;1,50;A\n";
    let mapping = mapping.replace("=Supplier", "=\"Supplier, name, town\"");
    assert_eq!(shown(&rows_with(file, options(&mapping))), ["2 A 1.50"]);
    assert_eq!(
        shown(&rows("sep=;\r\nDate;Amount;Supplier\r\n2019-01-02;1;A")),
        ["3 A 1.00"]
    );
}

#[test]
fn every_encoding_of_a_file_gives_the_same_payments() {
    let text = "Date,Amount,Supplier\n2019-01-02,1,Café “€”\n2019-01-03,2,B\n";
    let windows = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let utf16: Vec<u8> = "\u{FEFF}"
        .chars()
        .chain(text.chars())
        .collect::<String>()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let files = [
        text.as_bytes().to_vec(),
        format!("\u{FEFF}{text}").into_bytes(),
        windows.clone(),
        utf16,
    ];
    for file in files {
        assert_eq!(shown(&rows(file)), ["2 Café “€” 1.00", "3 B 2.00"]);
    }
    // A wrong encoding is reported for each line that it makes invalid.
    let utf8 = Some("utf-8".parse().expect("known"));
    let found = rows_with(
        &windows,
        Options {
            encoding: utf8,
            ..options(REQUIRED)
        },
    );
    assert_eq!(shown(&found), ["2 INVALID_TEXT", "3 B 2.00"]);
}

#[test]
fn text_that_cannot_be_stored_is_rejected() {
    let long = "x".repeat(201);
    let file = format!(
        "Date,Amount,Supplier,Note\n2019-01-02,1,A\0B,\n2019-01-02,1,{long},\n\
                        2019-01-02,1,A,\0\n"
    );
    assert_eq!(
        shown(&rows(file)),
        ["2 INVALID_TEXT", "3 TOO_LONG", "4 A 1.00"]
    );
}

#[test]
fn an_unreadable_file_is_reported_with_the_reason() {
    let fails = |file: &[u8]| open(file, options(REQUIRED)).err().expect("fails");
    assert!(matches!(fails(b""), OpenError::Empty));
    assert!(matches!(fails(b"\n\r\n\n"), OpenError::Empty));
    assert!(matches!(fails(b"PK\x03\x04"), OpenError::NotCsv { .. }));
    let OpenError::Heading(problems) = fails(b"\n\nDate,Amount,Amount\n") else {
        panic!()
    };
    let codes: Vec<_> = problems
        .iter()
        .map(|problem| (problem.row, problem.code))
        .collect();
    assert_eq!(
        codes,
        [
            (3, ProblemCode::AmbiguousColumn),
            (3, ProblemCode::MissingColumn)
        ]
    );
}

#[test]
fn a_reader_that_fails_ends_the_payments() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let lines = "2019-01-02,1,A\n".repeat(20_000);
    let file = format!("Date,Amount,Supplier\n{lines}");
    let mut payments = open(file.as_bytes().chain(Failing), options(REQUIRED)).expect("opens");
    assert!(payments.by_ref().any(|row| row.is_err()));
    assert!(payments.next().is_none());
}
