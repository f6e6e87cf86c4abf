//! The first reading: every line checked and added up, nothing written.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use outlay_import::{OpenError, Options, Payments};
use rust_decimal::Decimal;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{DateOrder, DecimalMark, Delimiter, Encoding, ImportProblem, Mapping};
use crate::{
    Error, Result,
    value::{Currency, ExchangeRate, Name},
};

/// Problems kept and reported; beyond these the file has a habit, and the first thousand show it.
const MAX_PROBLEMS: usize = 1_000;

/// Different departments or categories that one file may hold.
const MAX_NAMES: usize = 10_000;

/// Bytes read so far, counted over both readings, for whoever draws a progress bar.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    /// Bytes read so far; twice the file's size at the end.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A file of payments on this machine, and how to read it. It is serialized without its location and its progress: a
/// repeated upload is in another place.
#[derive(Debug, Clone, Serialize)]
pub struct ImportFile {
    /// Its location.
    #[serde(skip)]
    pub path: PathBuf,
    /// What its owner calls it.
    pub name: Name,
    /// Which column holds what.
    pub mapping: Mapping,
    /// The currency of its amounts.
    pub currency: Currency,
    /// Units of base currency for one of the file's; only when they differ.
    pub exchange_rate: Option<ExchangeRate>,
    /// How its dates are to be read, where they could be read two ways.
    pub date_order: Option<DateOrder>,
    /// What separates its decimals, where that could be read two ways.
    pub decimal_mark: Option<DecimalMark>,
    /// What separates its columns; seen from the heading when absent.
    pub delimiter: Option<Delimiter>,
    /// Its encoding; seen from the text when absent.
    pub encoding: Option<Encoding>,
    /// Counts the bytes read.
    #[serde(skip)]
    pub progress: Progress,
}

/// What the first reading has found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Survey {
    /// SHA-256 of the file.
    pub hash: [u8; 32],
    /// Lines of data.
    pub rows: u64,
    /// Of them, lines with a problem.
    pub bad_rows: u64,
    /// Sum of the amounts that could be read.
    pub amount: Decimal,
    /// The first thousand problems.
    pub problems: Vec<ImportProblem>,
    /// Departments by name, each with the line where it first stands.
    pub departments: BTreeMap<String, u64>,
    /// Categories by name, each with the line where it first stands.
    pub categories: BTreeMap<String, u64>,
}

impl ImportFile {
    /// Reads the whole file once, off the async threads.
    ///
    /// # Errors
    /// `Invalid` when it is no CSV, or its heading does not fit the mapping; `Internal` when it cannot be read.
    pub async fn survey(&self) -> Result<Survey> {
        let file = self.clone();
        tokio::task::spawn_blocking(move || file.survey_now())
            .await
            .map_err(Error::internal)?
    }

    fn survey_now(&self) -> Result<Survey> {
        let mut source = Hashing {
            inner: self.open_counted()?,
            hash: Sha256::new(),
        };
        let mut survey = Survey::default();
        let payments = outlay_import::open(&mut source, self.options()).map_err(open_error)?;
        survey.read(payments)?;
        // Whatever the reader left, for the hash is of the whole file.
        io::copy(&mut source, &mut io::sink()).map_err(Error::internal)?;
        survey.hash = source.hash.finalize().into();
        Ok(survey)
    }

    /// The payments, for the second reading.
    pub(super) fn payments(&self) -> Result<Payments<impl Read + use<>>> {
        outlay_import::open(self.open_counted()?, self.options()).map_err(open_error)
    }

    fn open_counted(&self) -> Result<Counting> {
        let file = File::open(&self.path).map_err(Error::internal)?;
        Ok(Counting {
            file,
            progress: self.progress.clone(),
        })
    }

    fn options(&self) -> Options {
        Options {
            date_order: self.date_order,
            decimal_mark: self.decimal_mark,
            delimiter: self.delimiter,
            encoding: self.encoding,
            ..Options::new(
                self.mapping.clone(),
                self.currency.code(),
                self.currency.decimals(),
            )
        }
    }
}

fn open_error(error: OpenError) -> Error {
    match error {
        OpenError::Read(cause) => Error::internal(cause),
        OpenError::Heading(problems) => {
            let messages: Vec<String> = problems
                .into_iter()
                .map(|problem| problem.message)
                .collect();
            Error::invalid("mapping", messages.join(" "))
        }
        error @ (OpenError::Empty | OpenError::NotCsv { .. }) => {
            Error::invalid("file", error.to_string())
        }
    }
}

impl Survey {
    fn read(&mut self, payments: Payments<impl Read>) -> Result<()> {
        for row in payments {
            self.rows += 1;
            match row.map_err(Error::internal)? {
                Ok(payment) => {
                    let sum = self.amount.checked_add(payment.amount);
                    self.amount = sum
                        .ok_or_else(|| Error::invalid("file", "The amounts add up to too much."))?;
                    note(&mut self.departments, payment.department, payment.row)?;
                    note(&mut self.categories, payment.category, payment.row)?;
                }
                Err(problems) => {
                    self.bad_rows += 1;
                    self.report(problems.into_iter().map(Into::into));
                }
            }
        }
        Ok(())
    }

    /// Adds problems, as long as there is room.
    pub(super) fn report(&mut self, problems: impl Iterator<Item = ImportProblem>) {
        let room = MAX_PROBLEMS.saturating_sub(self.problems.len());
        self.problems.extend(problems.take(room));
    }
}

fn note(names: &mut BTreeMap<String, u64>, name: Option<String>, row: u64) -> Result<()> {
    if let Some(name) = name {
        names.entry(name).or_insert(row);
    }
    if names.len() > MAX_NAMES {
        let message =
            format!("More than {MAX_NAMES} departments or categories: is the mapping right?");
        return Err(Error::invalid("mapping", message));
    }
    Ok(())
}

/// Counts what is read.
struct Counting {
    file: File,
    progress: Progress,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.progress.0.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Hashes what is read.
struct Hashing<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}
