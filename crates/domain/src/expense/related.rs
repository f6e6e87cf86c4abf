//! Expenses together with the rows that they refer to, in one statement.
//!
//! Each statement costs a round trip and wakes two processes, which is more than joining a few small tables.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use outlay_entity::{
    ByPosition, Cell,
    tenant::{budget, category, department, expense, member},
};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use uuid::Uuid;

use crate::{Context, Result};

/// What to read together with expenses, in the order of the joins: a relation of a relation comes after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Who spent it.
    Member,
    /// The department that the member works in; after [`Member`](Self::Member).
    MemberDepartment,
    /// The department that it is for.
    Department,
    /// What it was spent on.
    Category,
    /// The budget that it is charged to.
    Budget,
    /// The department whose budget it is; after [`Budget`](Self::Budget).
    BudgetDepartment,
}

/// What is read by one statement, and whether by that alone.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The rows to read with the expenses.
    pub relations: Vec<Relation>,
    /// Whether the whole list is to be counted.
    pub counted: bool,
    /// Whether nothing else will be read with it. Then it needs no transaction to hold them together: a statement is
    /// a snapshot by itself.
    pub alone: bool,
}

/// Rows that expenses refer to, by id.
#[derive(Debug, Default)]
pub struct Related {
    /// Who spent.
    pub members: HashMap<Uuid, Arc<member::Model>>,
    /// Of the expenses, of their members and of their budgets.
    pub departments: HashMap<Uuid, Arc<department::Model>>,
    /// What was bought.
    pub categories: HashMap<Uuid, Arc<category::Model>>,
    /// What was charged.
    pub budgets: HashMap<Uuid, Arc<budget::Model>>,
}

impl Relation {
    /// The name of its table in the statement.
    fn alias(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::MemberDepartment => "member_department",
            Self::Department => "department",
            Self::Category => "category",
            Self::Budget => "budget",
            Self::BudgetDepartment => "budget_department",
        }
    }

    /// Its table, and the column that refers to it.
    fn target(self) -> (&'static str, &'static str) {
        match self {
            Self::Member => ("member", r#""expense"."member_id""#),
            Self::MemberDepartment => ("department", r#""member"."department_id""#),
            Self::Department => ("department", r#""expense"."department_id""#),
            Self::Category => ("category", r#""expense"."category_id""#),
            Self::Budget => ("budget", r#""expense"."budget_id""#),
            Self::BudgetDepartment => ("department", r#""budget"."department_id""#),
        }
    }

    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Member => member::Model::COLUMNS,
            Self::MemberDepartment | Self::Department | Self::BudgetDepartment => {
                department::Model::COLUMNS
            }
            Self::Category => category::Model::COLUMNS,
            Self::Budget => budget::Model::COLUMNS,
        }
    }
}

impl Related {
    /// Keeps the rows that stand in the columns from this position on.
    pub(super) fn keep(
        &mut self,
        relations: &[Relation],
        row: &QueryResult,
        mut from: usize,
    ) -> Result<()> {
        for relation in relations {
            match relation {
                Relation::Member => keep(&mut self.members, row, from)?,
                Relation::MemberDepartment | Relation::Department | Relation::BudgetDepartment => {
                    keep(&mut self.departments, row, from)?;
                }
                Relation::Category => keep(&mut self.categories, row, from)?,
                Relation::Budget => keep(&mut self.budgets, row, from)?,
            }
            from += relation.columns().len();
        }
        Ok(())
    }
}

/// Many expenses share a row: it is read once.
fn keep<M: ByPosition>(
    rows: &mut HashMap<Uuid, Arc<M>>,
    row: &QueryResult,
    from: usize,
) -> Result<()> {
    if let Some(id) = Option::<Uuid>::read(row, from)?
        && let Entry::Vacant(place) = rows.entry(id)
    {
        place.insert(Arc::new(M::by_position(row, from)?));
    }
    Ok(())
}

/// Puts the relations beside the expenses of a statement that selects these, all columns first; `order` is the order of
/// its rows, which a join does not keep.
pub(super) fn join(expenses: Statement, relations: &[Relation], order: &str) -> Statement {
    if relations.is_empty() {
        return expenses;
    }
    let mut select = String::from(r#"SELECT "expense".*"#);
    let mut joins = String::new();
    for relation in relations {
        let (alias, (table, reference)) = (relation.alias(), relation.target());
        for column in relation.columns() {
            select.extend([", \"", alias, "\".\"", column, "\""]);
        }
        joins.extend([r#" LEFT JOIN "{tenant}".""#, table, r#"" AS ""#, alias]);
        joins.extend([r#"" ON ""#, alias, r#""."id" = "#, reference]);
    }
    Statement {
        sql: format!(
            r#"{select} FROM ({}) AS "expense"{joins}{order}"#,
            expenses.sql
        ),
        ..expenses
    }
}

/// Runs a statement as [`join`] made it.
pub(super) async fn read(
    cx: &Context,
    statement: Statement,
    alone: bool,
) -> Result<Vec<QueryResult>> {
    Ok(if alone {
        cx.db().query_alone(statement).await?
    } else {
        cx.db().query_all_raw(statement).await?
    })
}

/// What an expense refers to, itself at hand: one statement.
///
/// # Errors
/// The database's own.
pub async fn related(cx: &Context, row: &expense::Model, reading: &Reading) -> Result<Related> {
    let references = r#"SELECT $1 AS "member_id", $2 AS "department_id", $3 AS "category_id", $4 AS "budget_id""#;
    let values = [
        row.member_id.into(),
        row.department_id.into(),
        row.category_id.into(),
        row.budget_id.into(),
    ];
    let width = values.len();
    let references = Statement::from_sql_and_values(DbBackend::Postgres, references, values);
    let statement = join(references, &reading.relations, "");
    let mut related = Related::default();
    for row in read(cx, statement, reading.alone).await? {
        related.keep(&reading.relations, &row, width)?;
    }
    Ok(related)
}
