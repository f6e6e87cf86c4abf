//! Parses a number without sign and currency, and determines its thousands separators and decimal mark.

use crate::DecimalMark;

/// The digits of a number before and after the decimal mark.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Digits {
    pub whole: String,
    pub decimals: String,
}

/// The reason a number could not be parsed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DigitsError {
    /// One separator followed by three digits: `1,234` is 1234 or 1.234.
    Ambiguous { large: String, small: String },
    /// The separators contradict the given decimal mark.
    OtherMark,
    /// Not a number.
    Invalid,
}

/// Parses a number with the decimal mark `mark`, or with the mark inferred from the number if `mark` is `None`.
///
/// If the number has both points and commas, the last separator is the decimal mark. A separator that occurs several
/// times separates thousands. A single separator is the decimal mark, unless it is followed by three digits that may be
/// thousands, which is ambiguous.
pub(crate) fn parse(text: &str, mark: Option<DecimalMark>) -> Result<Digits, DigitsError> {
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return Err(DigitsError::Invalid);
    }
    let point = match mark {
        Some(DecimalMark::Point) => '.',
        Some(DecimalMark::Comma) => ',',
        None => shown_mark(text)?,
    };
    let (whole, decimals) = text.split_once(point).unwrap_or((text, ""));
    // Occurs only with a given mark, for example `1.234,50` with a point.
    if decimals.contains(['.', ',']) {
        return Err(if mark.is_some() {
            DigitsError::OtherMark
        } else {
            DigitsError::Invalid
        });
    }
    if !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DigitsError::Invalid);
    }
    match grouped(whole) {
        Some(whole) => Ok(Digits {
            whole,
            decimals: decimals.to_owned(),
        }),
        None if mark.is_some() && parse(text, None).is_ok() => Err(DigitsError::OtherMark),
        None => Err(DigitsError::Invalid),
    }
}

/// Infers the decimal mark from the number.
fn shown_mark(text: &str) -> Result<char, DigitsError> {
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
                return Err(DigitsError::Ambiguous { large, small });
            }
            Ok(last)
        }
        (1, _) => Ok(last),
        (_, 0) => Ok(other(last)),
        _ => Err(DigitsError::Invalid),
    }
}

/// Returns the digits of a whole number. Its thousands may be grouped by one kind of separator.
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
    let all_have = |length: usize| middle.iter().all(|group| group.len() == length);
    // The Indian format has groups of two before the last group: 12,34,567.
    let thousands = all_have(3) || (all_have(2) && first.len() <= 2);
    let regular = matches!(first.len(), 1..=3) && last.len() == 3 && thousands;
    (regular && groups.iter().all(|group| digits(group))).then(|| groups.concat())
}

#[cfg(test)]
mod tests;
