//! Money: a decimal amount with an ISO 4217 currency, never a float.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Serialize, Serializer};

use crate::{Error, Result};

/// Amounts are below this in absolute value. Larger ones do not fit the database's `numeric(19, 4)`.
const LIMIT: i64 = 1_000_000_000_000_000;

/// A currency of ISO 4217 that has minor units. Funds and metals are excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Parses a three-letter code in any case, the value of the input field `field`.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn parse(field: &str, code: &str) -> Result<Self> {
        let known = iso_currency::Currency::from_code(&code.trim().to_ascii_uppercase());
        known
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or_else(|| {
                Error::invalid(
                    field,
                    "This is not a currency code; use a three-letter code of ISO 4217, such as EUR.",
                )
            })
    }

    /// Parses a code from the database, which was valid when it was stored.
    ///
    /// # Errors
    /// `Internal` when the code is not valid.
    pub fn stored(code: &str) -> Result<Self> {
        Self::parse("currency", code)
            .map_err(|_| Error::internal(format!("unknown currency {code:?} stored")))
    }

    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Number of decimals of its minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
    #[must_use]
    pub fn decimals(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }

    /// Rounds `amount` to the decimals of the currency, with halves away from zero, as is usual in accounting.
    #[must_use]
    pub fn round(self, amount: Decimal) -> Decimal {
        let mut rounded =
            amount.round_dp_with_strategy(self.decimals(), RoundingStrategy::MidpointAwayFromZero);
        rounded.rescale(self.decimals());
        rounded
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// An amount as sent by a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyInput {
    /// The amount.
    pub amount: Decimal,
    /// The currency code.
    pub currency_code: String,
}

/// An amount in a currency, at the scale of the currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

impl Money {
    /// Parses an amount, the value of the input field `field`.
    ///
    /// # Errors
    /// `Invalid` with the field when the currency is unknown, when it has fewer decimals than the amount, or when the
    /// amount is 10^15 or more.
    pub fn parse(field: &str, input: &MoneyInput) -> Result<Self> {
        let currency = Currency::parse(&format!("{field}.currencyCode"), &input.currency_code)?;
        let path = format!("{field}.amount");
        let amount = currency.round(input.amount);
        if amount != input.amount {
            let decimals = currency.decimals();
            let message = format!("{currency} has {decimals} decimals; round the amount to that.");
            return Err(Error::invalid(path, message));
        }
        if amount.abs() >= Decimal::from(LIMIT) {
            return Err(Error::invalid(
                path,
                "The amount is too large: it must be below 10^15.",
            ));
        }
        Ok(Self { amount, currency })
    }

    /// The amount, at the scale of the currency.
    #[must_use]
    pub fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Rejects an amount below zero.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn not_negative(self, field: &str) -> Result<Self> {
        if self.amount.is_sign_negative() && !self.amount.is_zero() {
            return Err(Error::invalid(
                format!("{field}.amount"),
                "The amount must not be negative.",
            ));
        }
        Ok(self)
    }

    /// The amount; its currency must be `base`.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn in_base(self, field: &str, base: Currency) -> Result<Decimal> {
        if self.currency == base {
            return Ok(self.amount);
        }
        let message = format!("It must be in {base}, the organization's base currency.");
        Err(Error::invalid(format!("{field}.currencyCode"), message))
    }

    /// Converts the amount to `base`, at `rate` units of `base` for one unit of this currency. Returns the rate and the
    /// amount.
    ///
    /// # Errors
    /// `Invalid` when the rate is missing, not allowed, or gives an amount of 10^15 or more.
    pub fn convert(
        &self,
        base: Currency,
        rate: Option<ExchangeRate>,
    ) -> Result<(Decimal, Decimal)> {
        let rate = match rate {
            Some(rate) if self.currency == base && rate.0 != Decimal::ONE => {
                let message =
                    format!("The amount is in {base} already, so its rate is 1; leave it out.");
                return Err(Error::invalid("exchangeRate", message));
            }
            Some(rate) => rate.0,
            None if self.currency == base => Decimal::ONE,
            None => {
                let message = format!(
                    "Give the rate from {} to {base}, the base currency.",
                    self.currency
                );
                return Err(Error::invalid("exchangeRate", message));
            }
        };
        let converted = self
            .amount
            .checked_mul(rate)
            .filter(|amount| amount.abs() < Decimal::from(LIMIT))
            .ok_or_else(|| {
                Error::invalid(
                    "exchangeRate",
                    "The amount in base currency would be 10^15 or more.",
                )
            })?;
        Ok((rate, base.round(converted)))
    }
}

/// Units of base currency for one unit of another currency: above 0, below 10^9, with at most nine decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ExchangeRate(Decimal);

impl ExchangeRate {
    /// Parses a rate, the value of the input field `field`.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn parse(field: &str, rate: Decimal) -> Result<Self> {
        let rate = rate.normalize();
        if rate <= Decimal::ZERO || rate >= Decimal::from(1_000_000_000) || rate.scale() > 9 {
            let message = "A rate must be above 0 and below 10^9, with at most nine decimals.";
            return Err(Error::invalid(field, message));
        }
        Ok(Self(rate))
    }
}

#[cfg(test)]
mod tests {
    use super::{Currency, ExchangeRate, Money, MoneyInput};

    fn money(amount: &str, code: &str) -> crate::Result<Money> {
        let input = MoneyInput {
            amount: amount.parse().expect("a decimal"),
            currency_code: code.to_owned(),
        };
        Money::parse("amount", &input)
    }

    #[test]
    fn an_amount_takes_the_scale_of_its_currency() {
        for (amount, code, shown) in [
            ("12.5", "EUR", "12.50"),
            ("12", "JPY", "12"),
            ("1.5", "KWD", "1.500"),
            ("-3", "GBP", "-3.00"),
        ] {
            assert_eq!(
                money(amount, code).expect("money").amount().to_string(),
                shown
            );
        }
    }

    #[test]
    fn an_invalid_amount_is_rejected_by_field() {
        for (amount, code, field) in [
            ("12.505", "EUR", "amount.amount"),
            ("0.5", "JPY", "amount.amount"),
            ("1000000000000000", "EUR", "amount.amount"),
            ("-1000000000000000", "EUR", "amount.amount"),
            ("1", "XXX", "amount.currencyCode"),
            ("1", "EURO", "amount.currencyCode"),
            ("1", "", "amount.currencyCode"),
        ] {
            let error = money(amount, code).expect_err("rejected");
            assert_eq!(error.field(), Some(field), "{amount} {code}");
        }
    }

    #[test]
    fn conversion_rounds_to_the_base_currency() {
        let base = Currency::parse("base", "EUR").expect("EUR");
        let rate =
            ExchangeRate::parse("exchangeRate", "0.0061".parse().expect("a rate")).expect("a rate");
        let (_, amount) = money("1250", "JPY")
            .expect("yen")
            .convert(base, Some(rate))
            .expect("converted");
        assert_eq!(amount.to_string(), "7.63");
    }

    #[test]
    fn a_rate_is_required_only_between_two_currencies() {
        let base = Currency::parse("base", "EUR").expect("EUR");
        let error = money("1", "USD")
            .expect("dollars")
            .convert(base, None)
            .expect_err("no rate");
        assert_eq!(error.field(), Some("exchangeRate"));
        assert!(
            money("1", "EUR")
                .expect("euros")
                .convert(base, None)
                .is_ok()
        );
    }
}
