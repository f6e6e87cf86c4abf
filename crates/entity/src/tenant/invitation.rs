//! Invitations.

use sea_orm::entity::prelude::*;

use super::{DepartmentId, InvitationStatus, MemberId, Role};

crate::record::table! {
    /// An offer of membership, sent to an e-mail address.
    "invitation" {
        /// The address invited, in lower case.
        email: String,
        /// The role of the new member.
        role: Role,
        /// The department of the new member.
        department_id: Option<DepartmentId>,
        /// The member who sent it.
        invited_by: MemberId,
        /// Whether it was accepted or revoked.
        status: InvitationStatus,
        /// It cannot be accepted after this time.
        expires_at: DateTimeUtc,
    }
}
