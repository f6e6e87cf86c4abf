//! The public profile of an organization, and the organizations of a user.

use outlay_entity::shared::{membership, organization};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use crate::{
    Outlay, Result,
    page::{Order, Page, PageRequest, keys},
    read,
};

impl Outlay {
    /// Finds an organization by short code, regardless of case.
    ///
    /// # Errors
    /// Database errors.
    pub async fn find_organization_by_short_code(
        &self,
        code: &str,
    ) -> Result<Option<organization::Model>> {
        let code = code.trim().to_uppercase();
        if code.contains('\0') {
            return Ok(None);
        }
        let found = organization::Entity::find().filter(organization::Column::ShortCode.eq(code));
        Ok(found.one(self.tenancy().shared()).await?)
    }

    /// Lists the organizations of which the user is an active member, by name. Counts them if `counted`.
    ///
    /// # Errors
    /// `Invalid` for a cursor of another list.
    pub async fn organizations_of(
        &self,
        user: Uuid,
        request: &PageRequest,
        counted: bool,
    ) -> Result<Page<organization::Row>> {
        let order = Order::by("NAME", keys![organization::Row: name Text]);
        let db = self.tenancy().shared();
        let mut page = read::shared(db, organizations_of(user), order, request).await?;
        if counted {
            page.count = Some(organizations_of(user).count(db).await?);
        }
        Ok(page)
    }
}

fn organizations_of(user: Uuid) -> sea_orm::Select<organization::Entity> {
    let ids = membership::Entity::find()
        .select_only()
        .column(membership::Column::OrganizationId)
        .filter(membership::Column::UserId.eq(user))
        .filter(membership::Column::Active.eq(true))
        .into_query();
    organization::Entity::find().filter(organization::Column::Id.in_subquery(ids))
}
