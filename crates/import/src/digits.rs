//! A bare number with its separators: which of them mark thousands and which the decimals.

use crate::DecimalMark;

/// A number as its digits before and after the decimal mark.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Digits {
    pub whole: String,
    pub decimals: String,
}

/// Why a number could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// One separator with three digits behind it: `1,234` is 1234 or 1.234.
    Ambiguous { large: String, small: String },
    /// The separators contradict the decimal mark that was given.
    OtherMark,
    /// No number at all.
    Invalid,
}

/// Reads a number, with the decimal mark `mark` if given, else with the one the number shows.
///
/// Both a point and a comma: the last one marks the decimals. One of them several times:
/// thousands. One of them once: the decimals, unless three digits follow that may be thousands.
pub(crate) fn parse(text: &str, mark: Option<DecimalMark>) -> Result<Digits, Unread> {
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return Err(Unread::Invalid);
    }
    let point = match mark {
        Some(DecimalMark::Point) => '.',
        Some(DecimalMark::Comma) => ',',
        None => shown_mark(text)?,
    };
    let (whole, decimals) = text.split_once(point).unwrap_or((text, ""));
    // With a mark given, `1.234,50` cannot be read with a point; without, it never comes here.
    if decimals.contains(['.', ',']) {
        return Err(if mark.is_some() {
            Unread::OtherMark
        } else {
            Unread::Invalid
        });
    }
    if !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Unread::Invalid);
    }
    match grouped(whole) {
        Some(whole) => Ok(Digits {
            whole,
            decimals: decimals.to_owned(),
        }),
        None if mark.is_some() && parse(text, None).is_ok() => Err(Unread::OtherMark),
        None => Err(Unread::Invalid),
    }
}

/// The decimal mark that the number itself shows.
fn shown_mark(text: &str) -> Result<char, Unread> {
    let count = |mark| text.matches(mark).count();
    let other = |mark| if mark == '.' { ',' } else { '.' };
    let Some(at) = text.rfind(['.', ',']) else {
        return Ok('.');
    };
    let last = if text[at..].starts_with('.') {
        '.'
    } else {
        ','
    };
    let (whole, decimals) = (&text[..at], &text[at + 1..]);
    match (count(last), count(other(last))) {
        (1, 0) => {
            let may_be_thousands = matches!(whole.len(), 1..=3)
                && decimals.len() == 3
                && !whole.starts_with('0')
                && (whole.bytes().chain(decimals.bytes())).all(|byte| byte.is_ascii_digit());
            if may_be_thousands {
                let (large, small) = (format!("{whole}{decimals}"), format!("{whole}.{decimals}"));
                return Err(Unread::Ambiguous { large, small });
            }
            Ok(last)
        }
        (1, _) => Ok(last),
        (_, 0) => Ok(other(last)),
        _ => Err(Unread::Invalid),
    }
}

/// The digits of a whole number, whose thousands may be grouped with one kind of separator.
fn grouped(text: &str) -> Option<String> {
    let is_separator = |c: char| matches!(c, '.' | ',' | '\'' | '’' | ' ');
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let mut separators = text.chars().filter(|c| is_separator(*c));
    let Some(separator) = separators.next() else {
        return digits(text).then(|| text.to_owned());
    };
    let groups: Vec<&str> = text.split(separator).collect();
    let (first, rest) = groups.split_first()?;
    let (last, middle) = rest.split_last()?;
    let of = |length: usize| middle.iter().all(|group| group.len() == length);
    // Groups of two before the last are the Indian way: 12,34,567.
    let thousands = of(3) || (of(2) && first.len() <= 2);
    let regular = matches!(first.len(), 1..=3) && last.len() == 3 && thousands;
    (regular && groups.iter().all(|group| digits(group))).then(|| groups.concat())
}

#[cfg(test)]
mod tests;
