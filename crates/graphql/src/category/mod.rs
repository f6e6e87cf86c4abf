//! Categories in the schema.

mod mutation;
mod query;

use std::sync::Arc;

use async_graphql::{ID, Object};
use outlay_domain::{category, entity::tenant::category::Model};

use crate::{at_hand::at_hand, connection::connection, id::Kind, scalar::DateTime};

pub use mutation::CategoryMutation;
pub use query::CategoryQuery;

/// A kind of spending.
#[derive(Clone)]
pub struct Category(Arc<Model>);

impl From<Model> for Category {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

impl From<Arc<Model>> for Category {
    fn from(row: Arc<Model>) -> Self {
        Self(row)
    }
}

/// A kind of spending.
#[Object]
impl Category {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Category.id(self.0.id)
    }

    /// Its name, unique in the organization whatever the case.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Counts its changes; send it with the next one.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

at_hand! { Category, |Self(row), _, _|
    "id" => Kind::Category.id(row.id).0,
    "name" => row.name.as_str(),
    "version" => row.version,
}

connection! {
    /// Categories by name.
    CategoryConnection, CategoryEdge of Category = Model,
    filter: (), |cx, _filter| category::count(cx)
}
