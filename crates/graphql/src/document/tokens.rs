//! Limits on the length and the nesting of a document, checked before it is parsed. The parser, and all code that walks the
//! syntax tree, recurses once for each bracket, and a stack overflow aborts the whole process.

use async_graphql::ServerError;
use outlay_domain::ErrorCode;

use super::limits::Limit;
use crate::error::refusal;

/// The maximum number of open brackets. Selections take at most 15, arguments about 5.
const NESTING: u32 = 64;

/// The maximum length of a text, in bytes. Long values belong into variables, which are cheap to parse.
const BYTES: u32 = 128 * 1024;

/// Rejects a text of more than [`BYTES`], with more than `maximum` tokens, with more than [`NESTING`] open brackets, or with
/// an unterminated string, after which parsers could disagree about the remaining tokens.
pub(super) fn check(document: &str, maximum: u64) -> Result<(), ServerError> {
    let bytes = Limit {
        name: "bytes",
        counted: "bytes",
        maximum: BYTES.into(),
    };
    bytes.check(document.len() as u64)?;
    let mut rest = document.as_bytes();
    let (mut tokens, mut open, mut deepest) = (0, 0_u64, 0);
    while let [first, after @ ..] = rest {
        tokens += 1;
        rest = match (first, after) {
            (b'"', [b'"', b'"', text @ ..]) => after_block_string(text).ok_or_else(open_string)?,
            (b'"', text) => after_string(text).ok_or_else(open_string)?,
            (b'#', text) => {
                tokens -= 1;
                after_run(text, |byte| !matches!(byte, b'\n' | b'\r'))
            }
            (b'{' | b'[' | b'(', text) => {
                open += 1;
                deepest = deepest.max(open);
                text
            }
            (b'}' | b']' | b')', text) => {
                open = open.saturating_sub(1);
                text
            }
            (b'.', text) => after_run(text, |byte| byte == b'.'),
            (first, text) if is_word(*first) => after_run(text, is_word),
            (first, text) => {
                if first.is_ascii_whitespace() || *first == b',' {
                    tokens -= 1;
                }
                text
            }
        };
    }
    nesting().check(deepest)?;
    let limit = Limit {
        name: "tokens",
        counted: "tokens",
        maximum,
    };
    limit.check(tokens)
}

fn nesting() -> Limit {
    Limit {
        name: "nesting",
        counted: "brackets open at once",
        maximum: NESTING.into(),
    }
}

/// Whether the byte can be part of a name or a number.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn after_run(text: &[u8], belongs: impl Fn(u8) -> bool) -> &[u8] {
    let end = text.iter().position(|byte| !belongs(*byte));
    &text[end.unwrap_or(text.len())..]
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

fn open_string() -> ServerError {
    refusal(
        ErrorCode::Invalid,
        "This document contains an unterminated string.",
    )
}

#[cfg(test)]
mod tests {
    use super::check;

    const NESTING: usize = 64;

    fn is_bounded(document: &str) -> bool {
        check(document, 1_000).is_ok()
    }

    #[test]
    fn what_is_between_tokens_is_none() {
        let document = "query A($a: [Int!] = [-1, 2.5e3]) @b { ...C # {{{\n, c(d: \"e f\", g: \"\"\"h\"\"\") }";
        // A fraction counts as three, a sign as one more.
        let tokens = 34;
        assert!(check(document, tokens).is_ok());
        assert!(check(document, tokens - 1).is_err());
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
