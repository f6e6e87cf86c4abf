//! The first pass: checks and sums up every line, and writes nothing.

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

/// Maximum number of stored and reported problems. A file with more has a systematic error, which the first thousand
/// show.
const MAX_PROBLEMS: usize = 1_000;

/// Maximum number of distinct departments, or categories, in a file.
const MAX_NAMES: usize = 10_000;

/// Number of bytes read so far, over both passes, for progress bars.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    /// The number of bytes read so far. It ends at twice the size of the file.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A file of payments on this machine, and the options to read it. Serialization skips the path and the progress, since
/// a repeated upload has another path.
#[derive(Debug, Clone, Serialize)]
pub struct ImportFile {
    /// The path of the file.
    #[serde(skip)]
    pub path: PathBuf,
    /// The name that the user gave the file.
    pub name: Name,
    /// Maps columns to values.
    pub mapping: Mapping,
    /// The currency of the amounts.
    pub currency: Currency,
    /// Units of base currency for one unit of the file's currency; only when they differ.
    pub exchange_rate: Option<ExchangeRate>,
    /// Resolves ambiguous dates.
    pub date_order: Option<DateOrder>,
    /// Resolves ambiguous decimal marks.
    pub decimal_mark: Option<DecimalMark>,
    /// The column delimiter; detected from the heading if absent.
    pub delimiter: Option<Delimiter>,
    /// The encoding; detected from the text if absent.
    pub encoding: Option<Encoding>,
    /// Counts the bytes read.
    #[serde(skip)]
    pub progress: Progress,
}

/// The result of the first pass.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Survey {
    /// SHA-256 of the file.
    pub hash: [u8; 32],
    /// Number of data lines.
    pub rows: u64,
    /// Number of data lines with a problem.
    pub bad_rows: u64,
    /// Sum of the amounts of the valid lines.
    pub amount: Decimal,
    /// The first thousand problems.
    pub problems: Vec<ImportProblem>,
    /// Departments by name, each with the line where it first occurs.
    pub departments: BTreeMap<String, u64>,
    /// Categories by name, each with the line where it first occurs.
    pub categories: BTreeMap<String, u64>,
}

impl ImportFile {
    /// Reads the whole file once, on a blocking thread.
    ///
    /// # Errors
    /// `Invalid` when the file is not CSV, or its heading does not fit the mapping; `Internal` when it cannot be read.
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
        // Read the rest as well, because the hash covers the whole file.
        io::copy(&mut source, &mut io::sink()).map_err(Error::internal)?;
        survey.hash = source.hash.finalize().into();
        Ok(survey)
    }

    /// Opens the file for the second pass.
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
                    self.amount = sum.ok_or_else(|| {
                        Error::invalid("file", "The sum of the amounts is too large.")
                    })?;
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

    /// Adds problems, up to [`MAX_PROBLEMS`].
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
        let message = format!(
            "The file has more than {MAX_NAMES} departments or categories; check the mapping."
        );
        return Err(Error::invalid("mapping", message));
    }
    Ok(())
}

/// Counts the bytes read.
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

/// Hashes the bytes read.
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
