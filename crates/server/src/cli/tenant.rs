//! `outlay tenant`: manages organizations.

use std::io::stdin;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use outlay_domain::{
    Outlay,
    identity::SignUp,
    organization::CreateOrganization,
    value::{Currency, Email, Name, Password, Slug},
};
use rand::{RngExt, distr::Alphanumeric};

use super::with_outlay;
use crate::config::DatabaseArgs;

/// The length of a generated password, which has 119 bits of entropy.
const PASSWORD_LENGTH: usize = 20;

#[derive(Debug, Subcommand)]
pub(super) enum TenantCommand {
    /// Create an organization
    Create(CreateArgs),
}

/// The options of `outlay tenant create`.
#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// Name in host names and URLs
    #[arg(long)]
    slug: String,
    /// Display name
    #[arg(long)]
    name: String,
    /// Base currency, such as EUR
    #[arg(long)]
    currency: String,
    /// Email address of the owner; a user is created if none has this address
    #[arg(long, value_name = "EMAIL")]
    owner: String,
    /// Display name of a new owner [default: the address before the @]
    #[arg(long, value_name = "NAME")]
    owner_name: Option<String>,
    /// Read the password of a new owner from standard input; otherwise a password is generated and printed
    #[arg(long)]
    owner_password_stdin: bool,
}

pub(super) async fn run(command: TenantCommand, database: &DatabaseArgs) -> Result<()> {
    let TenantCommand::Create(args) = command;
    let new = CreateOrganization {
        name: Name::parse("name", &args.name).context("--name")?,
        slug: Slug::parse("slug", &args.slug).context("--slug")?,
        base_currency: Currency::parse("currency", &args.currency).context("--currency")?,
        business_email: None,
        business_phone: None,
    };
    let email = Email::parse("owner", &args.owner).context("--owner")?;
    let (name, slug) = (args.name.clone(), args.slug.clone());
    let (code, password) = with_outlay(database, async |outlay| {
        let (owner, password) = owner(&outlay, &args, email.clone()).await?;
        let organization = outlay.provision_for(owner, new).await?;
        Ok((organization.short_code, password))
    })
    .await?;
    println!("Created the organization {name}: slug {slug}, short code {code}.");
    match password {
        Some(Some(password)) => println!(
            "The owner {} signs in with the password {password}, which is not shown again.",
            email.as_str()
        ),
        Some(None) => println!(
            "The owner {} signs in with the given password.",
            email.as_str()
        ),
        None => println!(
            "The owner {} is an existing user and signs in as before.",
            email.as_str()
        ),
    }
    Ok(())
}

/// Returns the owner's id, and for a new user the password if it was generated.
async fn owner(
    outlay: &Outlay,
    args: &CreateArgs,
    email: Email,
) -> Result<(uuid::Uuid, Option<Option<String>>)> {
    if let Some(user) = outlay.find_user(&email).await? {
        return Ok((user.id, None));
    }
    let generated = (!args.owner_password_stdin).then(|| {
        let letters = rand::rng().sample_iter(Alphanumeric).take(PASSWORD_LENGTH);
        letters.map(char::from).collect::<String>()
    });
    let password = match &generated {
        Some(password) => password.clone(),
        None => read_password()?,
    };
    let before_at = email.as_str().split('@').next().unwrap_or_default();
    let display_name = args.owner_name.as_deref().unwrap_or(before_at);
    let new = SignUp {
        display_name: Name::parse("ownerName", display_name).context("--owner-name")?,
        password: Password::parse("password", &password).context("--owner-password-stdin")?,
        email,
    };
    let user = outlay.find_or_create_user(new).await?;
    Ok((user.id, Some(generated)))
}

fn read_password() -> Result<String> {
    let mut line = String::new();
    stdin()
        .read_line(&mut line)
        .context("the password cannot be read from standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
