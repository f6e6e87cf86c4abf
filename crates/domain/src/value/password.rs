//! Passwords chosen by users.

use std::fmt;

use crate::{Error, Result};

/// A password of 10 to 200 characters (NIST SP 800-63B: require length, not composition). It is never printed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Password(String);

impl Password {
    /// Parses `raw`, the value of the input field `field`.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn parse(field: &str, raw: &str) -> Result<Self> {
        let length = raw.chars().take(201).count();
        if (10..=200).contains(&length) && !raw.contains('\0') {
            Ok(Self(raw.to_owned()))
        } else {
            Err(Error::invalid(
                field,
                "A password must have 10 to 200 characters.",
            ))
        }
    }

    /// Accepts any text as a password to verify. A longer text is truncated, to bound the cost of hashing.
    #[must_use]
    pub fn claimed(raw: &str) -> Self {
        Self(raw.chars().take(201).collect())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password")
    }
}
