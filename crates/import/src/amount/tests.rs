use super::*;
use crate::Mapping;

fn format(currency: &str, minor_units: u32, mark: Option<DecimalMark>) -> AmountFormat {
    let options = Options::new(Mapping::default(), currency, minor_units);
    AmountFormat::new(&Options {
        decimal_mark: mark,
        ..options
    })
}

fn pounds(text: &str) -> Result<String, Fault> {
    format("GBP", 2, None)
        .parse(text)
        .map(|amount| amount.to_string())
}

fn code(result: Result<String, Fault>) -> ProblemCode {
    result.expect_err("rejected").code
}

#[test]
fn an_amount_is_read_at_the_currencys_scale() {
    let cases = [
        ("12", "12.00"),
        ("12.5", "12.50"),
        (".5", "0.50"),
        ("0", "0.00"),
        ("-0.00", "0.00"),
        ("1,234.50", "1234.50"),
        ("1234.5600000", "1234.56"),
        ("0.500", "0.50"),
        ("00012.50", "12.50"),
        ("999999999999999.99", "999999999999999.99"),
        ("+12.50", "12.50"),
    ];
    for (text, expected) in cases {
        assert_eq!(pounds(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn a_refund_is_negative_in_every_notation() {
    for text in [
        "-12.50",
        "- 12.50",
        "(12.50)",
        "( 12.50 )",
        "12.50-",
        "12.50 -",
        "12.50 CR",
        "12.50cr",
        "CR 12.50",
        "\u{2212}12.50",
        "–12.50",
        "-£12.50",
        "£-12.50",
        "(£12.50)",
        "£(12.50)",
        "£12.50-",
        "12.50- GBP",
        "GBP -12.50",
        "£12.50 CR",
    ] {
        assert_eq!(pounds(text).as_deref(), Ok("-12.50"), "{text}");
    }
    assert_eq!(pounds("(1,234.50)").as_deref(), Ok("-1234.50"));
    assert_eq!(pounds("12.50 DR").as_deref(), Ok("12.50"));
}

#[test]
fn two_signs_are_invalid_and_a_dash_for_decimals_is_not_a_sign() {
    for text in [
        "(-12.50)",
        "-12.50-",
        "-12.50 CR",
        "--12.50",
        "((12.50))",
        "12,-",
        "12.-",
        "-",
        "£ -",
    ] {
        assert_eq!(code(pounds(text)), InvalidAmount, "{text}");
    }
}

#[test]
fn the_currency_may_precede_or_follow_and_must_be_the_imports_currency() {
    for text in [
        "£12.50",
        "£ 12.50",
        "12.50£",
        "12.50 GBP",
        "gbp12.50",
        "GBP 12.50",
    ] {
        assert_eq!(pounds(text).as_deref(), Ok("12.50"), "{text}");
    }
    for text in ["€12.50", "12.50 EUR", "$12.50", "USD 12.50", "-$12.50"] {
        assert_eq!(code(pounds(text)), OtherCurrency, "{text}");
    }
    for text in [
        "about 12.50",
        "12.50%",
        "n/a",
        "#N/A",
        "12.50 p",
        "£12.50 GBP",
    ] {
        assert_eq!(code(pounds(text)), InvalidAmount, "{text}");
    }
    let yen = format("jpy", 0, None);
    assert_eq!(
        yen.parse("¥1234")
            .map(|amount| amount.to_string())
            .as_deref(),
        Ok("1234")
    );
}

#[test]
fn the_currency_limits_the_decimals() {
    assert_eq!(code(pounds("12.005")), ProblemCode::AmbiguousAmount);
    assert_eq!(code(pounds("1234.5600000001")), TooManyDecimals);
    let point = |currency, minor_units, text| {
        let format = format(currency, minor_units, Some(DecimalMark::Point));
        format.parse(text).map(|amount| amount.to_string())
    };
    assert_eq!(code(point("GBP", 2, "12.005")), TooManyDecimals);
    assert_eq!(point("GBP", 2, "12.500").as_deref(), Ok("12.50"));
    assert_eq!(point("GBP", 2, "1,234").as_deref(), Ok("1234.00"));
    assert_eq!(point("KWD", 3, "12.005").as_deref(), Ok("12.005"));
    assert_eq!(point("JPY", 0, "1,234").as_deref(), Ok("1234"));
    assert_eq!(point("JPY", 0, "1234.00").as_deref(), Ok("1234"));
    assert_eq!(code(point("JPY", 0, "12.5")), TooManyDecimals);
}

#[test]
fn a_rejection_has_a_reason() {
    let cases = [
        (
            "1,234",
            "\"1,234\" can mean 1234 or 1.234; set decimalMark to POINT or COMMA",
        ),
        (
            "1.2E+05",
            "\"1.2E+05\" is in scientific notation, in which a spreadsheet may have lost \
                     digits; format the column as a number",
        ),
        (
            "-1e5",
            "\"-1e5\" is in scientific notation, in which a spreadsheet may have lost \
                  digits; format the column as a number",
        ),
        ("12.3456", "\"12.3456\" has 4 decimals, but GBP has 2"),
        (
            "1000000000000000",
            "\"1000000000000000\" is too large; amounts must be below 10^15",
        ),
        ("€5", "\"€5\" is not in GBP, the currency of this import"),
        (
            "twelve",
            "\"twelve\" is not an amount: \"twelve\" is not a currency",
        ),
        ("1.2.3", "\"1.2.3\" is not an amount"),
    ];
    for (text, expected) in cases {
        assert_eq!(pounds(text).expect_err(text).message, expected);
    }
    let comma = format("EUR", 2, Some(DecimalMark::Comma));
    let fault = comma.parse("12.50").expect_err("rejected");
    assert_eq!(
        fault.message,
        "\"12.50\" does not match the given decimalMark"
    );
}
