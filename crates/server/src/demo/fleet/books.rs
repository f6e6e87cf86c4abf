//! Generated departments, categories, accounts and budgets.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use outlay_domain::{
    BulkLoad,
    entity::tenant::{BudgetId, DepartmentId, account, budget, category, department},
};
use rust_decimal::Decimal;

use super::random::{DAYS, Random, moment, month};

const DEPARTMENTS: &[&str] = &["Engineering", "Finance", "Marketing", "Operations", "Sales"];

const CATEGORIES: &[&str] = &[
    "Fuel",
    "Hardware",
    "Lodging",
    "Meals",
    "Office supplies",
    "Software",
    "Training",
    "Travel",
];

const ACCOUNTS: &[(&str, i64)] = &[("Current account", 500_000), ("Company card", 50_000)];

/// The number of months with a budget. Departments and accounts alternate.
const BUDGETS: u32 = 24;

/// The rows that expenses refer to.
pub(super) struct Books {
    pub(super) departments: Vec<department::Model>,
    pub(super) categories: Vec<category::Model>,
    accounts: Vec<account::Model>,
    budgets: BTreeMap<(i32, u32), budget::Model>,
    since: DateTime<Utc>,
}

impl Books {
    pub(super) fn new(random: &mut Random) -> Self {
        // 30 days before the first expense.
        let since = random.today() - Days::new(DAYS + 30);
        let since = moment(random, since);
        let mut books = Self {
            departments: Vec::new(),
            categories: Vec::new(),
            accounts: Vec::new(),
            budgets: BTreeMap::new(),
            since,
        };
        for name in DEPARTMENTS {
            let row = department::Model {
                id: random.id(since).into(),
                name: (*name).to_owned(),
                parent_id: None,
                head_id: None,
                version: 1,
                created_at: since,
                updated_at: since,
            };
            books.departments.push(row);
        }
        for name in CATEGORIES {
            let row = category::Model {
                id: random.id(since).into(),
                name: (*name).to_owned(),
                version: 1,
                created_at: since,
                updated_at: since,
            };
            books.categories.push(row);
        }
        for (name, opening_balance) in ACCOUNTS {
            let row = account::Model {
                id: random.id(since).into(),
                name: (*name).to_owned(),
                opening_balance: Decimal::from(*opening_balance),
                version: 1,
                created_at: since,
                updated_at: since,
            };
            books.accounts.push(row);
        }
        for back in 0..BUDGETS {
            books.add_budget(random, back);
        }
        books
    }

    /// Adds the budget of the month that is `back` months ago.
    fn add_budget(&mut self, random: &mut Random, back: u32) {
        let turn = back as usize;
        let day = random.today() - Months::new(back);
        let row = budget::Model {
            id: random.id(self.since).into(),
            department_id: self.departments[turn % self.departments.len()].id,
            category_id: None,
            account_id: self.accounts[turn % self.accounts.len()].id,
            year: i16::try_from(day.year()).unwrap_or(i16::MAX),
            month: i16::try_from(day.month()).unwrap_or(1),
            amount: Decimal::from(random.between(50, 300) * 100),
            version: 1,
            created_at: self.since,
            updated_at: self.since,
        };
        self.budgets.insert(month(day), row);
    }

    /// The creation time of the organization's rows.
    pub(super) fn since(&self) -> DateTime<Utc> {
        self.since
    }

    /// The id and the department of the budget for the month of a day.
    pub(super) fn budget(&self, day: NaiveDate) -> Option<(BudgetId, DepartmentId)> {
        let budget = self.budgets.get(&month(day))?;
        Some((budget.id, budget.department_id))
    }

    pub(super) async fn insert(self, load: &BulkLoad) -> Result<()> {
        load.insert(&self.departments).await?;
        load.insert(&self.categories).await?;
        load.insert(&self.accounts).await?;
        let budgets: Vec<_> = self.budgets.into_values().collect();
        Ok(load.insert(&budgets).await?)
    }
}
