//! A new tenant: complete in one transaction, or absent.

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

/// Tables that requests may add to and read, but not change: what happened stays as it happened.
const APPEND_ONLY: &[&str] = &["audit_event"];

/// An organization to be made.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    /// Name in host names and links.
    pub slug: String,
    /// Codes to try, in this order: the first that nobody has becomes the short code.
    pub short_codes: Vec<String>,
    /// The name that people see.
    pub name: String,
    /// ISO 4217 code of its books' currency.
    pub base_currency: String,
    /// Address for business with it.
    pub business_email: Option<String>,
    /// Telephone number for business.
    pub business_phone: Option<String>,
    /// The user who becomes its first member.
    pub owner: FirstOwner,
}

/// The user who becomes a new organization's owner.
#[derive(Debug, Clone)]
pub struct FirstOwner {
    /// The user's id.
    pub user_id: Uuid,
    /// The user's address.
    pub email: String,
    /// The name that colleagues will see.
    pub display_name: String,
}

impl Tenancy {
    /// Makes an organization of this id, its schema and its owner, in a transaction of [`shared`](Self::shared) that
    /// this commits; when it returns, the organization can be used on every server process.
    ///
    /// # Errors
    /// [`TenancyError::SlugTaken`], or the database's own; nothing is left behind then.
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

    /// Everything that a tenant's schema needs, as one batch.
    fn tenant_ddl(&self, tenant: &Tenant) -> String {
        let batch: String = TENANT_MIGRATIONS
            .iter()
            .map(|migration| migration.sql)
            .collect();
        qualify(&(batch + &self.grants(tenant)), tenant.schema())
    }

    /// The rights of requests on the tenant's tables, by name: granting on all tables of a schema reads the catalog.
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
        // Writing into a String cannot fail.
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

/// A role for one tenant, which the role of requests and the owner's login may step into.
fn own_role(role: &str) -> String {
    format!(
        "DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         GRANT {role} TO {REQUEST_ROLE};
         GRANT {role} TO CURRENT_USER;
         "
    )
}

/// Takes the slug and a short code, or finds that the slug is taken. A name claimed by a transaction still under
/// way is waited for.
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
        // On any conflict, of slug or short code: naming no column waits for whoever is taking the same.
        let nothing = OnConflict::new().do_nothing().to_owned();
        let insert = organization::Entity::insert(row).on_conflict(nothing);
        if insert.exec_without_returning(transaction).await? > 0 {
            let made = organization::Entity::find_by_id(id)
                .one(transaction)
                .await?;
            return made
                .ok_or_else(|| DbErr::RecordNotFound("organization just made".into()).into());
        }
        if slug_exists(transaction, &new.slug).await? {
            return Err(TenancyError::SlugTaken);
        }
    }
    Err(TenancyError::Unsuitable(
        "every short code tried is taken".into(),
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
