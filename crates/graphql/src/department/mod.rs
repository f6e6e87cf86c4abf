//! Departments in the schema.

mod mutation;
mod query;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use outlay_domain::{department, entity::tenant::department::Model};

use crate::{connection::connection, context::ContextExt, id::Kind, member::Member};

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
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        let Some(id) = self.0.parent_id else {
            return Ok(None);
        };
        Ok(ctx.snapshot()?.department(id).await?.map(Self))
    }

    /// The member who leads it.
    async fn head(&self, ctx: &Context<'_>) -> Result<Option<Member>> {
        let Some(id) = self.0.head_id else {
            return Ok(None);
        };
        Ok(ctx.snapshot()?.member(id).await?.map(Into::into))
    }

    /// Counts its changes; send it with the next one.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

connection! {
    /// Departments by name.
    DepartmentConnection, DepartmentEdge of Department = Model,
    filter: (), |cx, _filter| department::count(cx)
}
