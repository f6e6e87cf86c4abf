//! The branding of an organization: colour and logo.

use crate::{Error, Result};

/// A colour as `#rrggbb`, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct BrandColor(String);

impl BrandColor {
    /// Parses `raw`, the value of the input field `field`.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn parse(field: &str, raw: &str) -> Result<Self> {
        let color = raw.trim().to_ascii_lowercase();
        let digits = color.strip_prefix('#').unwrap_or_default();
        if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(color))
        } else {
            Err(Error::invalid(
                field,
                "Write the colour as #rrggbb, such as #1f6feb.",
            ))
        }
    }
}

impl From<BrandColor> for String {
    fn from(color: BrandColor) -> Self {
        color.0
    }
}

/// The https URL of an image. It is loaded by people who have not signed in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct LogoUrl(String);

impl LogoUrl {
    /// Parses `raw`, the value of the input field `field`.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn parse(field: &str, raw: &str) -> Result<Self> {
        let address = raw.trim();
        let rest = address.strip_prefix("https://").unwrap_or_default();
        let clean = !rest.is_empty()
            && rest
                .chars()
                .all(|c| c.is_ascii_graphic() && !"\"'<>\\`{}|^".contains(c));
        if clean && address.len() <= 2000 {
            Ok(Self(address.to_owned()))
        } else {
            Err(Error::invalid(
                field,
                "A logo must be the https:// URL of an image.",
            ))
        }
    }
}

impl From<LogoUrl> for String {
    fn from(url: LogoUrl) -> Self {
        url.0
    }
}
