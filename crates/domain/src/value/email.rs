//! E-mail addresses.

use email_address::EmailAddress;

use crate::{Error, Result};

/// A valid e-mail address in lower case, at most 254 characters (RFC 5321).
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Email(String);

impl Email {
    /// Parses `raw`, the value of the input field `field`.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn parse(field: &str, raw: &str) -> Result<Self> {
        let address = raw.trim().to_lowercase();
        let valid = address.len() <= 254
            && !address.chars().any(|c| c.is_control() || c.is_whitespace())
            && EmailAddress::is_valid(&address);
        if valid {
            Ok(Self(address))
        } else {
            Err(Error::invalid(
                field,
                "This is not an e-mail address; write it like name@example.org.",
            ))
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::Email;

    #[test]
    fn an_address_is_kept_in_lower_case() {
        assert_eq!(
            Email::parse("email", " Ada@Example.ORG ")
                .expect("an address")
                .as_str(),
            "ada@example.org"
        );
    }

    #[test]
    fn an_invalid_address_is_rejected() {
        for raw in [
            "",
            "ada",
            "ada@",
            "@example.org",
            "a b@example.org",
            "a\0@example.org",
            "a@b@c",
        ] {
            assert!(Email::parse("email", raw).is_err(), "{raw:?}");
        }
    }
}
