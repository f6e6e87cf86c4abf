//! Iterates over the payments of a file.

use std::io::{self, Read};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{
    Field, Options, Problem,
    ProblemCode::{Empty, UnevenRow},
    amount::AmountFormat,
    date,
    heading::{Column, Headings},
    problem::{Fault, quoted},
    record::{Found, Record, Records},
    source::Source,
    text,
};

/// One payment, as written in its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Line of the file on which the record starts; the first line is 1.
    pub row: u64,
    /// The day of the payment.
    pub spent_on: NaiveDate,
    /// The amount at the currency's scale. Refunds are negative.
    pub amount: Decimal,
    /// The merchant; never empty.
    pub merchant: String,
    /// The category; `None` if the cell is empty.
    pub category: Option<String>,
    /// The department; `None` if the cell is empty.
    pub department: Option<String>,
    /// The document number; `None` if the cell is empty.
    pub reference: Option<String>,
    /// The description; `None` if the cell is empty.
    pub description: Option<String>,
}

/// A data line: a payment, or all of its problems.
pub type Row = Result<Payment, Vec<Problem>>;

/// An iterator over the data lines of an open file. It returns an error only if its reader fails, and then ends.
pub struct Payments<R> {
    records: Records<Source<R>>,
    record: Record,
    columns: Vec<Column>,
    width: usize,
    amounts: AmountFormat,
    options: Options,
    empty: u64,
    ended: bool,
}

impl<R: Read> Payments<R> {
    pub(crate) fn new(
        records: Records<Source<R>>,
        headings: &Headings,
        options: Options,
    ) -> Result<Self, Vec<Problem>> {
        let columns = headings.resolve(&options.mapping)?;
        let amounts = AmountFormat::new(&options);
        let (record, width) = (Record::default(), headings.names.len());
        Ok(Self {
            records,
            record,
            columns,
            width,
            amounts,
            options,
            empty: 0,
            ended: false,
        })
    }

    /// The number of bytes read from the reader so far, for a progress bar. Up to about 100 kB of them are buffered and
    /// not returned as lines yet.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.records.reader().bytes_read()
    }

    /// The number of lines skipped so far because they are blank or all their cells are empty.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.records.blank + self.empty
    }

    /// Parses the record's mapped cells. Returns all problems, not only the first.
    fn row(&self) -> Row {
        let mut cells = Cells {
            payments: self,
            problems: Vec::new(),
        };
        if let Some(problem) = self.uneven() {
            return Err(vec![problem]);
        }
        let options = &self.options;
        let spent_on = cells.read(Field::SpentOn, |cell| date::parse(cell, options.date_order));
        let amount = cells.read(Field::Amount, |cell| self.amounts.parse(cell));
        let mut text = |field| cells.read(field, |cell| Ok(cell.to_owned()));
        let merchant = text(Field::Merchant);
        let category = text(Field::Category);
        let department = text(Field::Department);
        let reference = text(Field::Reference);
        let description = text(Field::Description);
        match (spent_on, amount, merchant) {
            (Some(spent_on), Some(amount), Some(merchant)) if cells.problems.is_empty() => {
                let row = self.record.first_line;
                Ok(Payment {
                    row,
                    spent_on,
                    amount,
                    merchant,
                    category,
                    department,
                    reference,
                    description,
                })
            }
            _ => Err(cells.problems),
        }
    }

    /// Returns a problem if the number of cells shows that cells are shifted, so that none of them can be trusted.
    ///
    /// Spreadsheets omit empty cells at the end of a line, so only required cells must exist.
    fn uneven(&self) -> Option<Problem> {
        let (found, width) = (self.record.len(), self.width);
        let required = self
            .columns
            .iter()
            .filter(|column| column.field.is_required());
        let missing = required
            .filter(|column| column.index >= found)
            .min_by_key(|c| c.index);
        let extra = self.record.cells().skip(width).find(|cell| !is_empty(cell));
        let reason = match (missing, extra) {
            (None, None) => return None,
            (Some(missing), _) => format!("the cell {} is missing", quoted(&missing.heading)),
            (None, Some(extra)) => {
                let extra = text::decode(extra);
                format!(
                    "{} has no heading; is there an unquoted delimiter?",
                    quoted(&extra)
                )
            }
        };
        let joined = self.record.joined_lines();
        let message = format!("{joined}{found} cells for {width} headings: {reason}");
        Some(Fault::new(UnevenRow, message).at(self.record.first_line, None))
    }
}

impl<R: Read> Iterator for Payments<R> {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let found = match self.records.read(&mut self.record) {
                Ok(found) => found,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            };
            match found {
                Found::Record if self.record.cells().all(is_empty) => self.empty += 1,
                Found::Record => return Some(Ok(self.row())),
                Found::End => self.ended = true,
                Found::TextAfterQuote | Found::OpenQuote | Found::TooLong => {
                    self.ended = found != Found::TextAfterQuote;
                    return Some(Ok(Err(vec![self.record.problem(found)])));
                }
            }
        }
        None
    }
}

/// Parses cells of the current record and collects their problems.
struct Cells<'a, R> {
    payments: &'a Payments<R>,
    problems: Vec<Problem>,
}

impl<R: Read> Cells<'_, R> {
    fn read<T>(&mut self, field: Field, parse: impl Fn(&str) -> Result<T, Fault>) -> Option<T> {
        let Payments {
            record,
            columns,
            records,
            ..
        } = self.payments;
        let column = columns.iter().find(|column| column.field == field)?;
        let decoded = text::decode(record.cell(column.index).unwrap_or_default());
        let cell = text::tidy(&decoded);
        let transcoded = records.reader().is_transcoded();
        let value = if !cell.is_empty() {
            text::check(&cell, field.longest(), transcoded).and_then(|()| parse(&cell))
        } else if field.is_required() {
            Err(Fault::new(
                Empty,
                format!("the cell is empty; every payment needs its {field}"),
            ))
        } else {
            return None;
        };
        let problem = |fault: Fault| fault.at(record.first_line, Some(&column.heading));
        value
            .map_err(|fault| self.problems.push(problem(fault)))
            .ok()
    }
}

fn is_empty(cell: &[u8]) -> bool {
    text::tidy(&text::decode(cell)).is_empty()
}

#[cfg(test)]
mod tests;
