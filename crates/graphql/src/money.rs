//! Money in the schema.

use async_graphql::InputObject;
use outlay_derive::fields;
use outlay_domain::{
    Context, Result,
    value::{Currency, Money as DomainMoney},
};

use crate::scalar::{CurrencyCode, Decimal};

/// An amount of money in a currency.
#[derive(Debug, Clone, Copy)]
pub struct Money {
    amount: rust_decimal::Decimal,
    currency: Currency,
}

impl Money {
    /// A stored amount, rounded to the decimals of its currency.
    pub(crate) fn new(amount: rust_decimal::Decimal, currency: Currency) -> Self {
        let amount = currency.round(amount);
        Self { amount, currency }
    }

    /// A stored amount with the stored code of its currency.
    pub(crate) fn stored(amount: rust_decimal::Decimal, code: &str) -> Result<Self> {
        Ok(Self::new(amount, Currency::stored(code)?))
    }

    /// A stored amount in the base currency of the caller's organization.
    pub(crate) fn in_base(cx: &Context, amount: rust_decimal::Decimal) -> Result<Self> {
        Ok(Self::new(amount, cx.base_currency()?))
    }
}

/// An amount of money in a currency.
#[fields]
impl Money {
    /// The amount, with exactly as many decimals as the currency has; negative for a refund or a debt.
    fn amount(&self) -> Decimal {
        Decimal(self.amount)
    }

    /// The currency.
    fn currency_code(&self) -> CurrencyCode {
        CurrencyCode(self.currency.code().to_owned())
    }
}

/// An amount of money in a currency.
#[derive(InputObject, Debug, Clone)]
pub struct MoneyInput {
    /// The amount, with at most as many decimals as the currency has. Its absolute value must be below 10^15.
    amount: Decimal,
    /// The currency.
    currency_code: CurrencyCode,
}

impl MoneyInput {
    /// Parses the value of an input field.
    pub(crate) fn parse(&self, field: &str) -> Result<DomainMoney> {
        let input = outlay_domain::value::MoneyInput {
            amount: self.amount.0,
            currency_code: self.currency_code.0.clone(),
        };
        DomainMoney::parse(field, &input)
    }
}
