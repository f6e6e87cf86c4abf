//! Scalars of the schema, each with its specification. Each scalar accepts exactly one notation of a value.

use async_graphql::{InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, SecondsFormat, SubsecRound, Utc};

use crate::upload::Upload;

/// A scalar that is parsed before the operation is executed.
trait Read: Sized {
    /// Description of its values, completing the sentence "Expected …".
    const NOTATION: &'static str;

    fn read(value: &Value) -> Option<Self>;
}

fn parse<T: Read + InputType>(value: &Value) -> InputValueResult<T> {
    T::read(value).ok_or_else(|| InputValueError::custom(format!("Expected {}.", T::NOTATION)))
}

/// An exact decimal number of at most 28 digits, as a string such as "12.50". Input may also be a JSON integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal(pub rust_decimal::Decimal);

/// An exact decimal number of at most 28 digits, as a string such as "12.50". Input may also be a JSON integer.
#[Scalar(
    name = "Decimal",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259#section-6"
)]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        parse(&value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl Read for Decimal {
    const NOTATION: &'static str =
        "a string such as \"12.50\" or \"-3\", of at most 28 digits, or a whole number";

    fn read(value: &Value) -> Option<Self> {
        let number = match value {
            Value::String(text) if is_decimal(text) => {
                // Digits beyond the precision are an error; they are not rounded.
                rust_decimal::Decimal::from_str_exact(text).ok()
            }
            Value::Number(number) => number.as_i64().map(Into::into),
            _ => None,
        };
        number.map(Self)
    }
}

/// Whether a text is a JSON number (RFC 8259, section 6) without an exponent: 1e3 is no notation for an amount of money.
fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    text.len() <= 40
        && is_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(is_digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A calendar day, as YYYY-MM-DD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A calendar day, as YYYY-MM-DD.
#[Scalar(
    name = "Date",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"
)]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        parse(&value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl Read for Date {
    const NOTATION: &'static str = "a calendar day as YYYY-MM-DD, such as \"2026-01-31\"";

    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) if has_form(text, "dddd-dd-dd") => text.parse().ok().map(Self),
            _ => None,
        }
    }
}

/// Whether a text matches a form, in which `d` stands for a digit and every other character for itself.
fn has_form(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text
            .bytes()
            .zip(form.bytes())
            .all(|(byte, form)| match form {
                b'd' => byte.is_ascii_digit(),
                form => byte == form,
            })
}

/// A point in time by RFC 3339, with at most six decimals of a second, such as "2026-01-31T12:00:00Z". Output is in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// A point in time by RFC 3339, with at most six decimals of a second, such as "2026-01-31T12:00:00Z". Output is in UTC.
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"
)]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        parse(&value)
    }

    fn to_value(&self) -> Value {
        // The database stores microseconds.
        let moment = self.0.trunc_subsecs(6);
        Value::String(moment.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl Read for DateTime {
    const NOTATION: &'static str =
        "a point in time such as \"2026-01-31T12:00:00Z\", with at most six decimals of a second";

    fn read(value: &Value) -> Option<Self> {
        let Value::String(text) = value else {
            return None;
        };
        if !is_moment(text) {
            return None;
        }
        let moment = chrono::DateTime::parse_from_rfc3339(text).ok()?;
        Some(Self(moment.to_utc()))
    }
}

/// Whether a text has the form of RFC 3339 with capital `T` and `Z`. Leap seconds are rejected: the database cannot store
/// them.
fn is_moment(text: &str) -> bool {
    const SECONDS: &str = "dddd-dd-ddTdd:dd:dd";
    let Some((seconds, rest)) = text.split_at_checked(SECONDS.len()) else {
        return false;
    };
    let zone = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit());
            let (decimals, zone) = rest.split_at(end.unwrap_or(rest.len()));
            if decimals.is_empty() || decimals.len() > 6 {
                return false;
            }
            zone
        }
        None => rest,
    };
    has_form(seconds, SECONDS)
        && !seconds.ends_with("60")
        && (zone == "Z" || has_form(zone, "+dd:dd") || has_form(zone, "-dd:dd"))
}

/// An ISO 4217 currency code of three capital letters, such as EUR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrencyCode(pub String);

/// An ISO 4217 currency code of three capital letters, such as EUR.
#[Scalar(
    name = "CurrencyCode",
    specified_by_url = "https://www.iso.org/iso-4217-currency-codes.html"
)]
impl ScalarType for CurrencyCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        parse(&value)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl Read for CurrencyCode {
    const NOTATION: &'static str = "three capital letters, such as \"EUR\"";

    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(code)
                if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) =>
            {
                Some(Self(code.clone()))
            }
            _ => None,
        }
    }
}

impl Read for Upload {
    const NOTATION: &'static str = "a file of a multipart request, not a value";

    fn read(value: &Value) -> Option<Self> {
        <Self as InputType>::parse(Some(value.clone())).ok()
    }
}

/// Checks a value against the custom scalar of this name. Other scalars accept any value here.
///
/// # Errors
/// The description of valid values.
pub(crate) fn check(name: &str, value: &Value) -> Result<(), &'static str> {
    fn read<T: Read>(value: &Value) -> Result<(), &'static str> {
        T::read(value).map(|_| ()).ok_or(T::NOTATION)
    }
    match name {
        "CurrencyCode" => read::<CurrencyCode>(value),
        "Date" => read::<Date>(value),
        "DateTime" => read::<DateTime>(value),
        "Decimal" => read::<Decimal>(value),
        "Upload" => read::<Upload>(value),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
