//! An organization's looks: its colour and its logo.

use crate::{Error, Result};

/// A colour as `#rrggbb`, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct BrandColor(String);

impl BrandColor {
    /// Reads `raw`, the value of the input's `field`.
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
                "A colour is written #rrggbb, such as #1f6feb.",
            ))
        }
    }
}

impl From<BrandColor> for String {
    fn from(color: BrandColor) -> Self {
        color.0
    }
}

/// The address of a picture, by https only: it is shown to people who have not signed in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct LogoUrl(String);

impl LogoUrl {
    /// Reads `raw`, the value of the input's `field`.
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
                "A logo is the https:// address of a picture.",
            ))
        }
    }
}

impl From<LogoUrl> for String {
    fn from(url: LogoUrl) -> Self {
        url.0
    }
}
