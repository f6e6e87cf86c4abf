//! Who may reach which tenant: values that only the directory makes.

use std::sync::Arc;

use outlay_entity::{
    shared::{OrganizationId, OrganizationStatus, organization},
    tenant::{DepartmentId, MemberId, Role, member},
};
use uuid::Uuid;

/// Identifies an organization, in every table and token.
pub type TenantId = OrganizationId;

/// One organization as requests need it: read from the directory, never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    id: TenantId,
    slug: String,
    base_currency: String,
    schema: String,
    role: String,
    status: OrganizationStatus,
}

impl Tenant {
    pub(crate) fn new(row: &organization::Model) -> Self {
        Self {
            id: row.id,
            slug: row.slug.clone(),
            base_currency: row.base_currency.clone(),
            schema: quoted(&row.schema_name),
            role: quoted(&row.schema_name),
            status: row.status,
        }
    }

    /// The organization's id.
    #[must_use]
    pub fn id(&self) -> TenantId {
        self.id
    }

    /// The organization's slug, now.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// ISO 4217 code of the currency of its books.
    #[must_use]
    pub fn base_currency(&self) -> &str {
        &self.base_currency
    }

    /// Its schema, as a quoted identifier.
    pub(crate) fn schema(&self) -> &str {
        &self.schema
    }

    /// The database role of its own, as a quoted identifier; it exists where that option is on.
    pub(crate) fn role(&self) -> &str {
        &self.role
    }

    pub(crate) fn is_suspended(&self) -> bool {
        self.status == OrganizationStatus::Suspended
    }
}

/// A name as an identifier of SQL. Schema names are made by us from a UUID; quoting is the second lock on that door.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// One active member as requests need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberEntry {
    /// The member's id in the organization.
    pub member_id: MemberId,
    /// The user who is this member.
    pub user_id: Uuid,
    /// What the member may do, now.
    pub role: Role,
    /// The department that the member works in.
    pub department_id: Option<DepartmentId>,
}

impl From<member::Model> for MemberEntry {
    fn from(row: member::Model) -> Self {
        Self {
            member_id: row.id,
            user_id: row.user_id,
            role: row.role,
            department_id: row.department_id,
        }
    }
}

/// Proof that a user is an active member of an organization in use; the key to a `TenantConnection`.
///
/// Invariant: only the directory makes one, after it has looked.
#[derive(Debug, Clone)]
pub struct TenantAccess {
    pub(crate) tenant: Arc<Tenant>,
    pub(crate) member: Arc<MemberEntry>,
}

impl TenantAccess {
    /// The organization.
    #[must_use]
    pub fn tenant(&self) -> &Arc<Tenant> {
        &self.tenant
    }

    /// The member.
    #[must_use]
    pub fn member(&self) -> &MemberEntry {
        &self.member
    }
}
