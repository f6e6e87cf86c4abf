//! Which budgets.

use async_graphql::InputObject;
use outlay_domain::{Error, Result, budget};

use crate::{filter::IdFilter, id::Kind};

/// Which budgets; conditions are joined by AND.
#[derive(InputObject, Debug, Default)]
pub struct BudgetFilter {
    /// By the department that may spend.
    department_id: Option<IdFilter>,
    /// By category.
    category_id: Option<IdFilter>,
    /// By the account that pays. For those who may see accounts.
    account_id: Option<IdFilter>,
    /// Of this calendar year, 1900 to 2199.
    year: Option<i32>,
    /// Of this calendar month, 1 to 12.
    month: Option<i32>,
}

impl BudgetFilter {
    pub(super) fn parse(&self) -> Result<budget::BudgetFilter> {
        let ids = |kind: Kind, field: &str, filter: &Option<IdFilter>| {
            filter
                .as_ref()
                .map(|filter| filter.parse(kind, &format!("filter.{field}")))
                .transpose()
        };
        Ok(budget::BudgetFilter {
            department_ids: ids(Kind::Department, "departmentId", &self.department_id)?,
            category_ids: ids(Kind::Category, "categoryId", &self.category_id)?,
            account_ids: ids(Kind::Account, "accountId", &self.account_id)?,
            year: self
                .year
                .map(|year| within("year", year, 1900, 2199))
                .transpose()?,
            month: self
                .month
                .map(|month| within("month", month, 1, 12))
                .transpose()?,
        })
    }
}

fn within(name: &str, value: i32, min: i16, max: i16) -> Result<i16> {
    let value = i16::try_from(value)
        .ok()
        .filter(|value| (min..=max).contains(value));
    value.ok_or_else(|| {
        Error::invalid(
            format!("filter.{name}"),
            format!("The {name} is from {min} to {max}."),
        )
    })
}
