use super::*;

fn read(text: &str, order: Option<DateOrder>) -> Result<String, Fault> {
    parse(text, order).map(|day| day.to_string())
}

#[test]
fn a_date_is_parsed_in_every_unambiguous_format() {
    for text in [
        "2019-05-28",
        "2019/05/28",
        "2019.05.28",
        "20190528",
        "2019-5-28",
        "28/05/2019",
        "28.05.2019",
        "28-05-2019",
        "28/5/2019",
        "05/28/2019",
        "28/05/19",
        "28-May-19",
        "28 May 2019",
        "28-May-2019",
        "28/May/2019",
        "28 MAY 19",
        "28May2019",
        "May 28, 2019",
        "May 28 2019",
        "28 May, 2019",
        "2019-May-28",
        "2019-05-28 00:00:00",
        "2019-05-28T10:00:00Z",
        "28/05/2019 09:30",
        "28 May 2019, 10:00 PM",
    ] {
        assert_eq!(read(text, None).as_deref(), Ok("2019-05-28"), "{text}");
    }
    let cases = [
        ("05/05/2019", "2019-05-05"),
        ("1 Sept 2019", "2019-09-01"),
        ("1 September 2019", "2019-09-01"),
        ("31-Dec-69", "2069-12-31"),
        ("31-Dec-70", "1970-12-31"),
        ("29/02/2020", "2020-02-29"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text, None).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn an_ambiguous_date_requires_the_date_order() {
    let fault = read("05/06/2019", None).expect_err("ambiguous");
    assert_eq!(fault.code, AmbiguousDate);
    let expected = "\"05/06/2019\" can mean 2019-05-06 or 2019-06-05; set dateOrder to \
                    DAY_FIRST, MONTH_FIRST or YEAR_FIRST";
    assert_eq!(fault.message, expected);
    for text in ["5.6.19", "05/06/19", "19-05-28", "28-05-19"] {
        assert_eq!(
            read(text, None).expect_err(text).code,
            AmbiguousDate,
            "{text}"
        );
    }
}

#[test]
fn the_date_order_applies_only_to_numeric_dates() {
    let cases = [
        ("05/06/2019", DayFirst, "2019-06-05"),
        ("05/06/2019", MonthFirst, "2019-05-06"),
        ("28-05-19", DayFirst, "2019-05-28"),
        ("19-05-28", YearFirst, "2019-05-28"),
        ("19/05/28", YearFirst, "2019-05-28"),
        ("2019-05-06", MonthFirst, "2019-05-06"),
        ("2019-05-06", DayFirst, "2019-05-06"),
        ("6 May 2019", MonthFirst, "2019-05-06"),
        ("28/05/2019", YearFirst, "2019-05-28"),
    ];
    for (text, order, expected) in cases {
        assert_eq!(read(text, Some(order)).as_deref(), Ok(expected), "{text}");
    }
    let fault = read("28/05/2019", Some(MonthFirst)).expect_err("no month 28");
    assert_eq!(fault.code, InvalidDate);
    assert!(
        fault.message.contains("with the month first"),
        "{}",
        fault.message
    );
}

#[test]
fn invalid_dates_are_rejected() {
    for text in [
        "31/02/2019",
        "29/02/2019",
        "2019-13-01",
        "2019-00-10",
        "32/01/2019",
        "2019-05",
        "May 2019",
        "2019",
        "28/05-2019",
        "28/05/019",
        "28/05/2",
        "128/05/2019",
        "28 Mai 2019",
        "28 May",
        "2019-05-28-",
        "-2019-05-28",
        "28//05/2019",
        "2019-05-28 25:00",
        "2019-05-28 noon",
        "soon",
        "28052019",
        "2019-05-28 10:00 hours",
        "٢٨/٠٥/٢٠١٩",
        "99999999999/1/1",
    ] {
        assert_eq!(
            read(text, None).expect_err(text).code,
            InvalidDate,
            "{text}"
        );
    }
    let message = |text| read(text, None).expect_err(text).message;
    assert_eq!(
        message("43613"),
        "\"43613\" is a spreadsheet's day number; format the column as a date"
    );
    assert_eq!(
        message("28/05/1899"),
        "\"28/05/1899\" is in the year 1899; the year must be 1900 to 2199"
    );
    let expected =
        "\"31/02/2019\" is not a date; write it as 2019-05-28, 28/05/2019 or 28 May 2019";
    assert_eq!(message("31/02/2019"), expected);
}

#[test]
fn every_month_has_a_name() {
    for month in 1..=12 {
        let day = NaiveDate::from_ymd_opt(2019, month, 15).expect("exists");
        for form in ["%d-%b-%y", "%d %B %Y", "%b %d, %Y"] {
            assert_eq!(
                parse(&day.format(form).to_string(), None),
                Ok(day),
                "{form}"
            );
        }
    }
}
