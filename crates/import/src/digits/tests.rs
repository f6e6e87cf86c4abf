use super::*;
use DecimalMark::{Comma, Point};

fn read(text: &str, mark: Option<DecimalMark>) -> Result<String, DigitsError> {
    parse(text, mark).map(|digits| format!("{}|{}", digits.whole, digits.decimals))
}

#[test]
fn the_decimal_mark_is_inferred_from_the_number() {
    let cases = [
        ("12", "12|"),
        ("12.5", "12|5"),
        ("12,5", "12|5"),
        (".5", "|5"),
        (",50", "|50"),
        ("5.", "5|"),
        ("1,234.50", "1234|50"),
        ("1.234,50", "1234|50"),
        ("1 234,50", "1234|50"),
        ("1'234.50", "1234|50"),
        ("1’234’567", "1234567|"),
        ("1 234", "1234|"),
        ("1,234,567", "1234567|"),
        ("1.234.567", "1234567|"),
        ("1,234,567.5", "1234567|5"),
        ("12,34,567.00", "1234567|00"),
        ("0.125", "0|125"),
        ("0,125", "0|125"),
        (".125", "|125"),
        ("1234.567", "1234|567"),
        ("1 234.567", "1234|567"),
        ("1.2345", "1|2345"),
        ("007", "007|"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text, None).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn one_separator_before_three_digits_is_ambiguous_until_the_mark_is_given() {
    let cases = [
        ("1,234", "1234", "1.234"),
        ("1.234", "1234", "1.234"),
        ("123.450", "123450", "123.450"),
    ];
    for (text, large, small) in cases {
        let (large, small) = (large.to_owned(), small.to_owned());
        assert_eq!(
            read(text, None),
            Err(DigitsError::Ambiguous { large, small }),
            "{text}"
        );
    }
    assert_eq!(read("1,234", Some(Point)).as_deref(), Ok("1234|"));
    assert_eq!(read("1,234", Some(Comma)).as_deref(), Ok("1|234"));
    assert_eq!(read("1.234", Some(Point)).as_deref(), Ok("1|234"));
    assert_eq!(read("1.234", Some(Comma)).as_deref(), Ok("1234|"));
}

#[test]
fn a_number_that_contradicts_the_mark_is_rejected() {
    for (text, mark) in [
        ("1.234,50", Point),
        ("1,50", Point),
        ("1.234.567", Point),
        ("1,234.50", Comma),
        ("12.50", Comma),
        ("1,234,567", Comma),
    ] {
        assert_eq!(
            read(text, Some(mark)),
            Err(DigitsError::OtherMark),
            "{text}"
        );
    }
}

#[test]
fn invalid_numbers_are_rejected() {
    for text in [
        "",
        ".",
        "-",
        "abc",
        "12a",
        "1.2.3",
        "1,2,3",
        "1,23,4.5",
        "1,2345,678",
        "1 2345",
        "1,234 567",
        "1.234,567,890",
        "1.5 000",
        "١٢",
        "1..5",
        "1,,234",
        ",234,567",
        "1E5",
    ] {
        assert_eq!(read(text, None), Err(DigitsError::Invalid), "{text}");
    }
}
