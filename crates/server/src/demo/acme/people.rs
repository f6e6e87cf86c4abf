//! The organization and its members.

use anyhow::{Context, Result};
use chrono::NaiveDate;
use outlay_domain::{
    Outlay,
    entity::tenant::Role,
    member::{AcceptInvitation, InviteMember},
    value::{Email, Name, Password},
};
use outlay_tenancy::{TenancyError, TenantAccess, TenantId};

use super::{SLUG, department::department, once::once};
use crate::demo::{PASSWORD, organization, user};

/// The owner's address.
pub(crate) const OWNER: &str = "ada@acme.example";

/// The members, and the day of the organization's creation, which all dates are relative to.
pub(super) struct People {
    pub(super) ada: TenantAccess,
    pub(super) grace: TenantAccess,
    pub(super) alan: TenantAccess,
    pub(super) mary: TenantAccess,
    pub(super) day: NaiveDate,
}

/// Creates the organization and its missing members.
pub(super) async fn create(outlay: &Outlay) -> Result<People> {
    let ada = user(outlay, OWNER, "Ada Lovelace").await?;
    let email = Some("office@acme.example");
    let organization = organization(outlay, ada, SLUG, "Acme Ltd", email)
        .await?
        .id();
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

/// Invites a person and accepts the invitation, unless the person is a member already.
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
        .with_context(|| format!("{} joined and is not a member", email.as_str()))
}

/// The member with this email address, if there is one.
pub(crate) async fn find(
    outlay: &Outlay,
    organization: TenantId,
    email: &Email,
) -> Result<Option<TenantAccess>> {
    let Some(user) = outlay.find_user(email).await? else {
        return Ok(None);
    };
    let directory = outlay.tenancy().directory();
    match directory.access(organization, user.id).await {
        Ok(member) => Ok(Some(member)),
        Err(TenancyError::UnknownTenant) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
