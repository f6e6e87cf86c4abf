//! The fields of a payment that a column can be mapped to.

use std::{fmt, str::FromStr};

/// A field of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The day of the payment.
    SpentOn,
    /// The amount.
    Amount,
    /// The merchant or supplier.
    Merchant,
    /// The category.
    Category,
    /// The department.
    Department,
    /// The document or transaction number.
    Reference,
    /// The description.
    Description,
}

impl Field {
    /// All fields, in the order in which problems are reported.
    pub const ALL: [Self; 7] = [
        Self::SpentOn,
        Self::Amount,
        Self::Merchant,
        Self::Category,
        Self::Department,
        Self::Reference,
        Self::Description,
    ];

    /// The required fields.
    pub const REQUIRED: [Self; 3] = [Self::SpentOn, Self::Amount, Self::Merchant];

    /// The name of the field in a mapping.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SpentOn => "spentOn",
            Self::Amount => "amount",
            Self::Merchant => "merchant",
            Self::Category => "category",
            Self::Department => "department",
            Self::Reference => "reference",
            Self::Description => "description",
        }
    }

    pub(crate) fn is_required(self) -> bool {
        Self::REQUIRED.contains(&self)
    }

    /// The maximum length of the field's text, in characters.
    pub(crate) const fn longest(self) -> usize {
        match self {
            Self::Merchant | Self::Category | Self::Department => 200,
            Self::Reference | Self::SpentOn | Self::Amount => 100,
            Self::Description => 2000,
        }
    }

    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Field {
    /// The unknown name.
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|field| field.name() == name)
            .ok_or_else(|| name.to_owned())
    }
}
