//! The problems of a line, with messages for the person who corrects the file.

use std::fmt;

/// One problem in one line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line of the file on which the record starts; the first line is 1.
    pub row: u64,
    /// The heading of the affected column; `None` if the problem concerns the whole line.
    pub column: Option<String>,
    /// The kind of problem, for programs.
    pub code: ProblemCode,
    /// The reason, for people. It quotes the invalid value.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "line {}, {column}: {}", self.row, self.message),
            None => write!(f, "line {}: {}", self.row, self.message),
        }
    }
}

/// The kinds of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemCode {
    /// The file has no column with the mapped heading.
    MissingColumn,
    /// The file has the mapped heading more than once.
    AmbiguousColumn,
    /// A required cell is empty.
    Empty,
    /// The cell is not a valid date in a known format.
    InvalidDate,
    /// The date is valid in more than one order of day, month and year.
    AmbiguousDate,
    /// The cell is not an amount in a known format, or the amount is too large.
    InvalidAmount,
    /// The amount's only separator may separate either thousands or decimals.
    AmbiguousAmount,
    /// The amount names a currency other than the import's.
    OtherCurrency,
    /// The amount has more decimals than the currency.
    TooManyDecimals,
    /// The text exceeds the maximum length of the field.
    TooLong,
    /// The text contains control characters, or bytes that are invalid in its encoding.
    InvalidText,
    /// The line lacks a required cell, or has more cells than the heading.
    UnevenRow,
    /// A quotation mark is not closed, or text follows a closing one.
    InvalidQuotes,
    /// The record is too long; nothing after it was read.
    RowTooLong,
}

impl ProblemCode {
    /// The code as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingColumn => "MISSING_COLUMN",
            Self::AmbiguousColumn => "AMBIGUOUS_COLUMN",
            Self::Empty => "EMPTY",
            Self::InvalidDate => "INVALID_DATE",
            Self::AmbiguousDate => "AMBIGUOUS_DATE",
            Self::InvalidAmount => "INVALID_AMOUNT",
            Self::AmbiguousAmount => "AMBIGUOUS_AMOUNT",
            Self::OtherCurrency => "OTHER_CURRENCY",
            Self::TooManyDecimals => "TOO_MANY_DECIMALS",
            Self::TooLong => "TOO_LONG",
            Self::InvalidText => "INVALID_TEXT",
            Self::UnevenRow => "UNEVEN_ROW",
            Self::InvalidQuotes => "INVALID_QUOTES",
            Self::RowTooLong => "ROW_TOO_LONG",
        }
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A problem with a value, before the line and the column are known.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub code: ProblemCode,
    pub message: String,
}

impl Fault {
    pub fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message }
    }

    pub fn at(self, row: u64, column: Option<&str>) -> Problem {
        let column = column.map(str::to_owned);
        let Self { code, message } = self;
        Problem {
            row,
            column,
            code,
            message,
        }
    }
}

/// Returns `value` in quotation marks, printable and cut to 40 characters.
pub(crate) fn quoted(value: &str) -> String {
    const LONGEST: usize = 40;
    let printable = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    let mut shown: String = value.chars().take(LONGEST).map(printable).collect();
    if value.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_value_is_short_and_printable() {
        assert_eq!(quoted("a\u{0}b"), "\"a\u{FFFD}b\"");
        assert_eq!(quoted(&"é".repeat(40)), format!("\"{}\"", "é".repeat(40)));
        assert_eq!(quoted(&"é".repeat(41)), format!("\"{}…\"", "é".repeat(40)));
    }

    #[test]
    fn a_problem_reads_as_a_sentence() {
        let fault = Fault::new(ProblemCode::Empty, "the cell is empty");
        assert_eq!(
            fault.at(7, Some("Amount")).to_string(),
            "line 7, Amount: the cell is empty"
        );
    }
}
