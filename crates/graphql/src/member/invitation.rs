//! Invitations: offers of membership.

use async_graphql::{Context, Enum, ID, Object};
use outlay_domain::{
    entity::tenant::{self, invitation::Model},
    member,
    permission::Permission,
};

use super::{Member, Role};
use crate::{
    at_hand::at_hand,
    connection::connection,
    context::{ContextExt, RequestContext},
    department::Department,
    error::{Answer, found},
    id::Kind,
    loader,
    scalar::DateTime,
};

/// What became of an invitation.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "tenant::InvitationStatus")]
pub enum InvitationStatus {
    /// Not answered yet.
    Pending,
    /// Its receiver is a member now.
    Accepted,
    /// Taken back.
    Revoked,
}

/// An offer of membership, seen by those who may invite.
#[derive(Clone)]
pub struct Invitation(Model);

impl From<Model> for Invitation {
    fn from(row: Model) -> Self {
        Self(row)
    }
}

impl Invitation {
    fn find_link(&self, request: &RequestContext) -> outlay_domain::Result<Option<String>> {
        let snapshot = request.snapshot()?;
        let needed = match self.0.role {
            tenant::Role::Owner => Permission::ManageOwners,
            _ => Permission::ManageMembers,
        };
        if self.0.status != tenant::InvitationStatus::Pending || !snapshot.cx().can(needed) {
            return Ok(None);
        }
        let organization = snapshot.cx().access().tenant().id();
        let link = request.outlay().invitation_link(organization, self.0.id)?;
        Ok(Some(link))
    }
}

/// An offer of membership, seen by those who may invite.
#[Object]
impl Invitation {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Invitation.id(self.0.id)
    }

    /// The address invited.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// The role that accepting gives.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// The department that accepting gives.
    async fn department(&self, ctx: &Context<'_>) -> Answer<Department> {
        loader::department(ctx, self.0.department_id).await
    }

    /// The member who invited.
    async fn invited_by(&self, ctx: &Context<'_>) -> Answer<Member> {
        loader::member(ctx, self.0.invited_by).await
    }

    /// What became of it.
    async fn status(&self) -> InvitationStatus {
        self.0.status.into()
    }

    /// It cannot be accepted after this.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.0.expires_at)
    }

    /// The link that accepts it, for its receiver alone: who has it can become the member. Null once it was
    /// answered or revoked, and for admins where it makes an owner.
    async fn link(&self, ctx: &Context<'_>) -> Answer<String> {
        found(self.find_link(ctx.request()))
    }

    /// Counts its changes; send it with the next one.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

at_hand! { Invitation, |Self(row), _, _|
    "id" => Kind::Invitation.id(row.id).0,
}

connection! {
    /// Invitations not answered yet, the newest first.
    InvitationConnection, InvitationEdge of Invitation = Model,
    filter: (), |cx, _filter| member::count_invitations(cx)
}
