//! The face that an organization shows before sign-in, and the list that a user belongs to.

use outlay_entity::shared::{membership, organization};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use crate::{
    Outlay, Result,
    page::{self, Key, Ordering, Page, PageRequest},
};

impl Outlay {
    /// The organization of a short code, whatever its case.
    ///
    /// # Errors
    /// The database's own.
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

    /// The organizations that a user is an active member of, by name.
    ///
    /// # Errors
    /// `Invalid` for a cursor that is none.
    pub async fn organizations_of(
        &self,
        user: Uuid,
        request: &PageRequest,
    ) -> Result<Page<organization::Model>> {
        let ordering = Ordering::<organization::Entity>::by_name(
            organization::Column::Name,
            organization::Column::Id,
            |row| vec![Key::Text(row.name.clone()), Key::Id(row.id)],
        );
        page::fetch(
            self.tenancy().shared(),
            organizations_of(user),
            &ordering,
            request,
        )
        .await
    }

    /// How many organizations a user is an active member of.
    ///
    /// # Errors
    /// The database's own.
    pub async fn count_organizations_of(&self, user: Uuid) -> Result<u64> {
        use sea_orm::PaginatorTrait;
        Ok(organizations_of(user)
            .count(self.tenancy().shared())
            .await?)
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
