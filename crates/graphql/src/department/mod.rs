//! Departments in the schema.

mod mutation;
mod query;

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use outlay_domain::{department, entity::tenant::department::Model};

use crate::{
    at_hand::at_hand, connection::connection, error::Answer, id::Kind, loader, member::Member,
    scalar::DateTime,
};

pub use mutation::DepartmentMutation;
pub use query::DepartmentQuery;

/// A part of the organization that spends.
#[derive(Clone)]
pub struct Department(Arc<Model>);

impl From<Model> for Department {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

impl From<Arc<Model>> for Department {
    fn from(row: Arc<Model>) -> Self {
        Self(row)
    }
}

/// A part of the organization that spends.
#[Object]
impl Department {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Department.id(self.0.id)
    }

    /// Its name, unique in the organization whatever the case.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The department that it is part of.
    async fn parent(&self, ctx: &Context<'_>) -> Answer<Department> {
        loader::department(ctx, self.0.parent_id).await
    }

    /// The member who leads it.
    async fn head(&self, ctx: &Context<'_>) -> Answer<Member> {
        loader::member(ctx, self.0.head_id).await
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

at_hand! { Department, |Self(row), _, _|
    "id" => Kind::Department.id(row.id).0,
    "name" => row.name.as_str(),
    "version" => row.version,
}

connection! {
    /// Departments by name.
    DepartmentConnection, DepartmentEdge of Department = Model,
    filter: (), |cx, _filter| department::count(cx)
}
