//! Parses amounts in the formats that finance systems and spreadsheets write.

use rust_decimal::Decimal;

use crate::{
    DecimalMark, Options,
    ProblemCode::{self, InvalidAmount, OtherCurrency, TooManyDecimals},
    currency::{self, Named},
    digits::{self, Digits, DigitsError},
    problem::{Fault, quoted},
};

/// The format of the amounts in one file.
#[derive(Debug)]
pub(crate) struct AmountFormat {
    currency: String,
    minor_units: u32,
    mark: Option<DecimalMark>,
}

impl AmountFormat {
    pub fn new(options: &Options) -> Self {
        let currency = options.currency.to_ascii_uppercase();
        Self {
            currency,
            minor_units: options.minor_units,
            mark: options.decimal_mark,
        }
    }

    /// Parses an amount. A sign, parentheses, `CR` and a currency may precede or follow the number.
    pub fn parse(&self, text: &str) -> Result<Decimal, Fault> {
        let invalid = |reason: &str| fault(InvalidAmount, text, reason);
        let parts = Parts::split(text).ok_or_else(|| invalid("is not an amount"))?;
        for word in &parts.words {
            match currency::named(word, &self.currency) {
                Named::This => {}
                Named::Other => {
                    let reason =
                        format!("is not in {}, the currency of this import", self.currency);
                    return Err(fault(OtherCurrency, text, &reason));
                }
                Named::None => {
                    let reason = format!("is not an amount: {} is not a currency", quoted(word));
                    return Err(invalid(&reason));
                }
            }
        }
        let digits = digits::parse(parts.number, self.mark).map_err(|error| match error {
            DigitsError::Ambiguous { large, small } => fault(
                ProblemCode::AmbiguousAmount,
                text,
                &format!("can mean {large} or {small}; set decimalMark to POINT or COMMA"),
            ),
            DigitsError::OtherMark => invalid("does not match the given decimalMark"),
            DigitsError::Invalid if is_scientific(text) => invalid(
                "is in scientific notation, in which a spreadsheet may have lost digits; format \
                 the column as a number",
            ),
            DigitsError::Invalid => invalid("is not an amount"),
        })?;
        let amount = self.decimal(&digits, text)?;
        Ok(if parts.negative && !amount.is_zero() {
            -amount
        } else {
            amount
        })
    }

    /// Converts the digits to the currency's scale. Additional decimals must be zeros.
    fn decimal(&self, digits: &Digits, text: &str) -> Result<Decimal, Fault> {
        const LARGEST: usize = 15;
        let scale = self.minor_units as usize;
        let whole = digits.whole.trim_start_matches('0');
        let decimals = digits.decimals.trim_end_matches('0');
        if decimals.len() > scale {
            let found = decimals.len();
            let reason = format!("has {found} decimals, but {} has {scale}", self.currency);
            return Err(fault(TooManyDecimals, text, &reason));
        }
        if whole.len() > LARGEST {
            return Err(fault(
                InvalidAmount,
                text,
                "is too large; amounts must be below 10^15",
            ));
        }
        let units = format!("0{whole}{decimals:0<scale$}");
        let units: i128 = units
            .parse()
            .map_err(|_| fault(InvalidAmount, text, "is not an amount"))?;
        Decimal::try_from_i128_with_scale(units, self.minor_units)
            .map_err(|_| fault(InvalidAmount, text, "is too large"))
    }
}

fn fault(code: ProblemCode, text: &str, reason: &str) -> Fault {
    Fault::new(code, format!("{} {reason}", quoted(text)))
}

fn is_scientific(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    text.split_once('E').is_some_and(|(number, power)| {
        let power = power.trim_start_matches(['+', '-', '\u{2212}']);
        digit(number.chars().last()) && digit(power.chars().next())
    })
}

/// An amount split into the number and the parts around it.
struct Parts<'a> {
    negative: bool,
    /// Currency codes and signs.
    words: Vec<&'a str>,
    number: &'a str,
}

impl<'a> Parts<'a> {
    /// Splits an amount. Returns `None` if it has two signs or two words: `(-12.50)` is ambiguous.
    fn split(text: &'a str) -> Option<Self> {
        let mut signs = Vec::new();
        let mut words = Vec::new();
        let mut rest = text;
        while let Some((part, after)) = outermost(rest) {
            match part {
                Part::Sign { negative } => signs.push(negative),
                Part::Word(word) => words.push(word),
            }
            rest = after.trim();
        }
        let once = signs.len() <= 1 && words.len() <= 1;
        let negative = signs.contains(&true);
        once.then_some(Self {
            negative,
            words,
            number: rest,
        })
    }
}

enum Part<'a> {
    Sign { negative: bool },
    Word(&'a str),
}

impl<'a> Part<'a> {
    fn word(word: &'a str) -> Self {
        // In bookkeeping, a credit in a list of payments is a refund.
        match word.to_ascii_uppercase().as_str() {
            "CR" => Self::Sign { negative: true },
            "DR" => Self::Sign { negative: false },
            _ => Self::Word(word),
        }
    }
}

/// Returns the sign, parentheses or word at either end of `text`, and the rest.
fn outermost(text: &str) -> Option<(Part<'_>, &str)> {
    if let Some(inner) = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
    {
        return Some((Part::Sign { negative: true }, inner));
    }
    // In "12,-" the dash means "no decimals", not a negative amount.
    let after = text
        .strip_suffix(MINUS)
        .filter(|rest| !rest.ends_with(['.', ',']));
    if let Some(rest) = text.strip_prefix(MINUS).or(after) {
        return Some((Part::Sign { negative: true }, rest));
    }
    if let Some(rest) = text.strip_prefix('+') {
        return Some((Part::Sign { negative: false }, rest));
    }
    let (word, rest) = text.split_at(text.find(|c| !of_word(c)).unwrap_or(text.len()));
    if !word.is_empty() {
        return Some((Part::word(word), rest));
    }
    let (rest, word) = text.split_at(text.trim_end_matches(of_word).len());
    (!word.is_empty()).then(|| (Part::word(word), rest))
}

const MINUS: [char; 5] = ['-', '\u{2212}', '\u{2013}', '\u{FE63}', '\u{FF0D}'];

fn of_word(c: char) -> bool {
    !c.is_ascii_digit() && !"()+.,'’ ".contains(c) && !MINUS.contains(&c)
}

#[cfg(test)]
mod tests;
