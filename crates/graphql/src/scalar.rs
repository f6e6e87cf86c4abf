//! Scalars of the schema, each with the specification that it follows.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, SecondsFormat, SubsecRound, Utc};

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
        let text = match &value {
            Value::String(text) => text.clone(),
            Value::Number(number) if number.is_i64() => number.to_string(),
            _ => {
                return Err(InputValueError::custom(
                    "A Decimal is a string, such as \"12.50\".",
                ));
            }
        };
        // No exponent: what a person means by 1e3 is not money.
        let plain = text.len() <= 40
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || b"+-.".contains(&b));
        let number = plain.then(|| text.parse().ok()).flatten();
        number.map(Self).ok_or_else(|| {
            InputValueError::custom("This is not a decimal number; write it like \"12.50\".")
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
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
        let wrong = || InputValueError::custom("A Date is a string of the form \"2026-01-31\".");
        let Value::String(text) = &value else {
            return Err(wrong());
        };
        if text.len() != 10 {
            return Err(wrong());
        }
        text.parse().map(Self).map_err(|_| wrong())
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
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
        let moment = match &value {
            Value::String(text) => chrono::DateTime::parse_from_rfc3339(text).ok(),
            _ => None,
        };
        moment.map(|moment| Self(moment.to_utc())).ok_or_else(|| {
            InputValueError::custom("A DateTime is a string of the form \"2026-01-31T12:00:00Z\".")
        })
    }

    fn to_value(&self) -> Value {
        // As exact as the database keeps it.
        let moment = self.0.trunc_subsecs(6);
        Value::String(moment.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
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
        match value {
            Value::String(code) => Ok(Self(code)),
            _ => Err(InputValueError::custom(
                "A CurrencyCode is a string of three letters, such as \"EUR\".",
            )),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// Whether a value is one of the schema's own scalar of this name. One that is not here takes what its own parser
/// takes, when it is executed.
pub(crate) fn accepts(name: &str, value: Value) -> bool {
    match name {
        "CurrencyCode" => CurrencyCode::parse(value).is_ok(),
        "Date" => Date::parse(value).is_ok(),
        "DateTime" => DateTime::parse(value).is_ok(),
        "Decimal" => Decimal::parse(value).is_ok(),
        _ => true,
    }
}
