//! Opens a file: detects the delimiter, reads the heading and finds the mapped columns.

use std::io::{self, Read};

use crate::{
    Delimiter, Options, Payments, Problem,
    heading::Headings,
    record::{Found, Record, Records},
    source::Source,
};

/// The reason a file cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The reader failed.
    #[error("the file cannot be read")]
    Read(#[from] io::Error),
    /// The file has no heading.
    #[error("the file is empty")]
    Empty,
    /// The file has another format.
    #[error("this is not a CSV file but {what}")]
    NotCsv {
        /// The detected format, and what to do about it.
        what: &'static str,
    },
    /// A mapped column is missing or repeated in the heading.
    #[error("the heading does not match the mapping: {}", messages(.0))]
    Heading(Vec<Problem>),
}

fn messages(problems: &[Problem]) -> String {
    let messages: Vec<_> = problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    messages.join("; ")
}

/// Reads the heading and finds the mapped columns in it.
///
/// # Errors
///
/// If the reader fails, the file is not CSV, or a mapped heading is missing or repeated.
pub fn open<R: Read>(reader: R, options: Options) -> Result<Payments<R>, OpenError> {
    let source = Source::open(reader, options.encoding.map(|encoding| encoding.0))?;
    let mut records = Records::new(source, Delimiter::Comma.byte());
    let declared = declared_delimiter(records.peek()?);
    if declared.is_some() {
        records.read(&mut Record::default())?;
    }
    let delimiter = match options.delimiter.or(declared) {
        Some(delimiter) => delimiter,
        None => detect_delimiter(records.peek()?, &options),
    };
    records.set_delimiter(delimiter.byte());
    let headings = read_headings(&mut records)?;
    Payments::new(records, &headings, options).map_err(OpenError::Heading)
}

fn read_headings(records: &mut Records<impl Read>) -> Result<Headings, OpenError> {
    let mut record = Record::default();
    match records.read(&mut record)? {
        Found::Record => Ok(Headings::new(record.first_line, record.cells())),
        Found::End => Err(OpenError::Empty),
        found => Err(OpenError::Heading(vec![record.problem(found)])),
    }
}

/// Returns the delimiter declared by a first line such as `sep=;`, which spreadsheets write but do not show.
fn declared_delimiter(start: &[u8]) -> Option<Delimiter> {
    let (word, rest) = start.split_at_checked(4)?;
    let [byte, b'\r' | b'\n', ..] = rest else {
        return None;
    };
    let delimiter = Delimiter::ALL
        .into_iter()
        .find(|delimiter| delimiter.byte() == *byte);
    delimiter.filter(|_| word.eq_ignore_ascii_case(b"sep="))
}

/// Returns the delimiter with which the heading has the most mapped columns, then the most columns.
fn detect_delimiter(start: &[u8], options: &Options) -> Delimiter {
    let found = |delimiter: &Delimiter| {
        let mut records = Records::new(start, delimiter.byte());
        // Reading from memory does not fail, and an invalid heading is reported when it is read later.
        read_headings(&mut records).map_or((0, 0), |headings| {
            (
                headings.count_mapped(&options.mapping),
                headings.names.len(),
            )
        })
    };
    // Of equal values `max_by_key` returns the last one, which must be the comma, the usual delimiter.
    Delimiter::ALL
        .into_iter()
        .rev()
        .max_by_key(found)
        .unwrap_or(Delimiter::Comma)
}
