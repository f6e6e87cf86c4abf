//! Reads a CSV file of payments line by line, with a column mapping and without guessing.
//!
//! [`open`] reads the heading and finds the mapped columns; the [`Payments`] it returns yield one
//! [`Payment`], or every [`Problem`], for each data line. Memory stays constant however long the
//! file is. This crate knows no database, no tenant and no clock.
//!
//! Two principles decide the doubtful cases. A value that can be read in two ways is refused
//! with a message that says which option settles it, because a misread amount is worse than a
//! refused one. A line is either imported whole or reported; it is never dropped in silence.

mod amount;
mod currency;
mod date;
mod decoding;
mod digits;
mod field;
mod heading;
mod mapping;
mod open;
mod options;
mod payments;
mod problem;
mod record;
mod source;
mod text;
mod time;

pub use field::Field;
pub use mapping::{Mapping, MappingError};
pub use open::{OpenError, open};
pub use options::{DateOrder, DecimalMark, Delimiter, Encoding, Options, UnknownOption};
pub use payments::{Payment, Payments, Row};
pub use problem::{Problem, ProblemCode};
