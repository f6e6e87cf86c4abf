//! Tenants, their members, and the proof of access that only the directory creates.

use std::sync::Arc;

use outlay_entity::{
    shared::{OrganizationId, OrganizationStatus, organization},
    tenant::{DepartmentId, MemberId, Role, member},
};
use uuid::Uuid;

/// Identifies an organization, in every table and token.
pub type TenantId = OrganizationId;

/// The columns of an organization that requests need: read from the directory and immutable.
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

    /// The current slug of the organization.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// ISO 4217 code of the organization's base currency.
    #[must_use]
    pub fn base_currency(&self) -> &str {
        &self.base_currency
    }

    /// The schema of the tenant, as a quoted identifier.
    pub(crate) fn schema(&self) -> &str {
        &self.schema
    }

    /// The tenant's own database role, as a quoted identifier. The role exists only with
    /// [`TenantRoles::PerTenant`](crate::TenantRoles::PerTenant).
    pub(crate) fn role(&self) -> &str {
        &self.role
    }

    pub(crate) fn is_suspended(&self) -> bool {
        self.status == OrganizationStatus::Suspended
    }
}

/// Quotes a name as an SQL identifier. Schema names are generated from a UUID, so quoting is a second line of defense.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The columns of an active member that requests need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberEntry {
    /// The member's id in the organization.
    pub member_id: MemberId,
    /// The user who is this member.
    pub user_id: Uuid,
    /// The member's current role.
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

/// Proof that a user is an active member of an active organization. It is required to open a `TenantConnection`.
///
/// Invariant: only the directory creates a value of this type, after it has checked the membership.
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
