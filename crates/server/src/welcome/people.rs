//! The demo organization and its people.

use chrono::NaiveDate;
use outlay_domain::{
    Error, Outlay, Result,
    entity::tenant::Role,
    identity::SignUp,
    member::{AcceptInvitation, InviteMember},
    organization::CreateOrganization,
    value::{Currency, Email, Name, Password, Slug},
};
use outlay_tenancy::{TenancyError, TenantAccess, TenantId};
use uuid::Uuid;

use super::{SLUG, books::department, seeder::once};
use crate::user;

/// Everybody's password.
pub(super) const PASSWORD: &str = "outlay-demo";

/// The owner's address.
pub(super) const OWNER: &str = "ada@acme.example";

/// The people of the demo, and the day it was made, which all its dates count from.
pub(super) struct People {
    pub(super) ada: TenantAccess,
    pub(super) grace: TenantAccess,
    pub(super) alan: TenantAccess,
    pub(super) mary: TenantAccess,
    pub(super) day: NaiveDate,
}

/// Makes those who are not there yet.
pub(super) async fn gather(outlay: &Outlay) -> Result<People> {
    let ada = SignUp {
        email: Email::parse("email", OWNER)?,
        password: Password::parse("password", PASSWORD)?,
        display_name: Name::parse("displayName", "Ada Lovelace")?,
    };
    let ada = user::ensure(outlay, ada).await?.id;
    let organization = organization(outlay, ada).await?;
    let day = outlay.get_organization(organization).await?.created_at;
    let directory = outlay.tenancy().directory();
    let ada = directory.access(organization, ada).await?;
    let engineering = department(outlay, &ada, "Engineering").await?;
    let operations = department(outlay, &ada, "Operations").await?;
    let join = async |email, name, role, department| {
        let invited = InviteMember {
            email: Email::parse("email", email)?,
            role,
            department_id: Some(department),
            lifetime: outlay.invitation_lifetime(),
        };
        join(outlay, &ada, invited, name).await
    };
    Ok(People {
        grace: join(
            "grace@acme.example",
            "Grace Hopper",
            Role::Finance,
            operations,
        )
        .await?,
        alan: join(
            "alan@acme.example",
            "Alan Turing",
            Role::Approver,
            engineering,
        )
        .await?,
        mary: join(
            "mary@acme.example",
            "Mary Jackson",
            Role::Member,
            engineering,
        )
        .await?,
        ada,
        day: day.date_naive(),
    })
}

async fn organization(outlay: &Outlay, owner: Uuid) -> Result<TenantId> {
    if let Some(tenant) = outlay.tenancy().directory().find_by_slug(SLUG).await? {
        return Ok(tenant.id());
    }
    let new = CreateOrganization {
        name: Name::parse("name", "Acme Ltd")?,
        slug: Slug::parse("slug", SLUG)?,
        base_currency: Currency::parse("baseCurrency", "EUR")?,
        business_email: Some(Email::parse("businessEmail", "office@acme.example")?),
        business_phone: None,
    };
    Ok(outlay.provision_for(owner, new).await?.id)
}

/// Invites somebody and accepts for them, as far as that was not done before.
async fn join(
    outlay: &Outlay,
    owner: &TenantAccess,
    invited: InviteMember,
    name: &str,
) -> Result<TenantAccess> {
    let organization = owner.tenant().id();
    if let Some(member) = find(outlay, organization, &invited.email).await? {
        return Ok(member);
    }
    let email = invited.email.clone();
    let invitation = once(outlay, owner, email.as_str(), invited).await?;
    let link = outlay.invitation_link(organization, invitation.id)?;
    let accept = AcceptInvitation {
        token: link.rsplit('/').next().unwrap_or_default().to_owned(),
        display_name: Some(Name::parse("displayName", name)?),
        password: Some(Password::parse("password", PASSWORD)?),
    };
    outlay.accept_invitation(accept, None, None, None).await?;
    find(outlay, organization, &email)
        .await?
        .ok_or_else(|| Error::internal("somebody joined and is no member"))
}

/// The member of this address.
pub(super) async fn find(
    outlay: &Outlay,
    organization: TenantId,
    email: &Email,
) -> Result<Option<TenantAccess>> {
    let Some(user) = user::find(outlay, email).await? else {
        return Ok(None);
    };
    let directory = outlay.tenancy().directory();
    match directory.access(organization, user.id).await {
        Ok(member) => Ok(Some(member)),
        Err(TenancyError::UnknownTenant) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
