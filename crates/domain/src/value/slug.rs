//! Slugs: names of organizations in host names and links.

use crate::{Error, Result};

/// Names with another meaning as a host.
const RESERVED: &[&str] = &[
    "admin",
    "api",
    "app",
    "assets",
    "auth",
    "docs",
    "graphql",
    "help",
    "localhost",
    "login",
    "mail",
    "outlay",
    "status",
    "support",
    "www",
];

/// A label of a host name (RFC 1123): 2 to 63 lower-case letters, digits and inner hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Slug(String);

impl Slug {
    /// Parses `raw`, the value of the input field `field`.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn parse(field: &str, raw: &str) -> Result<Self> {
        let slug = raw.trim();
        let allowed = slug
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !allowed
            || !(2..=63).contains(&slug.len())
            || slug.starts_with('-')
            || slug.ends_with('-')
        {
            return Err(Error::invalid(
                field,
                "A slug must have 2 to 63 lower-case letters, digits and hyphens, and no hyphen at either end.",
            ));
        }
        if RESERVED.contains(&slug) {
            return Err(Error::invalid(
                field,
                format!("The slug {slug} is reserved; choose another."),
            ));
        }
        Ok(Self(slug.to_owned()))
    }

    /// The slug.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

#[cfg(test)]
mod tests {
    use super::Slug;

    #[test]
    fn a_host_name_label_is_a_valid_slug() {
        for raw in ["acme", "greater-london", "a1", &"x".repeat(63)] {
            assert!(Slug::parse("slug", raw).is_ok(), "{raw:?}");
        }
    }

    #[test]
    fn an_invalid_slug_is_rejected() {
        for raw in [
            "",
            "a",
            "-a",
            "a-",
            "Acme",
            "a_b",
            "a.b",
            "a\0b",
            "café",
            "www",
            &"x".repeat(64),
        ] {
            assert!(Slug::parse("slug", raw).is_err(), "{raw:?}");
        }
    }
}
