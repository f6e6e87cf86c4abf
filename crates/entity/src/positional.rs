//! Rows read by the positions of their columns.
//!
//! SeaORM reads a row by name: a hash for each value, a formatted message for each NULL, and its type held against the
//! column's each time. That is a quarter of what a list costs. `Entity::find` selects the columns in the order of the
//! fields anyway, and the columns have their types from our own migrations.

use sea_orm::{
    ActiveEnum, DbErr, FromQueryResult, QueryResult, RuntimeErr,
    prelude::{Date, DateTimeUtc, Decimal, Json, Uuid},
};
use sqlx::Row;

use crate::{
    shared::OrganizationStatus,
    tenant::{ExpenseStatus, ImportStatus, InvitationStatus, MemberStatus, Role, RuleAction},
};

/// A row that was selected by `Entity::find`, with all its columns in their order.
#[derive(Debug)]
pub struct Positional<M>(pub M);

/// A model that knows its columns by position; implemented by the macro [`positional!`](crate::positional).
pub trait ByPosition: Sized {
    /// The names of the columns, in their order.
    const COLUMNS: &'static [&'static str];

    /// Reads the columns from this position on, zero being the row's first.
    ///
    /// # Errors
    /// [`DbErr`] when a value is not of its field's type.
    fn by_position(row: &QueryResult, from: usize) -> Result<Self, DbErr>;
}

impl<M: ByPosition> FromQueryResult for Positional<M> {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        M::by_position(row, 0).map(Self)
    }
}

/// A value of a row, read by its position and taken to be of its column's type.
pub trait Cell: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// [`DbErr`] when there is no such column, or what it holds is no such value.
    fn read(row: &QueryResult, position: usize) -> Result<Self, DbErr>;
}

/// What the driver decodes by itself.
macro_rules! cells {
    ($($ty:ty),*) => {$(
        impl Cell for $ty {
            fn read(row: &QueryResult, position: usize) -> Result<Self, DbErr> {
                let Some(row) = row.try_as_pg_row() else {
                    return row.try_get_by_index(position);
                };
                let value = row.try_get_unchecked(position);
                value.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))
            }
        }
    )*};
}

cells!(
    bool,
    i16,
    i32,
    i64,
    Option<i32>,
    String,
    Option<String>,
    Vec<u8>,
    Uuid,
    Option<Uuid>,
    Decimal,
    Date,
    DateTimeUtc,
    Option<DateTimeUtc>,
    Json
);

/// What stands in its column as one of some words.
macro_rules! words {
    ($($ty:ty),*) => {$(
        impl Cell for $ty {
            fn read(row: &QueryResult, position: usize) -> Result<Self, DbErr> {
                Self::try_from_value(&String::read(row, position)?)
            }
        }
    )*};
}

words!(
    ExpenseStatus,
    ImportStatus,
    InvitationStatus,
    MemberStatus,
    OrganizationStatus,
    Role,
    RuleAction
);

/// Defines a model as it stands, and reads it by position.
#[macro_export]
#[doc(hidden)]
macro_rules! positional {
    (
        $(#[$meta:meta])*
        pub struct Model {
            $($(#[$field_meta:meta])* pub $field:ident: $ty:ty,)*
        }
    ) => {
        $(#[$meta])*
        pub struct Model {
            $($(#[$field_meta])* pub $field: $ty,)*
        }

        impl $crate::ByPosition for Model {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];

            fn by_position(
                row: &sea_orm::QueryResult,
                from: usize,
            ) -> Result<Self, sea_orm::DbErr> {
                let mut positions = from..;
                let mut next = || positions.next().unwrap_or_default();
                // The fields of a literal are evaluated in the order in which they are written.
                Ok(Self { $($field: $crate::Cell::read(row, next())?,)* })
            }
        }
    };
}
