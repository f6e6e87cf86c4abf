//! Text that people write: trimmed, composed, and free of characters that do not print.

use sea_orm::sea_query::LikeExpr;
use unicode_normalization::UnicodeNormalization;

use crate::{Error, Result};

/// A text of a known length, in Unicode normal form C, without control characters.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $min:literal..=$max:literal, $multiline:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
        pub struct $name(String);

        impl $name {
            /// Reads `raw`, the value of the input's `field`.
            ///
            /// # Errors
            /// `Invalid` with the field, when the text is too short, too long, or holds control characters.
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
    /// What a thing or person is called: 1 to 200 characters on one line.
    Name, 1..=200, false
);
text!(
    /// A number or code from somebody's records: 1 to 100 characters on one line.
    Code, 1..=100, false
);
text!(
    /// A description: up to 2,000 characters, on several lines if need be; may be empty.
    Note, 0..=2000, true
);
text!(
    /// Why something was decided: 1 to 2,000 characters.
    Reason, 1..=2000, true
);
text!(
    /// A comment: 1 to 2,000 characters, on several lines if need be.
    Remark, 1..=2000, true
);
text!(
    /// What to look for in a text: 1 to 200 characters.
    SearchText, 1..=200, false
);

impl SearchText {
    /// The pattern of LIKE for what holds this text, whose own wildcards stand for themselves.
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
    // Composing cannot shorten a text below a quarter, so a huge one is refused before it is copied.
    if raw.len() > max * 16 {
        return Err(too_long(field, max));
    }
    let text: String = raw.trim().nfc().collect();
    let control = |c: char| c.is_control() && !(multiline && matches!(c, '\n' | '\r' | '\t'));
    if text.chars().any(control) {
        return Err(Error::invalid(
            field,
            "It holds characters that do not print; remove them.",
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
    Error::invalid(field, format!("It is too long: {max} characters at most."))
}

#[cfg(test)]
mod tests {
    use super::{Name, Note};

    #[test]
    fn a_name_is_trimmed_and_composed() {
        let name = Name::parse("name", "  Cafe\u{301} ").expect("a name");
        assert_eq!(name.as_str(), "Café");
    }

    #[test]
    fn a_name_refuses_what_no_name_holds() {
        for raw in [
            "",
            "   ",
            "a\0b",
            "two\nlines",
            "\u{7}",
            &"x".repeat(201),
            &"x".repeat(1_000_000),
        ] {
            let error = Name::parse("name", raw).expect_err("refused");
            assert_eq!(error.field(), Some("name"));
        }
    }

    #[test]
    fn two_hundred_characters_are_counted_not_bytes() {
        assert!(Name::parse("name", &"語".repeat(200)).is_ok());
    }

    #[test]
    fn a_note_may_be_empty_and_have_lines() {
        assert!(Note::parse("description", "").is_ok());
        assert!(Note::parse("description", "one\ntwo").is_ok());
        assert!(Note::parse("description", "one\0two").is_err());
    }
}
