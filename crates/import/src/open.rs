//! Opening a file: its heading, its delimiter and where the mapped columns are.

use std::io::{self, Read};

use crate::{
    Delimiter, Options, Payments, Problem,
    heading::Headings,
    record::{Found, Record, Records},
    source::Source,
};

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The reader failed.
    #[error("the file cannot be read")]
    Read(#[from] io::Error),
    /// There is not even a heading.
    #[error("the file is empty")]
    Empty,
    /// The file is of another kind.
    #[error("this is not a CSV file but {what}")]
    NotCsv {
        /// What it is, and what to do about it.
        what: &'static str,
    },
    /// The mapped columns are not in the heading, each once.
    #[error("the heading does not fit the mapping: {}", messages(.0))]
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
/// When the reader fails, when the file is no CSV, or when a mapped heading is missing or
/// repeated.
pub fn open<R: Read>(reader: R, options: Options) -> Result<Payments<R>, OpenError> {
    let source = Source::open(reader, options.encoding.map(|encoding| encoding.0))?;
    let mut records = Records::new(source, Delimiter::Comma.byte());
    let announced = announced(records.peek()?);
    if announced.is_some() {
        records.read(&mut Record::default())?;
    }
    let delimiter = match options.delimiter.or(announced) {
        Some(delimiter) => delimiter,
        None => tell_delimiter(records.peek()?, &options),
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

/// The delimiter of a first line such as `sep=;`, which spreadsheets write and hide.
fn announced(start: &[u8]) -> Option<Delimiter> {
    let (word, rest) = start.split_at_checked(4)?;
    let [byte, b'\r' | b'\n', ..] = rest else {
        return None;
    };
    let delimiter = Delimiter::ALL
        .into_iter()
        .find(|delimiter| delimiter.byte() == *byte);
    delimiter.filter(|_| word.eq_ignore_ascii_case(b"sep="))
}

/// The delimiter under which the heading holds the most mapped columns, then the most columns.
fn tell_delimiter(start: &[u8], options: &Options) -> Delimiter {
    let found = |delimiter: &Delimiter| {
        let mut records = Records::new(start, delimiter.byte());
        // Reading from memory does not fail, and a broken heading is reported when it is read.
        read_headings(&mut records).map_or((0, 0), |headings| {
            (
                headings.count_mapped(&options.mapping),
                headings.names.len(),
            )
        })
    };
    // Of equals `max_by_key` takes the last, and the comma is the usual one.
    Delimiter::ALL
        .into_iter()
        .rev()
        .max_by_key(found)
        .unwrap_or(Delimiter::Comma)
}
