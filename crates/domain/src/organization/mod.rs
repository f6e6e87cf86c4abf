//! Organizations: creation, changes, lists and public profiles.

mod create;
mod profile;
mod update;

pub use create::CreateOrganization;
pub use update::UpdateOrganization;

use outlay_entity::{
    shared::{OrganizationId, organization},
    tenant::settings,
};
use sea_orm::{EntityTrait, QuerySelect};

use crate::{
    Context, Error, Outlay, Result, WriteContext,
    noun::{Noun, Unique},
    permission::Permission,
};

impl Noun for organization::Entity {
    const NAME: &'static str = "organization";
    const MANAGE: Permission = Permission::ManageOrganization;
    const UNIQUE: &'static [Unique] = &[Unique {
        constraint: "organization_slug_key",
        field: Some("slug"),
        message: "Another organization has this slug; choose a different one.",
    }];

    fn state(row: &organization::Model) -> serde_json::Value {
        serde_json::json!({
            "name": row.name, "slug": row.slug, "businessEmail": row.business_email,
            "businessPhone": row.business_phone, "brandColor": row.brand_color, "logoUrl": row.logo_url,
        })
    }
}

impl Outlay {
    /// Returns an organization by id. The caller has verified the membership.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get_organization(&self, id: OrganizationId) -> Result<organization::Model> {
        let row = organization::Entity::find_by_id(id)
            .one(self.tenancy().shared())
            .await?;
        row.ok_or(Error::NotFound {
            noun: organization::Entity::NAME,
            field: None,
        })
    }
}

/// The settings of the organization.
///
/// # Errors
/// Database errors.
pub async fn settings(cx: &Context) -> Result<settings::Model> {
    let row = settings::Entity::find().one(cx.db()).await?;
    row.ok_or_else(|| Error::internal("the tenant has no settings"))
}

/// Locks the settings of the organization until the transaction ends. Serializes all writers that call this.
pub(crate) async fn lock_settings(cx: &WriteContext) -> Result<()> {
    let rules = settings::Entity::find().lock_exclusive();
    rules.one(cx.db()).await?;
    Ok(())
}
