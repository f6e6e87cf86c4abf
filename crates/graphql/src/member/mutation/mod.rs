//! Writing members and invitations.

mod invite;
mod status;
mod update;

use async_graphql::MergedObject;

/// Mutations of members.
#[derive(MergedObject, Default)]
pub struct MemberMutation(
    invite::InvitationMutation,
    update::MemberUpdateMutation,
    status::MemberStatusMutation,
);
