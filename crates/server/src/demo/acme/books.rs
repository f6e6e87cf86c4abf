//! Departments, categories, accounts and budgets.

use std::collections::HashMap;

use chrono::{Datelike, Months, NaiveDate};
use outlay_domain::{
    Outlay, Result,
    account::CreateAccount,
    budget::CreateBudget,
    category::CreateCategory,
    entity::tenant::{AccountId, BudgetId, CategoryId, DepartmentId},
    value::{Money, MoneyInput, Name},
};
use outlay_tenancy::TenantAccess;
use rust_decimal::Decimal;

use super::{department::department, once::once, people::People};

const CATEGORIES: &[&str] = &["Meals", "Office supplies", "Software", "Training", "Travel"];

/// Departments, with their monthly budget in EUR.
const LIMITS: &[(&str, i64)] = &[
    ("Engineering", 1_500),
    ("Operations", 600),
    ("Sales", 1_200),
];

/// The number of months with budgets, up to the current one.
const MONTHS: u32 = 3;

/// The rows that expenses refer to.
pub(super) struct Books {
    pub(super) categories: HashMap<&'static str, CategoryId>,
    budgets: HashMap<(DepartmentId, i32, u32), BudgetId>,
}

impl Books {
    /// The budget of a department for the month of a day.
    pub(super) fn budget(&self, department: DepartmentId, day: NaiveDate) -> Option<BudgetId> {
        let key = (department, day.year(), day.month());
        self.budgets.get(&key).copied()
    }
}

/// Creates the missing rows.
pub(super) async fn create(outlay: &Outlay, people: &People) -> Result<Books> {
    let ada = &people.ada;
    let mut categories = HashMap::new();
    for &name in CATEGORIES {
        let command = CreateCategory {
            name: Name::parse("name", name)?,
        };
        categories.insert(name, once(outlay, ada, name, command).await?.id);
    }
    let current = account(outlay, ada, "Current account", 50_000).await?;
    let card = account(outlay, ada, "Company card", 10_000).await?;
    let mut budgets = HashMap::new();
    for &(name, limit) in LIMITS {
        let department_id = department(outlay, ada, name).await?;
        for back in 0..MONTHS {
            let month = people.day - Months::new(back);
            let command = CreateBudget {
                department_id,
                account_id: if name == "Sales" { card } else { current },
                category_id: None,
                year: month.year(),
                month: month.month().cast_signed(),
                amount: euros(Decimal::from(limit))?,
            };
            let key = format!("{name} {back}");
            let budget = once(outlay, ada, &key, command).await?.id;
            budgets.insert((department_id, month.year(), month.month()), budget);
        }
    }
    Ok(Books {
        categories,
        budgets,
    })
}

async fn account(
    outlay: &Outlay,
    ada: &TenantAccess,
    name: &str,
    opening_balance: i64,
) -> Result<AccountId> {
    let command = CreateAccount {
        name: Name::parse("name", name)?,
        opening_balance: euros(Decimal::from(opening_balance))?,
    };
    Ok(once(outlay, ada, name, command).await?.id)
}

fn euros(amount: Decimal) -> Result<Money> {
    let input = MoneyInput {
        amount,
        currency_code: "EUR".into(),
    };
    Money::parse("amount", &input)
}
