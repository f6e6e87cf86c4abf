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
    result.expect_err("refused").code
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
fn a_refund_is_negative_however_it_is_written() {
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
fn a_sign_said_twice_or_a_dash_for_no_decimals_is_no_refund() {
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
fn the_currency_may_stand_on_either_side_and_must_be_the_imports() {
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
fn decimals_are_those_of_the_currency() {
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
fn what_is_refused_is_explained() {
    let cases = [
        (
            "1,234",
            "\"1,234\" can be read as 1234 or as 1.234; give decimalMark (POINT or COMMA)",
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
        ("12.3456", "\"12.3456\" has 4 decimals and GBP has 2"),
        (
            "1000000000000000",
            "\"1000000000000000\" is too large; amounts end below 10^15",
        ),
        ("€5", "\"€5\" is not in GBP, the currency of this import"),
        (
            "twelve",
            "\"twelve\" is no amount: \"twelve\" is no currency",
        ),
        ("1.2.3", "\"1.2.3\" is no amount"),
    ];
    for (text, expected) in cases {
        assert_eq!(pounds(text).expect_err(text).message, expected);
    }
    let comma = format("EUR", 2, Some(DecimalMark::Comma));
    let fault = comma.parse("12.50").expect_err("refused");
    assert_eq!(
        fault.message,
        "\"12.50\" does not fit the decimalMark that was given"
    );
}
