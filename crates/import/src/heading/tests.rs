use super::*;
use crate::ProblemCode;

fn headings(names: &[&str]) -> Headings {
    Headings::new(1, names.iter().map(|name| name.as_bytes()))
}

fn mapping(amount: &str) -> Mapping {
    let [spent_on, amount, merchant] = ["Date", amount, "Supplier"].map(str::to_owned);
    Mapping {
        spent_on,
        amount,
        merchant,
        ..Mapping::default()
    }
}

fn problem(names: &[&str], amount: &str) -> (ProblemCode, String) {
    let problems = headings(names)
        .resolve(&mapping(amount))
        .expect_err("unresolved");
    assert_eq!(problems.len(), 1, "{problems:?}");
    (problems[0].code, problems[0].message.clone())
}

#[test]
fn an_exact_heading_is_preferred_to_one_in_another_case() {
    let cases: [(&[&str], &str, usize); 6] = [
        (&["Date", "Amount", "Supplier"], "Amount", 1),
        (&["Date", "amount", "Supplier", "Amount"], "Amount", 3),
        (&["Date", "", "", "AMOUNT", "Supplier"], "amount", 3),
        (
            &["Date", "  Net\u{A0} Amount\n(GBP) ", "Supplier"],
            "Net Amount (GBP)",
            1,
        ),
        (&["Date", "Net Amount", "Supplier"], " Net  Amount", 1),
        (&["\u{FEFF}Amount", "Date", "Supplier"], "Amount", 0),
    ];
    for (names, wanted, index) in cases {
        let columns = headings(names).resolve(&mapping(wanted)).expect("resolved");
        assert_eq!(columns[1].field, Field::Amount);
        assert_eq!(columns[1].index, index, "{names:?}");
    }
}

#[test]
fn a_missing_heading_is_reported_with_the_existing_ones() {
    let names = ["Date", "", "Net Amount", "Supplier"];
    let (code, message) = problem(&names, "Net Amont");
    assert_eq!(code, MissingColumn);
    let expected = "there is no column \"Net Amont\" for amount (did you mean \"Net Amount\"?); \
                    the file has \"Date\", \"Net Amount\", \"Supplier\"";
    assert_eq!(message, expected);
    let (_, message) = problem(&names, "Gross");
    assert!(!message.contains("did you mean"), "{message}");
}

#[test]
fn an_unnamed_column_is_never_mapped() {
    let (code, message) = problem(&["Date", "", "Supplier"], "  ");
    assert_eq!(code, MissingColumn);
    assert!(
        message.starts_with("no column is mapped to amount"),
        "{message}"
    );
}

#[test]
fn a_repeated_heading_is_ambiguous_only_if_it_is_mapped() {
    let (code, message) = problem(&["Date", "Amount", "Supplier", "Amount"], "Amount");
    assert_eq!(code, AmbiguousColumn);
    let expected = "the heading \"Amount\" of amount occurs in several columns (2, 4); \
                    rename all but one";
    assert_eq!(message, expected);
    assert_eq!(
        problem(&["Date", "AMOUNT", "Supplier", "amount"], "Amount").0,
        AmbiguousColumn
    );
    let names = ["Date", "Note", "Amount", "Note", "Supplier"];
    assert!(headings(&names).resolve(&mapping("Amount")).is_ok());
}

#[test]
fn all_problems_of_the_heading_are_reported_at_once() {
    let problems = headings(&["a", "b"])
        .resolve(&mapping("Amount"))
        .expect_err("unresolved");
    let columns: Vec<_> = problems
        .iter()
        .filter_map(|problem| problem.column.as_deref())
        .collect();
    assert_eq!(columns, ["Date", "Amount", "Supplier"]);
}

#[test]
fn distance_counts_edits() {
    assert_eq!(distance("kitten", "sitting"), 3);
    assert_eq!(distance("", "abc"), 3);
    assert_eq!(distance("same", "same"), 0);
}
