//! Money in the schema.

use async_graphql::{InputObject, ScalarType, SimpleObject};
use outlay_domain::{
    Result,
    value::{Currency, Money as DomainMoney},
};

use crate::{
    at_hand::at_hand,
    scalar::{CurrencyCode, Decimal},
};

/// An amount of a currency.
#[derive(SimpleObject, Debug, Clone)]
pub struct Money {
    /// The amount, with as many decimals as the currency has; negative for a refund or a debt.
    amount: Decimal,
    /// The currency.
    currency_code: CurrencyCode,
}

impl Money {
    /// An amount that the database holds, at the currency's own scale.
    pub(crate) fn new(amount: rust_decimal::Decimal, currency: Currency) -> Self {
        Self {
            amount: Decimal(currency.round(amount)),
            currency_code: CurrencyCode(currency.code().to_owned()),
        }
    }

    /// The same with the currency's stored code.
    pub(crate) fn stored(amount: rust_decimal::Decimal, code: &str) -> Result<Self> {
        Ok(Self::new(amount, Currency::stored(code)?))
    }
}

at_hand! { Money, |money, _, _|
    "amount" => money.amount.to_value(),
    "currencyCode" => money.currency_code.to_value(),
}

/// An amount of a currency.
#[derive(InputObject, Debug, Clone)]
pub struct MoneyInput {
    /// The amount, with no more decimals than the currency has, below 10^15 either way.
    amount: Decimal,
    /// The currency.
    currency_code: CurrencyCode,
}

impl MoneyInput {
    /// The money that the input's `field` holds.
    pub(crate) fn parse(&self, field: &str) -> Result<DomainMoney> {
        let input = outlay_domain::value::MoneyInput {
            amount: self.amount.0,
            currency_code: self.currency_code.0.clone(),
        };
        DomainMoney::parse(field, &input)
    }
}
