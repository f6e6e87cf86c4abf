use super::*;

fn read(text: &str) -> Mapping {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn every_field_can_be_mapped() {
    let mapping = read(
        "spentOn=Date,amount=Net Amount,merchant=Supplier,category=Type,department=Area,\
         reference=No.,description=Narrative",
    );
    let expected = Mapping {
        spent_on: "Date".into(),
        amount: "Net Amount".into(),
        merchant: "Supplier".into(),
        category: Some("Type".into()),
        department: Some("Area".into()),
        reference: Some("No.".into()),
        description: Some("Narrative".into()),
    };
    assert_eq!(mapping, expected);
}

#[test]
fn headings_may_contain_separators() {
    let cases = [
        (
            r#"amount="Net (Gross = Net + VAT)""#,
            "Net (Gross = Net + VAT)",
        ),
        ("amount=Net (Gross = Net + VAT)", "Net (Gross = Net + VAT)"),
        (r#"amount="Net, without VAT""#, "Net, without VAT"),
        (r#"amount = "The ""net"" one" "#, r#"The "net" one"#),
        ("amount = Net ", "Net"),
    ];
    for (part, expected) in cases {
        for text in [
            format!("{part},spentOn=D,merchant=M"),
            format!("spentOn=D,merchant=M,{part}"),
        ] {
            assert_eq!(read(&text).amount, expected, "{text}");
        }
    }
}

#[test]
fn an_error_names_the_invalid_part() {
    let cases = [
        (
            "spentOn=D,amount=Net, VAT,merchant=M",
            "\"VAT\" is not field=heading; write a heading",
        ),
        (
            "date=D",
            "\"date\" is not a field of a payment; the fields are spentOn, amount, merchant, \
             category, department, reference, description",
        ),
        ("spentOn=D,spentOn=E", "spentOn is mapped twice"),
        (
            "spentOn=,amount=A",
            "spentOn has no heading after the equals sign",
        ),
        (
            "spentOn=\"  \",amount=A",
            "spentOn has no heading after the equals sign",
        ),
        (
            "spentOn=\"D,amount=A",
            "the quotation mark in the heading of spentOn is not closed",
        ),
        (
            "spentOn=\"D\"x,amount=A",
            "a comma is expected after the quoted heading of spentOn",
        ),
        (
            "spentOn=D,amount=A",
            "merchant is not mapped; spentOn, amount and merchant are required",
        ),
        (
            "",
            "spentOn is not mapped; spentOn, amount and merchant are required",
        ),
    ];
    for (text, expected) in cases {
        let error = text.parse::<Mapping>().expect_err(text).to_string();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
}
