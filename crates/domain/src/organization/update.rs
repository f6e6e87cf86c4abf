//! Changes the name, branding and rules of an organization.

use outlay_entity::{
    shared::organization,
    tenant::{RuleAction, settings},
};
use outlay_tenancy::DirectoryChange;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde::Serialize;

use crate::{
    Action, Command, Error, Result, WriteContext, budget,
    value::{BrandColor, Email, LogoUrl, Name, Phone, Slug},
    write::{self, set, set_optional},
};

/// Changes an organization; `None` leaves a value unchanged, `Some(None)` removes it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateOrganization {
    /// The version that the caller has read.
    pub version: i32,
    /// Display name.
    pub name: Option<Name>,
    /// Name used in host names and links. The old one stops working immediately.
    pub slug: Option<Slug>,
    /// E-mail address for business contacts.
    pub business_email: Option<Option<Email>>,
    /// Telephone number for business contacts.
    pub business_phone: Option<Option<Phone>>,
    /// Brand colour of its pages.
    pub brand_color: Option<Option<BrandColor>>,
    /// Logo on its sign-in page.
    pub logo_url: Option<Option<LogoUrl>>,
    /// The rule for expenses that exceed their budget.
    pub over_budget: Option<RuleAction>,
    /// First month of the fiscal year, 1 to 12.
    pub fiscal_year_start: Option<i32>,
}

impl Command for UpdateOrganization {
    type Output = organization::Model;
    const ACTION: Action = Action::OrganizationUpdate;
    const SHARED: bool = true;

    async fn run(&self, cx: &WriteContext) -> Result<organization::Model> {
        let id = cx.access().tenant().id();
        let old = write::lock::<organization::Entity>(cx, id, self.version).await?;
        let change = organization::ActiveModel {
            name: set(self.name.clone()),
            slug: set(self.slug.clone()),
            business_email: set_optional(self.business_email.clone()),
            business_phone: set_optional(self.business_phone.clone()),
            brand_color: set_optional(self.brand_color.clone()),
            logo_url: set_optional(self.logo_url.clone()),
            ..Default::default()
        };
        let new = write::update::<organization::Entity>(cx, &old, change).await?;
        self.update_rules(cx).await?;
        cx.announce(DirectoryChange::Organization(id)).await?;
        Ok(new)
    }
}

impl UpdateOrganization {
    fn month(&self) -> Result<Option<i16>> {
        let Some(month) = self.fiscal_year_start else {
            return Ok(None);
        };
        let month = i16::try_from(month).ok();
        let month = month.filter(|month| (1..=12).contains(month));
        let invalid = || Error::invalid("fiscalYearStart", "The month must be from 1 to 12.");
        month.ok_or_else(invalid).map(Some)
    }

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
            fiscal_year_start: set(self.month()?),
        };
        rules.update(cx.db()).await?;
        Ok(())
    }
}
