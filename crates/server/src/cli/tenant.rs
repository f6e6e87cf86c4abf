//! `outlay tenant …`: the life of organizations, for operators.

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

/// Length of a password that we choose: 119 bits.
const PASSWORD_LENGTH: usize = 20;

#[derive(Debug, Subcommand)]
pub(super) enum TenantCommand {
    /// Make an organization, ready to use
    Create(CreateArgs),
}

/// The organization to make.
#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// Name in host names and links
    #[arg(long)]
    slug: String,
    /// The name that people see
    #[arg(long)]
    name: String,
    /// Currency of its books, such as EUR
    #[arg(long)]
    currency: String,
    /// Address of its owner, who becomes a user when there is none of that address
    #[arg(long, value_name = "EMAIL")]
    owner: String,
    /// Name of a new owner [default: the address before the @]
    #[arg(long, value_name = "NAME")]
    owner_name: Option<String>,
    /// Read a new owner's password from standard input; without it, one is made and printed
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
    let (code, made) = with_outlay(database, async |outlay| {
        let (owner, made) = owner(&outlay, &args, email.clone()).await?;
        let organization = outlay.provision_for(owner, new).await?;
        Ok((organization.short_code, made))
    })
    .await?;
    println!("{name} is ready: slug {slug}, short code {code}.");
    match made {
        Some(Some(password)) => println!(
            "Its owner {} signs in with the password {password}, which is not shown again.",
            email.as_str()
        ),
        Some(None) => println!(
            "Its owner {} signs in with the password given.",
            email.as_str()
        ),
        None => println!("Its owner {} signs in as before.", email.as_str()),
    }
    Ok(())
}

/// The owner's id; when the user is new, also the password if we chose it.
async fn owner(
    outlay: &Outlay,
    args: &CreateArgs,
    email: Email,
) -> Result<(uuid::Uuid, Option<Option<String>>)> {
    if let Some(user) = outlay.find_user(&email).await? {
        return Ok((user.id, None));
    }
    let chosen = (!args.owner_password_stdin).then(|| {
        let letters = rand::rng().sample_iter(Alphanumeric).take(PASSWORD_LENGTH);
        letters.map(char::from).collect::<String>()
    });
    let password = match &chosen {
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
    Ok((user.id, Some(chosen)))
}

fn read_password() -> Result<String> {
    let mut line = String::new();
    stdin()
        .read_line(&mut line)
        .context("the password cannot be read from standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
