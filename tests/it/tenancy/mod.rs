//! The tenancy layer by itself: what holds whatever the server above it does.

mod panics;
mod pools;
mod provisioning;
mod roles;

use outlay_entity::shared::{organization, user};
use outlay_tenancy::{
    DatabaseSettings, FirstOwner, NewOrganization, RequestLogin, Tenancy, TenancyError,
    TenantAccess, TenantId, TenantRoles,
};
use outlay_tests::{new_database, unique};
use sea_orm::{ActiveValue::Set, EntityTrait, TransactionTrait};
use uuid::Uuid;

/// The tenancy on a database of its own, with so many connections for requests.
async fn open(connections: usize, tenant_roles: TenantRoles) -> (Tenancy, String) {
    let url = new_database().await;
    let requests = url.replace("postgres://outlay@", "postgres://outlay_request@");
    let login = RequestLogin::Direct(requests);
    (open_at(&url, connections, tenant_roles, login).await, url)
}

/// The tenancy on this database, whose requests sign in this way.
async fn open_at(
    url: &str,
    connections: usize,
    tenant_roles: TenantRoles,
    login: RequestLogin,
) -> Tenancy {
    let settings = DatabaseSettings {
        connections,
        tenant_roles,
        ..DatabaseSettings::new(url.to_owned(), login)
    };
    Tenancy::open(settings).await.expect("the tenancy opens")
}

/// Makes an organization, as one transaction.
async fn provision(
    tenancy: &Tenancy,
    new: NewOrganization,
) -> Result<organization::Model, TenancyError> {
    let transaction = tenancy.shared().begin().await?;
    tenancy
        .provision(transaction, TenantId::generate(), new)
        .await
}

/// A new organization, and the access of its owner.
async fn tenant(tenancy: &Tenancy) -> TenantAccess {
    let slug = unique("t");
    let user_id = Uuid::now_v7();
    let row = user::ActiveModel {
        id: Set(user_id),
        email: Set(format!("{slug}@example.org")),
        display_name: Set(slug.clone()),
        password_hash: Set("none".into()),
        ..Default::default()
    };
    user::Entity::insert(row)
        .exec_without_returning(tenancy.shared())
        .await
        .expect("a user");
    let new = NewOrganization {
        short_codes: vec![unique("c").to_uppercase()],
        name: slug.clone(),
        base_currency: "EUR".into(),
        business_email: None,
        business_phone: None,
        owner: FirstOwner {
            user_id,
            email: format!("{slug}@example.org"),
            display_name: slug.clone(),
        },
        slug,
    };
    let organization = provision(tenancy, new).await.expect("an organization");
    tenancy
        .directory()
        .access(organization.id, user_id)
        .await
        .expect("access")
}
