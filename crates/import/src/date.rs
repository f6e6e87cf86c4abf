//! Parses dates in the formats that finance systems and spreadsheets write.

use chrono::{Datelike, NaiveDate};

use crate::{
    DateOrder::{self, DayFirst, MonthFirst, YearFirst},
    ProblemCode::{AmbiguousDate, InvalidDate},
    problem::{Fault, quoted},
    time,
};

/// Parses a date. A time of day after it is checked and ignored; the date is not converted between time zones.
///
/// A numeric date is tried in every possible order. It is ambiguous if that gives two different days.
pub(crate) fn parse(text: &str, order: Option<DateOrder>) -> Result<NaiveDate, Fault> {
    let day = time::strip(text).ok_or_else(|| invalid(text, order))?;
    let tokens = tokens(day).ok_or_else(|| invalid(text, order))?;
    let mut days = readings(day, &tokens, order);
    days.sort_unstable();
    days.dedup();
    match days[..] {
        [day] if (1900..2200).contains(&day.year()) => Ok(day),
        [day] => {
            let year = day.year();
            let reason = format!(
                "{} is in the year {year}; the year must be 1900 to 2199",
                quoted(text)
            );
            Err(Fault::new(InvalidDate, reason))
        }
        [] => Err(invalid(text, order)),
        _ => {
            let days: Vec<_> = days.iter().map(ToString::to_string).collect();
            let reason = format!(
                "{} can mean {}; set dateOrder to DAY_FIRST, MONTH_FIRST or YEAR_FIRST",
                quoted(text),
                days.join(" or "),
            );
            Err(Fault::new(AmbiguousDate, reason))
        }
    }
}

fn invalid(text: &str, order: Option<DateOrder>) -> Fault {
    let shown = quoted(text);
    let serial = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let order = match order {
        Some(DayFirst) => " with the day first",
        Some(MonthFirst) => " with the month first",
        Some(YearFirst) => " with the year first",
        None => "",
    };
    let reason = if serial {
        format!("{shown} is a spreadsheet's day number; format the column as a date")
    } else {
        format!("{shown} is not a date{order}; write it as 2019-05-28, 28/05/2019 or 28 May 2019")
    };
    Fault::new(InvalidDate, reason)
}

/// A part of a date: digits, or the number of a month given by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Number { value: u32, digits: usize },
    Month(u32),
}

/// Returns every day that the tokens can mean.
fn readings(text: &str, tokens: &[Token], order: Option<DateOrder>) -> Vec<NaiveDate> {
    use Token::{Month, Number};
    let separator = |c: char| !c.is_ascii_alphanumeric();
    let mut separators = text.chars().filter(|c| separator(*c));
    let first = separators.next();
    let one_separator =
        matches!(first, Some('-' | '/' | '.')) && separators.all(|c| Some(c) == first);
    let days = match *tokens {
        [Number { value, digits: 8 }] => {
            vec![day(Some(value / 10_000), value / 100 % 100, value % 100)]
        }
        [d @ Number { .. }, Month(m), y @ Number { .. }] if digits(d) <= 2 => {
            vec![day(year(y), m, number(d))]
        }
        [y @ Number { digits: 4, .. }, Month(m), d @ Number { .. }] if digits(d) <= 2 => {
            vec![day(year(y), m, number(d))]
        }
        [Month(m), d @ Number { .. }, y @ Number { .. }] if digits(d) <= 2 => {
            vec![day(year(y), m, number(d))]
        }
        [a @ Number { .. }, b @ Number { .. }, c @ Number { .. }]
            if one_separator && digits(b) <= 2 =>
        {
            let orders = orders(a, c, first, order);
            let read = |order: DateOrder| match order {
                DayFirst => day(year(c), number(b), number(a)),
                MonthFirst => day(year(c), number(a), number(b)),
                YearFirst => day(year(a), number(b), number(c)),
            };
            orders.into_iter().map(read).collect()
        }
        _ => Vec::new(),
    };
    days.into_iter().flatten().collect()
}

/// Returns the possible orders of a numeric date.
///
/// Four digits are a year in any position. Two digits at the start are a year only in dates with hyphens, as in
/// `19-05-28`, or if the given order says so.
fn orders(a: Token, c: Token, separator: Option<char>, order: Option<DateOrder>) -> Vec<DateOrder> {
    let year_may_lead = separator == Some('-') || order == Some(YearFirst);
    let possible: &[DateOrder] = match (digits(a), digits(c)) {
        (4, 1 | 2) => return vec![YearFirst],
        (2, 2) if year_may_lead => &[DayFirst, MonthFirst, YearFirst],
        (1 | 2, 2 | 4) => &[DayFirst, MonthFirst],
        _ => &[],
    };
    let wanted = order.filter(|order| possible.contains(order));
    wanted.map_or_else(|| possible.to_vec(), |order| vec![order])
}

fn day(year: Option<u32>, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year?).ok()?, month, day)
}

/// Returns the year. Two digits are a year from 1970 to 2069, as in most systems.
fn year(token: Token) -> Option<u32> {
    match token {
        Token::Number { value, digits: 4 } => Some(value),
        Token::Number { value, digits: 2 } if value < 70 => Some(2000 + value),
        Token::Number { value, digits: 2 } => Some(1900 + value),
        _ => None,
    }
}

fn number(token: Token) -> u32 {
    match token {
        Token::Number { value, .. } | Token::Month(value) => value,
    }
}

fn digits(token: Token) -> usize {
    match token {
        Token::Number { digits, .. } => digits,
        Token::Month(_) => 0,
    }
}

/// Splits a date into numbers and month names.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let of_kind = |c: char| match first {
            '0'..='9' => c.is_ascii_digit(),
            _ => c.is_ascii_alphabetic(),
        };
        let end = rest.find(|c| !of_kind(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        match first {
            '0'..='9' if word.len() <= 8 => {
                tokens.push(Token::Number {
                    value: word.parse().ok()?,
                    digits: word.len(),
                });
            }
            'A'..='Z' | 'a'..='z' => tokens.push(Token::Month(month(word)?)),
            _ => return None,
        }
        rest = after.trim_start_matches(['-', '/', '.', ',', ' ']);
        let between = after.len() - rest.len();
        // At most one separator, optionally followed by a space as in "May 28, 2019"; none at the end.
        let spaced = between <= 1 || (between == 2 && after.as_bytes()[1] == b' ');
        if !spaced || (between > 0 && rest.is_empty()) {
            return None;
        }
    }
    Some(tokens)
}

fn month(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    let word = if word == "sept" { "sep" } else { &word };
    let known = |name: &str| name == word || &name[..3] == word;
    (1..)
        .zip(NAMES)
        .find(|(_, name)| known(name))
        .map(|(number, _)| number)
}

#[cfg(test)]
mod tests;
