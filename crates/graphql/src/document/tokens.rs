//! How deeply a document nests, found before it is parsed: the parser, and whatever walks its tree, goes down a level of
//! the stack for each bracket, and a stack that overflows ends the whole process.

use async_graphql::ServerError;
use outlay_domain::ErrorCode;

use crate::error::refusal;

/// How many brackets of a document may be open at once. Selections go down to fifteen, arguments to five or so.
const NESTING: usize = 64;

/// Refuses a document in which more than [`NESTING`] brackets are open at once, and one with a string that does not
/// end: what such a string hides is a matter of opinion.
pub(super) fn check(document: &str) -> Result<(), ServerError> {
    let mut rest = document.as_bytes();
    let mut open = 0_usize;
    loop {
        rest = match rest {
            [] => return Ok(()),
            [b'"', b'"', b'"', text @ ..] => after_block_string(text).ok_or_else(open_string)?,
            [b'"', text @ ..] => after_string(text).ok_or_else(open_string)?,
            [b'#', text @ ..] => {
                let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                &text[end.unwrap_or(text.len())..]
            }
            [b'{' | b'[' | b'(', rest @ ..] => {
                open += 1;
                if open > NESTING {
                    return Err(too_deep());
                }
                rest
            }
            [b'}' | b']' | b')', rest @ ..] => {
                open = open.saturating_sub(1);
                rest
            }
            [_, rest @ ..] => rest,
        }
    }
}

fn after_block_string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = match text {
            [] => return None,
            [b'"', b'"', b'"', rest @ ..] => return Some(rest),
            [b'\\', b'"', b'"', b'"', rest @ ..] | [_, rest @ ..] => rest,
        }
    }
}

fn after_string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = match text {
            [] | [b'\n' | b'\r', ..] => return None,
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', _, rest @ ..] | [_, rest @ ..] => rest,
        }
    }
}

fn too_deep() -> ServerError {
    let message = format!("More than {NESTING} brackets are open at once in this document.");
    refusal(ErrorCode::LimitExceeded, message)
}

fn open_string() -> ServerError {
    refusal(
        ErrorCode::Invalid,
        "A string in this document does not end.",
    )
}

#[cfg(test)]
mod tests {
    use super::{NESTING, check};

    fn is_bounded(document: &str) -> bool {
        check(document).is_ok()
    }

    #[test]
    fn brackets_count_where_they_nest() {
        let deep = "[".repeat(NESTING);
        assert!(is_bounded(&deep));
        assert!(!is_bounded(&format!("{{{deep}")));
        assert!(!is_bounded(&"{a(b:[".repeat(NESTING)));
        assert!(is_bounded(&"{a(b:[])}".repeat(NESTING)));
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not() {
        let deep = "[".repeat(NESTING + 1);
        assert!(is_bounded(&format!("{{ a(b: \"{deep} \\\" {deep}\") }}")));
        assert!(is_bounded(&format!(
            "{{ a(b: \"\"\"{deep}\n\" \\\"\"\" {deep}\"\"\") }}"
        )));
        assert!(is_bounded(&format!("{{ a # \" {deep}\r}}")));
    }

    #[test]
    fn nothing_hides_in_a_string_that_closes_brackets_or_does_not_end() {
        assert!(!is_bounded(&"[\"]\"".repeat(NESTING + 1)));
        assert!(!is_bounded(&"[#]\n".repeat(NESTING + 1)));
        assert!(!is_bounded("{ a(b: \"\"\"x\" [ }"));
        assert!(!is_bounded("{ a(b: \"x\n\") }"));
    }
}
