//! Conditions on budgets.

use async_graphql::InputObject;
use outlay_domain::{Error, Result, budget};

use crate::{filter::IdFilter, input::Parse};

/// Conditions on budgets, joined by AND.
#[derive(InputObject, Debug, Default)]
pub struct BudgetFilter {
    /// Department that may spend it.
    department_id: Option<IdFilter>,
    /// Category that it is limited to.
    category_id: Option<IdFilter>,
    /// Account that pays. For owners, admins, finance and viewers; `FORBIDDEN` for others.
    account_id: Option<IdFilter>,
    /// Calendar year, 1900 to 2199.
    year: Option<i32>,
    /// Calendar month, 1 to 12.
    month: Option<i32>,
}

impl BudgetFilter {
    pub(super) fn parse(self) -> Result<budget::BudgetFilter> {
        let year = self.year.map(|year| within("year", year, 1900, 2199));
        let month = self.month.map(|month| within("month", month, 1, 12));
        Ok(budget::BudgetFilter {
            department_ids: self.department_id.parse("filter.departmentId")?,
            category_ids: self.category_id.parse("filter.categoryId")?,
            account_ids: self.account_id.parse("filter.accountId")?,
            year: year.transpose()?,
            month: month.transpose()?,
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
