//! Telephone numbers.

use crate::{Error, Result};

/// A telephone number: 4 to 32 digits, spaces and `+-()./`, with at least four digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Phone(String);

impl Phone {
    /// Parses `raw`, the value of the input field `field`.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn parse(field: &str, raw: &str) -> Result<Self> {
        let number = raw.trim();
        let allowed = number
            .chars()
            .all(|c| c.is_ascii_digit() || " +-()./".contains(c));
        let digits = number.chars().filter(char::is_ascii_digit).count();
        if allowed && number.len() <= 32 && digits >= 4 {
            Ok(Self(number.to_owned()))
        } else {
            Err(Error::invalid(
                field,
                "This is not a telephone number; write it like +44 20 7946 0000.",
            ))
        }
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}
