//! Maps the fields of a payment to columns of the file.

use std::str::{Chars, FromStr};

use crate::Field;

/// The heading of the column of each field of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Mapping {
    /// Heading of the day of the payment.
    pub spent_on: String,
    /// Heading of the amount.
    pub amount: String,
    /// Heading of the merchant or supplier.
    pub merchant: String,
    /// Heading of the category.
    pub category: Option<String>,
    /// Heading of the department.
    pub department: Option<String>,
    /// Heading of the document or transaction number.
    pub reference: Option<String>,
    /// Heading of the description.
    pub description: Option<String>,
}

impl Mapping {
    /// The heading mapped to `field`; `None` if it is blank.
    pub(crate) fn heading(&self, field: Field) -> Option<&str> {
        let heading = match field {
            Field::SpentOn => Some(&self.spent_on),
            Field::Amount => Some(&self.amount),
            Field::Merchant => Some(&self.merchant),
            Field::Category => self.category.as_ref(),
            Field::Department => self.department.as_ref(),
            Field::Reference => self.reference.as_ref(),
            Field::Description => self.description.as_ref(),
        };
        heading
            .map(String::as_str)
            .filter(|heading| !heading.trim().is_empty())
    }

    fn set(&mut self, field: Field, heading: String) {
        match field {
            Field::SpentOn => self.spent_on = heading,
            Field::Amount => self.amount = heading,
            Field::Merchant => self.merchant = heading,
            Field::Category => self.category = Some(heading),
            Field::Department => self.department = Some(heading),
            Field::Reference => self.reference = Some(heading),
            Field::Description => self.description = Some(heading),
        }
    }
}

/// An error in a mapping written as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// A part between two commas has no equals sign.
    #[error(
        "\"{0}\" is not field=heading; write a heading with a comma in double quotes, \
         as in amount=\"Net, without VAT\""
    )]
    NotAPair(String),
    /// The word before the equals sign is not a field.
    #[error("\"{0}\" is not a field of a payment; the fields are {known}", known = Field::names())]
    UnknownField(String),
    /// A field occurs twice.
    #[error("{0} is mapped twice")]
    Repeated(Field),
    /// Nothing follows the equals sign.
    #[error("{0} has no heading after the equals sign")]
    NoHeading(Field),
    /// A quotation mark is not closed.
    #[error("the quotation mark in the heading of {0} is not closed")]
    OpenQuote(Field),
    /// Something other than a comma follows a closing quotation mark.
    #[error("a comma is expected after the quoted heading of {0}, not \"{1}\"")]
    AfterQuote(Field, String),
    /// A required field is not mapped.
    #[error("{0} is not mapped; spentOn, amount and merchant are required")]
    Missing(Field),
}

/// Parses a mapping such as `spentOn=Date,amount="Net, without VAT",merchant=Supplier`.
///
/// A heading in double quotes may contain any character; a double quote is doubled. An unquoted heading ends at the
/// next comma and may contain an equals sign.
impl FromStr for Mapping {
    type Err = MappingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut mapping = Self::default();
        let mut rest = text;
        while !rest.trim().is_empty() {
            let part = rest.split(',').next().unwrap_or_default();
            let Some((name, _)) = part.split_once('=') else {
                return Err(MappingError::NotAPair(part.trim().to_owned()));
            };
            let field: Field = name.trim().parse().map_err(MappingError::UnknownField)?;
            if mapping.heading(field).is_some() {
                return Err(MappingError::Repeated(field));
            }
            let (heading, after) = heading(field, rest[name.len() + 1..].trim_start())?;
            if heading.trim().is_empty() {
                return Err(MappingError::NoHeading(field));
            }
            mapping.set(field, heading.trim().to_owned());
            rest = after;
        }
        match Field::REQUIRED
            .into_iter()
            .find(|field| mapping.heading(*field).is_none())
        {
            Some(field) => Err(MappingError::Missing(field)),
            None => Ok(mapping),
        }
    }
}

/// Returns the heading at the start of `text`, and the rest after its comma.
fn heading(field: Field, text: &str) -> Result<(String, &str), MappingError> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (heading, rest) = text.split_once(',').unwrap_or((text, ""));
        return Ok((heading.to_owned(), rest));
    };
    let mut chars = quoted.chars();
    let heading = until_quote(&mut chars).ok_or(MappingError::OpenQuote(field))?;
    let rest = chars.as_str().trim_start();
    match rest.strip_prefix(',') {
        Some(rest) => Ok((heading, rest)),
        None if rest.is_empty() => Ok((heading, rest)),
        None => Err(MappingError::AfterQuote(field, rest.to_owned())),
    }
}

fn until_quote(chars: &mut Chars<'_>) -> Option<String> {
    let mut heading = String::new();
    loop {
        match chars.next()? {
            '"' if chars.as_str().starts_with('"') => {
                chars.next();
                heading.push('"');
            }
            '"' => return Some(heading),
            other => heading.push(other),
        }
    }
}

#[cfg(test)]
mod tests;
