//! Decodes the text of a cell, repairs a common encoding error and normalizes white space.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

use crate::{
    ProblemCode::{InvalidText, TooLong},
    problem::{Fault, quoted},
};

/// Decodes the bytes of a cell.
///
/// Bytes that are not valid UTF-8 are Windows-1252. Deciding this for each cell needs no second pass over the file, and
/// supports files concatenated from both encodings.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => repair(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Repairs a wrong conversion found in real files: Windows-1252 read as Latin-1 and written as UTF-8, which turns a
/// closing quotation mark into the control character U+0092.
fn repair(text: &str) -> Cow<'_, str> {
    let lost = |c: char| ('\u{80}'..='\u{9F}').contains(&c);
    if !text.contains(lost) {
        return Cow::Borrowed(text);
    }
    let mut repaired = String::with_capacity(text.len());
    for c in text.chars() {
        match u8::try_from(c) {
            Ok(byte) if lost(c) => {
                repaired.push_str(&WINDOWS_1252.decode_without_bom_handling(&[byte]).0);
            }
            _ => repaired.push(c),
        }
    }
    Cow::Owned(repaired)
}

/// Trims `text` and replaces each run of white space by one space.
///
/// Removes invisible characters (zero-width space, word joiner, byte order mark, soft hyphen), so that the names of two
/// suppliers always differ visibly.
pub(crate) fn tidy(text: &str) -> Cow<'_, str> {
    let plain = |c: char| !c.is_whitespace() && !is_invisible(c);
    if text
        .split(' ')
        .all(|word| !word.is_empty() && word.chars().all(plain))
    {
        return Cow::Borrowed(text);
    }
    let mut tidied = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        if !c.is_whitespace() {
            tidied.push(c);
        } else if !tidied.is_empty() && !tidied.ends_with(' ') {
            tidied.push(' ');
        }
    }
    tidied.truncate(tidied.trim_end().len());
    Cow::Owned(tidied)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}')
}

/// Rejects a normalized text that cannot be stored or was decoded with the wrong encoding.
///
/// `transcoded` says that the text was decoded with a known encoding. U+FFFD then means that the encoding is wrong;
/// otherwise it is a character of the file itself.
pub(crate) fn check(text: &str, longest: usize, transcoded: bool) -> Result<(), Fault> {
    if let Some(control) = text.chars().find(|c| c.is_control()) {
        let code = u32::from(control);
        let reason = format!(
            "{} contains the control character U+{code:04X}",
            quoted(text)
        );
        return Err(Fault::new(InvalidText, reason));
    }
    if transcoded && text.contains('\u{FFFD}') {
        let reason = format!(
            "{} contains bytes that are invalid in the file's encoding",
            quoted(text)
        );
        return Err(Fault::new(InvalidText, reason));
    }
    let length = text.chars().count();
    if length > longest {
        let reason = format!(
            "{} has {length} characters; at most {longest} are allowed",
            quoted(text)
        );
        return Err(Fault::new(TooLong, reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cell_is_utf8_or_windows_1252() {
        let cases: [(&[u8], &str); 7] = [
            (b"plain", "plain"),
            ("Café €".as_bytes(), "Café €"),
            (b"Caf\xE9 \x80", "Café €"),
            (b"GOODS/SERVICES\xA0- R", "GOODS/SERVICES\u{A0}- R"),
            (b"Evans \x96 Client", "Evans – Client"),
            ("CHILDREN\u{92}S".as_bytes(), "CHILDREN’S"),
            ("and so on\u{85}".as_bytes(), "and so on…"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(decode(bytes), expected);
        }
    }

    #[test]
    fn white_space_is_collapsed_and_invisible_characters_are_removed() {
        let cases = [
            ("a b", "a b"),
            ("  a  b\u{A0}\u{2009} c\n", "a b c"),
            ("a\r\nb\tc", "a b c"),
            ("\u{FEFF}a\u{200B}b\u{AD}", "ab"),
            ("  \u{200B} ", ""),
            ("", ""),
            (" a", "a"),
            ("a \u{200B}", "a"),
        ];
        for (text, expected) in cases {
            assert_eq!(tidy(text), expected, "{text:?}");
        }
    }

    #[test]
    fn text_that_cannot_be_stored_is_rejected() {
        let fault = |text: &str, transcoded| check(text, 5, transcoded).expect_err(text);
        let nul = fault("a\u{0}b", false);
        assert_eq!(nul.code, InvalidText);
        assert_eq!(
            nul.message,
            "\"a\u{FFFD}b\" contains the control character U+0000"
        );
        assert_eq!(fault("a\u{81}", false).code, InvalidText);
        assert_eq!(fault("a\u{FFFD}", true).code, InvalidText);
        assert_eq!(check("a\u{FFFD}", 5, false), Ok(()));
        assert_eq!(
            fault("ééééée", false).message,
            "\"ééééée\" has 6 characters; at most 5 are allowed"
        );
        assert_eq!(check("ééééé", 5, false), Ok(()));
    }
}
