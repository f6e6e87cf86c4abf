//! Scalars of the schema, each with the specification that it follows. Each reads one notation of a value and no other.

use async_graphql::{InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, SecondsFormat, SubsecRound, Utc};

use crate::upload::Upload;

/// A scalar that is read before anything is executed.
trait Read: Sized {
    /// What its values are, to complete a sentence.
    const NOTATION: &'static str;

    fn read(value: &Value) -> Option<Self>;
}

fn parse<T: Read + InputType>(value: &Value) -> InputValueResult<T> {
    T::read(value).ok_or_else(|| InputValueError::custom(format!("It is {}.", T::NOTATION)))
}

/// A decimal number as a string, such as "12.50": exact, never a float. Whole numbers are read too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal(pub rust_decimal::Decimal);

/// A decimal number as a string, such as "12.50": exact, never a float. Whole numbers are read too.
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
                // Digits that do not fit are an error, not rounded.
                rust_decimal::Decimal::from_str_exact(text).ok()
            }
            Value::Number(number) => number.as_i64().map(Into::into),
            _ => None,
        };
        number.map(Self)
    }
}

/// Whether a text is a number as JSON writes it (RFC 8259, section 6), without an exponent: what a person means by 1e3 is
/// not money.
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

/// A day, as YYYY-MM-DD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A day, as YYYY-MM-DD.
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
    const NOTATION: &'static str = "a day of the calendar as YYYY-MM-DD, such as \"2026-01-31\"";

    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) if has_form(text, "dddd-dd-dd") => text.parse().ok().map(Self),
            _ => None,
        }
    }
}

/// Whether a text has this form, in which `d` is a digit and everything else is itself.
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

/// A moment in UTC by RFC 3339, such as "2026-01-31T12:00:00Z", with up to six decimals of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// A moment in UTC by RFC 3339, such as "2026-01-31T12:00:00Z", with up to six decimals of a second.
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"
)]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        parse(&value)
    }

    fn to_value(&self) -> Value {
        // As exact as the database keeps it.
        let moment = self.0.trunc_subsecs(6);
        Value::String(moment.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl Read for DateTime {
    const NOTATION: &'static str =
        "a moment such as \"2026-01-31T12:00:00Z\", with at most six decimals of a second";

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

/// Whether a text has the form of RFC 3339 with capital `T` and `Z`. A leap second has no place in the database.
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

/// The three letters of a currency in ISO 4217, such as EUR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrencyCode(pub String);

/// The three letters of a currency in ISO 4217, such as EUR.
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

/// Checks a value of the schema's own scalar of this name; a scalar that is not here takes any value until it is executed.
///
/// # Errors
/// What values of that scalar are.
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
