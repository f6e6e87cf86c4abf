use async_graphql::{
    Value,
    parser::{
        parse_schema,
        types::{TypeKind, TypeSystemDefinition},
    },
};

use super::check;

/// Checks that the scalar accepts the valid texts, and rejects the invalid texts and all other kinds of values.
fn reads(name: &str, right: &[&str], wrong: &[&str]) {
    for text in right {
        let value = Value::from(*text);
        assert_eq!(check(name, &value), Ok(()), "{name} {value}");
    }
    for text in wrong {
        let value = Value::from(*text);
        assert!(check(name, &value).is_err(), "{name} {value}");
    }
    let others = [
        Value::Null,
        Value::Boolean(true),
        Value::from(1.5),
        Value::List(Vec::new()),
    ];
    for value in others {
        assert!(check(name, &value).is_err(), "{name} {value}");
    }
}

#[test]
fn a_date_is_a_day_of_the_calendar() {
    let right = ["2026-02-03", "0001-01-01", "2024-02-29"];
    let wrong = [
        "",
        "+2026-02-3",
        " 2026-02-3",
        "2026-02-03 ",
        "2026-2-03",
        "2026-02-30",
        "2026/02/03",
        "31/01/2026",
        "20260203",
        "12026-02-03",
        "-026-02-03",
        "2026-02-0３",
        "2026-02-03T00:00:00Z",
    ];
    reads("Date", &right, &wrong);
    assert!(check("Date", &Value::from(20_260_203)).is_err());
}

#[test]
fn a_moment_is_of_rfc_3339_with_six_decimals() {
    let right = [
        "2026-02-03T04:05:06Z",
        "2026-02-03T04:05:06.1Z",
        "2026-02-03T04:05:06.123456Z",
        "2026-02-03T04:05:06+02:00",
        "2026-02-03T04:05:06.5-11:30",
    ];
    let wrong = [
        "",
        "2026-02-03",
        "2026-02-03T04:05:06",
        "2026-02-03T04:05:06z",
        "2026-02-03t04:05:06Z",
        "2026-02-03 04:05:06Z",
        " 2026-02-03T04:05:06Z",
        "2026-02-03T04:05:06 Z",
        "2026-02-03T04:05:06.Z",
        "2026-02-03T04:05:06.1234567Z",
        "2026-02-03T04:05:06+0200",
        "2026-02-03T04:05Z",
        "2026-02-03T23:59:60Z",
        "2026-02-03T24:00:00Z",
        "2026-02-30T04:05:06Z",
        "2026-02-03Té4:05:06Z",
    ];
    reads("DateTime", &right, &wrong);
}

#[test]
fn a_decimal_is_a_number_of_json_without_exponent() {
    let right = [
        "0",
        "-0",
        "12.50",
        "-3",
        "0.0000000000000000000000000001",
        "79228162514264337593543950335",
    ];
    let wrong = [
        "",
        "-",
        ".",
        "+1",
        ".5",
        "5.",
        "-.5",
        "01",
        "-01",
        "00.5",
        "1_000",
        "1,000",
        " 1",
        "1 ",
        "1e3",
        "1.2.3",
        "--1",
        "١٢",
        "0x10",
        "NaN",
        "0.00000000000000000000000000001",
        "79228162514264337593543950336",
    ];
    reads("Decimal", &right, &wrong);
    assert_eq!(check("Decimal", &Value::from(-3)), Ok(()));
}

#[test]
fn a_currency_is_three_capitals_and_an_upload_a_file() {
    let wrong = ["", "eur", "Eur", "EU", "EURO", "EUR ", "EÜ", "ЕUR", "E1R"];
    reads("CurrencyCode", &["EUR", "ZZZ"], &wrong);
    let wrong = [
        "",
        "0",
        "#__graphql_file__:",
        "#__graphql_file__:-1",
        "file.csv",
    ];
    reads("Upload", &["#__graphql_file__:0"], &wrong);
}

#[test]
fn every_scalar_of_the_schema_is_checked() {
    let schema = parse_schema(crate::sdl()).expect("a valid SDL");
    let mut scalars = 0;
    for definition in schema.definitions {
        if let TypeSystemDefinition::Type(ty) = definition
            && matches!(ty.node.kind, TypeKind::Scalar)
        {
            scalars += 1;
            let name = ty.node.name.node;
            assert!(check(&name, &Value::Boolean(true)).is_err(), "{name}");
        }
    }
    assert_eq!(scalars, 5);
}
