//! Reads a CSV file of payments line by line, using a column mapping.
//!
//! [`open`] reads the heading and finds the mapped columns. The returned [`Payments`] iterator yields one [`Payment`],
//! or all [`Problem`]s, for each data line. Memory use does not depend on the length of the file. This crate uses no
//! database, no tenant and no clock.
//!
//! Two principles apply. An ambiguous value is rejected with a message that names the option that resolves it, because
//! a misread amount is worse than a rejected one. A line is either imported completely or reported, never silently
//! dropped.

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
