//! An organization's name, looks and rules.

use outlay_entity::{
    shared::organization,
    tenant::{RuleAction, settings},
};
use outlay_tenancy::DirectoryChange;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, QuerySelect};
use uuid::Uuid;

use crate::{
    Command, Error, Result, Subject, WriteContext, budget,
    permission::Permission,
    value::{BrandColor, Email, LogoUrl, Name, Phone, Slug},
    write::{self, set, set_optional},
};

/// What to change; `None` leaves a value as it is, `Some(None)` removes it.
#[derive(Debug, Clone, Default)]
pub struct UpdateOrganization {
    /// The version that the caller has seen.
    pub version: i32,
    /// The name that people see.
    pub name: Option<Name>,
    /// Name in host names and links; the old one stops working at once.
    pub slug: Option<Slug>,
    /// Address for business.
    pub business_email: Option<Option<Email>>,
    /// Telephone number for business.
    pub business_phone: Option<Option<Phone>>,
    /// Colour of its pages.
    pub brand_color: Option<Option<BrandColor>>,
    /// Picture for its sign-in page.
    pub logo_url: Option<Option<LogoUrl>>,
    /// What to do when an expense exceeds its budget.
    pub over_budget: Option<RuleAction>,
    /// First month of the fiscal year, 1 to 12.
    pub fiscal_year_start: Option<i16>,
}

impl Command for UpdateOrganization {
    type Output = organization::Model;
    const ACTION: &'static str = "organization.update";
    const SHARED: bool = true;

    async fn run(&self, cx: &WriteContext) -> Result<organization::Model> {
        cx.require(Permission::ManageOrganization)?;
        if self
            .fiscal_year_start
            .is_some_and(|month| !(1..=12).contains(&month))
        {
            return Err(Error::invalid(
                "fiscalYearStart",
                "A month is from 1 to 12.",
            ));
        }
        let id = cx.access().tenant().id();
        let old = organization::Entity::find_by_id(id)
            .lock_exclusive()
            .one(cx.db())
            .await?;
        let old = old.ok_or(Error::NotFound {
            noun: "organization",
            field: None,
        })?;
        write::check_version(old.version, self.version)?;
        let new = organization::ActiveModel {
            id: Set(id),
            name: set(self.name.clone()),
            slug: set(self.slug.clone()),
            business_email: set_optional(self.business_email.clone()),
            business_phone: set_optional(self.business_phone.clone()),
            brand_color: set_optional(self.brand_color.clone()),
            logo_url: set_optional(self.logo_url.clone()),
            version: Set(old.version + 1),
            updated_at: Set(chrono::Utc::now()),
            ..Default::default()
        };
        let new = new.update(cx.db()).await?;
        self.update_rules(cx).await?;
        cx.announce(DirectoryChange::Organization(id)).await?;
        Ok(new)
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<organization::Model> {
        write::recall::<organization::Entity>(cx, "organization", id).await
    }
}

impl UpdateOrganization {
    async fn update_rules(&self, cx: &WriteContext) -> Result<()> {
        if self.over_budget.is_none() && self.fiscal_year_start.is_none() {
            return Ok(());
        }
        if self.over_budget == Some(RuleAction::Block) {
            budget::wait_for_charges(cx).await?;
        }
        let rules = settings::ActiveModel {
            id: Set(1),
            over_budget: set(self.over_budget),
            fiscal_year_start: set(self.fiscal_year_start),
        };
        rules.update(cx.db()).await?;
        Ok(())
    }
}

impl Subject for organization::Model {
    fn id(&self) -> Uuid {
        self.id
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
    fn state(&self) -> serde_json::Value {
        serde_json::json!({
            "name": self.name, "slug": self.slug, "businessEmail": self.business_email,
            "businessPhone": self.business_phone, "brandColor": self.brand_color, "logoUrl": self.logo_url,
        })
    }
}
