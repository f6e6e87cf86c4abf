//! Members and invitations in the schema.

mod filter;
mod invitation;
mod mutation;
mod query;

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use outlay_domain::{
    entity::tenant::{self, member::Model},
    member::{self, MemberFilter},
};

use crate::{
    at_hand::{at_hand, nullable},
    connection::connection,
    department::Department,
    error::Answer,
    id::Kind,
    loader,
    scalar::DateTime,
};

pub use invitation::Invitation;
pub use mutation::MemberMutation;
pub use query::MemberQuery;

/// What a member may do.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "tenant::Role")]
pub enum Role {
    /// Everything, and alone to make or unmake owners.
    Owner,
    /// All that finance may do, and members, invitations and settings.
    Admin,
    /// Accounts, budgets, imports, and everybody's expenses with their approval.
    Finance,
    /// Approval of the own department's expenses, and own expenses.
    Approver,
    /// Own expenses.
    Member,
    /// Reads everything, writes nothing.
    Viewer,
}

/// Whether a member may use the organization.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "tenant::MemberStatus")]
pub enum MemberStatus {
    /// May sign in.
    Active,
    /// May not; what the member did stays.
    Deactivated,
}

/// A person in the organization.
#[derive(Clone)]
pub struct Member(Arc<Model>);

impl From<Model> for Member {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

impl From<Arc<Model>> for Member {
    fn from(row: Arc<Model>) -> Self {
        Self(row)
    }
}

/// A person in the organization.
#[Object]
impl Member {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Member.id(self.0.id)
    }

    /// The name that colleagues see.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// The e-mail address.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// What the member may do.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// Whether the member may use the organization.
    async fn status(&self) -> MemberStatus {
        self.0.status.into()
    }

    /// The department that the member works in.
    async fn department(&self, ctx: &Context<'_>) -> Answer<Department> {
        loader::department(ctx, self.0.department_id).await
    }

    /// The member whom this one reports to.
    async fn manager(&self, ctx: &Context<'_>) -> Answer<Member> {
        loader::member(ctx, self.0.manager_id).await
    }

    /// Number in the organization's own records.
    async fn employee_id(&self) -> Option<&str> {
        self.0.employee_id.as_deref()
    }

    /// Counts its changes; send it with the next one.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the member joined.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

at_hand! { Member, |Self(row), selection, ahead|
    "id" => Kind::Member.id(row.id).0,
    "displayName" => row.display_name.as_str(),
    "email" => row.email.as_str(),
    "role" => Role::from(row.role),
    "status" => MemberStatus::from(row.status),
    "department" => nullable(
        ahead.department.row::<Department>(row.department_id)?,
        selection,
        ahead,
    )?,
    "version" => row.version,
}

connection! {
    /// Members by name.
    MemberConnection, MemberEdge of Member = Model,
    filter: MemberFilter, |cx, filter| member::count(cx, filter)
}
