//! Text input: trimmed, normalized, and without control characters.

use sea_orm::sea_query::LikeExpr;
use unicode_normalization::UnicodeNormalization;

use crate::{Error, Result};

/// A text of bounded length, in Unicode normal form C, without control characters.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $min:literal..=$max:literal, $multiline:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
        pub struct $name(String);

        impl $name {
            /// Parses `raw`, the value of the input field `field`.
            ///
            /// # Errors
            /// `Invalid` with the field, when the text is too short or too long, or contains control characters.
            pub fn parse(field: &str, raw: &str) -> Result<Self> {
                parse(field, raw, $min, $max, $multiline).map(Self)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    };
}

text!(
    /// The name of a person or object: 1 to 200 characters on one line.
    Name, 1..=200, false
);
text!(
    /// A number or code of the user's own records: 1 to 100 characters on one line.
    Code, 1..=100, false
);
text!(
    /// A description: up to 2,000 characters on any number of lines; may be empty.
    Note, 0..=2000, true
);
text!(
    /// The reason of a decision: 1 to 2,000 characters.
    Reason, 1..=2000, true
);
text!(
    /// A comment: 1 to 2,000 characters, in one or more lines.
    Remark, 1..=2000, true
);
text!(
    /// A search text: 1 to 200 characters.
    SearchText, 1..=200, false
);

impl SearchText {
    /// The LIKE pattern for texts that contain this one. Wildcards in it are escaped.
    pub(crate) fn pattern(&self) -> LikeExpr {
        let mut pattern = String::from("%");
        for c in self.as_str().chars() {
            if matches!(c, '\\' | '%' | '_') {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        pattern.push('%');
        LikeExpr::new(pattern)
    }
}

fn parse(field: &str, raw: &str, min: usize, max: usize, multiline: bool) -> Result<String> {
    // Normalization does not shorten a text below a quarter, so an oversized one is rejected before it is copied.
    if raw.len() > max * 16 {
        return Err(too_long(field, max));
    }
    let text: String = raw.trim().nfc().collect();
    let control = |c: char| c.is_control() && !(multiline && matches!(c, '\n' | '\r' | '\t'));
    if text.chars().any(control) {
        return Err(Error::invalid(
            field,
            "It contains control characters; remove them.",
        ));
    }
    let length = text.chars().count();
    if length < min {
        return Err(Error::invalid(field, "It must not be empty."));
    }
    if length > max {
        return Err(too_long(field, max));
    }
    Ok(text)
}

fn too_long(field: &str, max: usize) -> Error {
    Error::invalid(
        field,
        format!("It is too long: use at most {max} characters."),
    )
}

#[cfg(test)]
mod tests {
    use super::{Name, Note};

    #[test]
    fn a_name_is_trimmed_and_normalized() {
        let name = Name::parse("name", "  Cafe\u{301} ").expect("a name");
        assert_eq!(name.as_str(), "Café");
    }

    #[test]
    fn an_invalid_name_is_rejected() {
        for raw in [
            "",
            "   ",
            "a\0b",
            "two\nlines",
            "\u{7}",
            &"x".repeat(201),
            &"x".repeat(1_000_000),
        ] {
            let error = Name::parse("name", raw).expect_err("rejected");
            assert_eq!(error.field(), Some("name"));
        }
    }

    #[test]
    fn length_is_counted_in_characters_not_bytes() {
        assert!(Name::parse("name", &"語".repeat(200)).is_ok());
    }

    #[test]
    fn a_note_may_be_empty_and_have_lines() {
        assert!(Note::parse("description", "").is_ok());
        assert!(Note::parse("description", "one\ntwo").is_ok());
        assert!(Note::parse("description", "one\0two").is_err());
    }
}
