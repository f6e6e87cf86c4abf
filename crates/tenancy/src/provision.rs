//! Creates a tenant in one transaction: it is complete or absent.

use std::fmt::Write as _;

use outlay_entity::{
    shared::{OrganizationStatus, membership, organization},
    tenant::{MemberId, MemberStatus, Role, member},
};
use outlay_migration::{PLACEHOLDER, TENANT_MIGRATIONS, TENANT_TABLES, tenant_version};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryTrait,
    sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    DirectoryChange, Tenancy, TenancyError, Tenant, TenantId, TenantRoles, control::REQUEST_ROLE,
    qualify::qualify,
};

/// Tables that requests may read and insert into, but not update or delete from.
const APPEND_ONLY: &[&str] = &["audit_event"];

/// Values of an organization to create.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    /// Name used in host names and links.
    pub slug: String,
    /// Candidates for the short code, in order of preference. The first free one is used.
    pub short_codes: Vec<String>,
    /// Display name.
    pub name: String,
    /// ISO 4217 code of the base currency.
    pub base_currency: String,
    /// E-mail address for business contacts.
    pub business_email: Option<String>,
    /// Telephone number for business contacts.
    pub business_phone: Option<String>,
    /// The user who becomes the first member.
    pub owner: FirstOwner,
}

/// The user who becomes the owner of a new organization.
#[derive(Debug, Clone)]
pub struct FirstOwner {
    /// The user's id.
    pub user_id: Uuid,
    /// The user's e-mail address.
    pub email: String,
    /// The display name of the member.
    pub display_name: String,
}

impl Tenancy {
    /// Creates an organization with this id, its schema and its owner. Commits `transaction`, which is a transaction of
    /// [`shared`](Self::shared). Every server process can use the organization when this returns.
    ///
    /// # Errors
    /// [`TenancyError::SlugTaken`], or database errors. In both cases nothing is written.
    pub async fn provision(
        &self,
        transaction: DatabaseTransaction,
        id: TenantId,
        new: NewOrganization,
    ) -> Result<organization::Model, TenancyError> {
        let organization = register(&transaction, id, &new).await?;
        let tenant = Tenant::new(&organization);
        transaction
            .execute_unprepared(&self.tenant_ddl(&tenant))
            .await?;
        let member_id = first_member(&transaction, &tenant, &new.owner).await?;
        let membership = membership::ActiveModel {
            user_id: Set(new.owner.user_id),
            organization_id: Set(id),
            member_id: Set(member_id),
            ..Default::default()
        };
        membership::Entity::insert(membership)
            .exec_without_returning(&transaction)
            .await?;
        DirectoryChange::Organization(id)
            .announce(&transaction)
            .await?;
        transaction.commit().await?;
        self.directory()
            .invalidate(DirectoryChange::Organization(id));
        Ok(organization)
    }

    /// SQL that creates everything in a tenant's schema, as one batch.
    fn tenant_ddl(&self, tenant: &Tenant) -> String {
        let batch: String = TENANT_MIGRATIONS
            .iter()
            .map(|migration| migration.sql)
            .collect();
        qualify(&(batch + &self.grants(tenant)), tenant.schema())
    }

    /// SQL that grants the request role access to the tenant's tables. The tables are named, because granting on all
    /// tables of a schema scans the catalog.
    pub(crate) fn grants(&self, tenant: &Tenant) -> String {
        let (role, mut sql) = match self.settings().tenant_roles {
            TenantRoles::Shared => (REQUEST_ROLE, String::new()),
            TenantRoles::PerTenant => (tenant.role(), own_role(tenant.role())),
        };
        let tables = |kept: fn(&&&str) -> bool| {
            let names = TENANT_TABLES
                .iter()
                .filter(kept)
                .map(|table| format!("{PLACEHOLDER}.{table}"));
            names.collect::<Vec<_>>().join(", ")
        };
        // Writing to a String cannot fail.
        let _ = write!(
            sql,
            "GRANT USAGE ON SCHEMA {PLACEHOLDER} TO {role};
             GRANT SELECT, INSERT ON {appended} TO {role};
             GRANT SELECT, INSERT, UPDATE, DELETE ON {changed} TO {role};",
            appended = tables(|table| APPEND_ONLY.contains(table)),
            changed = tables(|table| !APPEND_ONLY.contains(table)),
        );
        sql
    }
}

/// SQL that creates the role of one tenant, and allows the request role and the owner's login to assume it.
fn own_role(role: &str) -> String {
    format!(
        "DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         GRANT {role} TO {REQUEST_ROLE};
         GRANT {role} TO CURRENT_USER;
         "
    )
}

/// Inserts the organization with the first free short code. Fails if the slug is taken. Waits for uncommitted
/// transactions that insert the same slug or short code.
async fn register(
    transaction: &impl ConnectionTrait,
    id: TenantId,
    new: &NewOrganization,
) -> Result<organization::Model, TenancyError> {
    for short_code in &new.short_codes {
        let row = organization::ActiveModel {
            id: Set(id),
            slug: Set(new.slug.clone()),
            short_code: Set(short_code.clone()),
            name: Set(new.name.clone()),
            schema_name: Set(format!("t_{}", id.simple())),
            schema_version: Set(tenant_version()),
            status: Set(OrganizationStatus::Active),
            base_currency: Set(new.base_currency.clone()),
            business_email: Set(new.business_email.clone()),
            business_phone: Set(new.business_phone.clone()),
            ..Default::default()
        };
        // DO NOTHING without a column covers conflicts of slug and short code, and waits for uncommitted inserts of the
        // same value.
        let nothing = OnConflict::new().do_nothing().to_owned();
        let insert = organization::Entity::insert(row).on_conflict(nothing);
        if insert.exec_without_returning(transaction).await? > 0 {
            let made = organization::Entity::find_by_id(id)
                .one(transaction)
                .await?;
            return made.ok_or_else(|| {
                DbErr::RecordNotFound("the organization that was just created".into()).into()
            });
        }
        if slug_exists(transaction, &new.slug).await? {
            return Err(TenancyError::SlugTaken);
        }
    }
    Err(TenancyError::Unsuitable(
        "all candidate short codes are taken".into(),
    ))
}

async fn slug_exists(transaction: &impl ConnectionTrait, slug: &str) -> Result<bool, DbErr> {
    use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
    let same = organization::Entity::find().filter(organization::Column::Slug.eq(slug));
    Ok(same.count(transaction).await? > 0)
}

async fn first_member(
    transaction: &impl ConnectionTrait,
    tenant: &Tenant,
    owner: &FirstOwner,
) -> Result<MemberId, DbErr> {
    let id = MemberId::generate();
    let row = member::ActiveModel {
        id: Set(id),
        user_id: Set(owner.user_id),
        email: Set(owner.email.clone()),
        display_name: Set(owner.display_name.clone()),
        role: Set(Role::Owner),
        status: Set(MemberStatus::Active),
        ..Default::default()
    };
    let mut insert = member::Entity::insert(row).build(sea_orm::DbBackend::Postgres);
    insert.sql = qualify(&insert.sql, tenant.schema());
    transaction.execute_raw(insert).await?;
    Ok(id)
}
