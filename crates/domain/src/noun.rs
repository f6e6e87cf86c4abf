//! Nouns: the kinds of rows, each with its name, the rows that a caller may see, and the meaning of its constraints.

use outlay_entity::{
    Record, Table,
    shared::organization,
    tenant::{
        account, budget, category, department, expense, expense_comment, import, invitation, member,
    },
};
use sea_orm::{Condition, IntoActiveModel};
use serde::Serialize;
use uuid::Uuid;

use crate::{Context, Error, identity, permission::Permission};

/// Names the types of an entity's rows.
pub use sea_orm::EntityTrait as Rows;

/// A kind of row that members read and write. Implemented by the entity of its table.
pub trait Noun: Table<Model: Serialize + Sync + IntoActiveModel<Self::ActiveModel>> {
    /// Its name in messages, such as `expense`.
    const NAME: &'static str;

    /// The permission to create, change and delete rows. A command can require another one.
    const MANAGE: Permission;

    /// The unique constraints and indexes of its table, and what a violation means.
    const UNIQUE: &'static [Unique] = &[];

    /// The rows that the caller may see.
    ///
    /// Invariant: every read goes through this.
    #[must_use]
    fn visible(_: &Context) -> Visible {
        Visible::All
    }

    /// The id that the audit event of a write names: the row's own, or that of its parent.
    fn audited(row: &Self::Model) -> Uuid {
        Self::id(row).uuid()
    }

    /// The state of a row, as stored in the audit trail.
    fn state(row: &Self::Model) -> serde_json::Value {
        serde_json::to_value(row).unwrap_or_default()
    }

    /// The SQL of a column that the table does not store, for the row of this alias.
    #[must_use]
    fn derived(column: &str, _alias: &str) -> String {
        unreachable!("{} derives no column {column}", Self::NAME)
    }
}

/// A unique constraint.
#[derive(Debug, Clone, Copy)]
pub struct Unique {
    /// Its name in the database.
    pub constraint: &'static str,
    /// The field of the input that must change.
    pub field: Option<&'static str>,
    /// A message that says which value is taken and how to resolve it.
    pub message: &'static str,
}

/// Which rows of a table a caller may see.
#[derive(Debug, Clone)]
pub enum Visible {
    /// All.
    All,
    /// None.
    Nothing,
    /// Rows that meet a condition.
    Where(Condition),
}

impl Visible {
    /// All rows with the permission, otherwise none.
    pub(crate) fn with(cx: &Context, permission: Permission) -> Self {
        if cx.can(permission) {
            Self::All
        } else {
            Self::Nothing
        }
    }
}

/// The part of a noun that explains errors of the database.
#[derive(Clone, Copy)]
struct Described {
    table: &'static str,
    columns: &'static [&'static str],
    refers: &'static [Option<&'static str>],
    unique: &'static [Unique],
}

const fn described<N: Noun>() -> Described {
    Described {
        table: N::Row::TABLE,
        columns: N::Row::COLUMNS,
        refers: N::Row::REFERS,
        unique: N::UNIQUE,
    }
}

/// Every noun. A test compares it with the constraints of the database.
const NOUNS: &[Described] = &[
    described::<account::Entity>(),
    described::<budget::Entity>(),
    described::<category::Entity>(),
    described::<department::Entity>(),
    described::<expense::Entity>(),
    described::<expense_comment::Entity>(),
    described::<import::Entity>(),
    described::<invitation::Entity>(),
    described::<member::Entity>(),
    described::<organization::Entity>(),
];

/// The error of a violated unique constraint.
pub(crate) fn taken(constraint: &str) -> Option<Error> {
    let of_nouns = NOUNS.iter().flat_map(|noun| noun.unique);
    let mut unique = of_nouns.chain(identity::UNIQUE);
    let Unique { field, message, .. } = unique.find(|one| one.constraint == constraint)?;
    Some(Error::conflict(*field, *message))
}

/// The error of a violated foreign key: PostgreSQL names one `<table>_<column>_fkey`.
pub(crate) fn dangling(table: &str, constraint: &str) -> Option<Error> {
    let noun = NOUNS.iter().find(|noun| noun.table == table)?;
    let column = constraint.strip_prefix(table)?.strip_prefix('_')?;
    let column = column.strip_suffix("_fkey")?;
    let at = noun.columns.iter().position(|one| *one == column)?;
    Some(Error::not_found(noun.refers[at]?, camel_case(column)))
}

/// The name of a column as the API spells it.
fn camel_case(column: &str) -> String {
    let mut words = column.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(word.len().min(1));
        name + &initial.to_uppercase() + rest
    })
}

#[cfg(test)]
mod tests {
    use super::{dangling, taken};

    #[test]
    fn a_foreign_key_names_the_field_and_the_noun() {
        for (table, constraint, field, message) in [
            (
                "expense",
                "expense_department_id_fkey",
                "departmentId",
                "There is no such department.",
            ),
            (
                "department",
                "department_head_id_fkey",
                "headId",
                "There is no such member.",
            ),
            (
                "department",
                "department_parent_id_fkey",
                "parentId",
                "There is no such department.",
            ),
            (
                "member",
                "member_manager_id_fkey",
                "managerId",
                "There is no such member.",
            ),
            (
                "budget",
                "budget_account_id_fkey",
                "accountId",
                "There is no such account.",
            ),
        ] {
            let error = dangling(table, constraint).expect("explained");
            assert_eq!((error.field(), &*error.to_string()), (Some(field), message));
        }
        assert!(dangling("expense", "expense_other_fkey").is_none());
        assert!(dangling("nothing", "nothing_department_id_fkey").is_none());
    }

    #[test]
    fn a_unique_constraint_names_the_field() {
        let error = taken("category_name_key").expect("explained");
        assert_eq!(error.field(), Some("name"));
        assert!(taken("other_key").is_none());
    }
}
