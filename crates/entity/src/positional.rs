//! Rows read by the positions of their columns.
//!
//! SeaORM reads a row by name: a hash for each value, and a formatted message for each NULL. That is a fifth of what a
//! list costs, and `Entity::find` selects the columns in the order of the fields anyway.

use sea_orm::{DbErr, FromQueryResult, QueryResult};

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
                Ok(Self { $($field: row.try_get_by_index(next())?,)* })
            }
        }
    };
}
