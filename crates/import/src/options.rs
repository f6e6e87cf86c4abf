//! The options for reading a file: mapping, currency and format.

use std::{fmt, str::FromStr};

use crate::Mapping;

/// The options for reading a file.
#[derive(Debug, Clone)]
pub struct Options {
    /// The column of each field.
    pub mapping: Mapping,
    /// ISO 4217 code of all amounts. A cell that names another currency is rejected.
    pub currency: String,
    /// Number of decimals of the currency: 2 for GBP, 0 for JPY, 3 for KWD.
    pub minor_units: u32,
    /// Order of numeric dates. If `None`, ambiguous dates are rejected.
    pub date_order: Option<DateOrder>,
    /// The decimal mark. If `None`, ambiguous amounts are rejected.
    pub decimal_mark: Option<DecimalMark>,
    /// The file's encoding; a byte order mark takes precedence. If `None` and without such a mark, a cell is UTF-8 if
    /// it is valid UTF-8, otherwise Windows-1252.
    pub encoding: Option<Encoding>,
    /// The separator of cells. If `None`, it is detected from the heading.
    pub delimiter: Option<Delimiter>,
}

impl Options {
    /// Creates options that detect everything else from the file.
    #[must_use]
    pub fn new(mapping: Mapping, currency: impl Into<String>, minor_units: u32) -> Self {
        let currency = currency.into();
        Self {
            mapping,
            currency,
            minor_units,
            date_order: None,
            decimal_mark: None,
            encoding: None,
            delimiter: None,
        }
    }
}

/// The order in which a date such as `05/06/2019` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum DateOrder {
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
    /// Year, month, day; required only for two-digit years.
    YearFirst,
}

/// The character between whole units and decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum DecimalMark {
    /// `1,234.50`
    Point,
    /// `1.234,50`
    Comma,
}

/// The character between the cells of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// The tab character.
    Tab,
    /// `|`
    Pipe,
}

impl Delimiter {
    pub(crate) const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    pub(crate) const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

/// A text encoding, parsed from a WHATWG label such as `windows-1252`, `utf-8` or `shift_jis`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Encoding(pub(crate) &'static encoding_rs::Encoding);

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoding({})", self.0.name())
    }
}

impl serde::Serialize for Encoding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

/// An unknown value of an option.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{given}\" is not {expected}")]
pub struct UnknownOption {
    given: String,
    expected: &'static str,
}

fn unknown(given: &str, expected: &'static str) -> UnknownOption {
    let given = given.to_owned();
    UnknownOption { given, expected }
}

/// Converts the spelling of the command line to that of GraphQL: `day-first` to `DAY_FIRST`.
fn constant_case(word: &str) -> String {
    word.trim().to_ascii_uppercase().replace('-', "_")
}

impl FromStr for DateOrder {
    type Err = UnknownOption;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        match constant_case(given).as_str() {
            "DAY_FIRST" => Ok(Self::DayFirst),
            "MONTH_FIRST" => Ok(Self::MonthFirst),
            "YEAR_FIRST" => Ok(Self::YearFirst),
            _ => Err(unknown(
                given,
                "a date order: DAY_FIRST, MONTH_FIRST or YEAR_FIRST",
            )),
        }
    }
}

impl FromStr for DecimalMark {
    type Err = UnknownOption;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        match constant_case(given).as_str() {
            "POINT" | "." => Ok(Self::Point),
            "COMMA" | "," => Ok(Self::Comma),
            _ => Err(unknown(given, "a decimal mark: POINT or COMMA")),
        }
    }
}

impl FromStr for Delimiter {
    type Err = UnknownOption;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        match given {
            "," => return Ok(Self::Comma),
            ";" => return Ok(Self::Semicolon),
            "\t" | "\\t" => return Ok(Self::Tab),
            "|" => return Ok(Self::Pipe),
            _ => {}
        }
        match constant_case(given).as_str() {
            "COMMA" => Ok(Self::Comma),
            "SEMICOLON" => Ok(Self::Semicolon),
            "TAB" => Ok(Self::Tab),
            "PIPE" => Ok(Self::Pipe),
            _ => Err(unknown(given, "a delimiter: COMMA, SEMICOLON, TAB or PIPE")),
        }
    }
}

impl FromStr for Encoding {
    type Err = UnknownOption;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        // These two are not text encodings: they decode to placeholders.
        let text = |found: &&encoding_rs::Encoding| {
            *found != encoding_rs::REPLACEMENT && *found != encoding_rs::X_USER_DEFINED
        };
        encoding_rs::Encoding::for_label(given.as_bytes())
            .filter(text)
            .map(Self)
            .ok_or_else(|| {
                unknown(
                    given,
                    "an encoding, such as utf-8, windows-1252 or utf-16le",
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_parsed_in_the_spelling_of_a_shell_or_of_graphql() {
        assert_eq!("DAY_FIRST".parse(), Ok(DateOrder::DayFirst));
        assert_eq!("month-first".parse(), Ok(DateOrder::MonthFirst));
        assert_eq!("comma".parse(), Ok(DecimalMark::Comma));
        assert_eq!(";".parse(), Ok(Delimiter::Semicolon));
        assert_eq!("tab".parse(), Ok(Delimiter::Tab));
        assert_eq!("latin1".parse(), Ok(Encoding(encoding_rs::WINDOWS_1252)));
    }

    #[test]
    fn the_error_for_an_unknown_option_lists_the_known_ones() {
        let error = "EUROPEAN".parse::<DateOrder>().expect_err("unknown");
        let expected = "\"EUROPEAN\" is not a date order: DAY_FIRST, MONTH_FIRST or YEAR_FIRST";
        assert_eq!(error.to_string(), expected);
        assert!("klingon".parse::<Encoding>().is_err());
        assert!("x-user-defined".parse::<Encoding>().is_err());
        assert!("\"".parse::<Delimiter>().is_err());
    }
}
