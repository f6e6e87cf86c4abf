//! The greeting of a server that is ready: its address, the users of the demo, and a request to try.

use std::io::{IsTerminal, Write, stdout};

use anyhow::Result;
use outlay_domain::{Outlay, value::Email};

use super::database::Database;
use crate::demo::{
    PASSWORD, TOKEN_LIFETIME,
    acme::{OWNER, SLUG, find},
};

/// The request to try, written for single quotes in a shell.
const QUERY: &str = "{ expenses(first: 5, orderBy: {field: SPENT_ON, direction: DESC}) \
                     { totalCount nodes { spentOn merchant status amount { amount currencyCode } \
                     member { displayName } } } }";

/// Prints the greeting to standard output.
pub(super) async fn print(outlay: &Outlay, database: &Database, url: &str) -> Result<()> {
    let style = Style::of_terminal();
    let next = match database.cluster() {
        Some(_) => demo(outlay, url, &style).await?,
        None => first_steps(outlay).await?,
    };
    let text = [
        format!("\n  {}\n\n", style.bold("Outlay is ready.")),
        style.fact("Playground", &format!("{url}/graphql")),
        style.fact("Database", &database.describe()),
        next,
        format!("\n  {}\n", style.dim("Ctrl-C stops it.")),
    ];
    // A closed standard output is not an error.
    let _ = writeln!(stdout().lock(), "{}", text.concat());
    Ok(())
}

/// How to use the demo organization; empty if it or its owner is gone.
async fn demo(outlay: &Outlay, url: &str, style: &Style) -> Result<String> {
    let Some(tenant) = outlay.tenancy().directory().find_by_slug(SLUG).await? else {
        return Ok(String::new());
    };
    let owner = Email::parse("email", OWNER)?;
    let Ok(Some(ada)) = find(outlay, tenant.id(), &owner).await else {
        return Ok(String::new());
    };
    let user = ada.member().user_id;
    let session = outlay
        .open_session_for(user, Some(tenant.id()), TOKEN_LIFETIME)
        .await?;
    let until = session.expires_at.format("%-d %B, %H:%M UTC");
    let token = &session.access_token;
    let person = |email: &str, does: &str| format!("    {email:<20} {}\n", style.dim(does));
    Ok([
        format!(
            "\n  Sign in to the demo organization, {}, with the password {}:\n\n",
            style.bold(SLUG),
            style.bold(PASSWORD)
        ),
        person(OWNER, "owner: has all permissions"),
        person("grace@acme.example", "finance: manages budgets, reimburses"),
        person("alan@acme.example", "approver: approves for Engineering"),
        person("mary@acme.example", "member: submits her own expenses"),
        format!(
            "\n  Or list its expenses as ada, with a token that is valid until {until}:\n\n\
             curl -s {url}/graphql -H 'Content-Type: application/json' \\\n  \
             -H 'Authorization: Bearer {token}' \\\n  \
             -d '{{\"query\": \"{QUERY}\"}}'\n"
        ),
    ]
    .concat())
}

/// How to create the first organization on an external database.
async fn first_steps(outlay: &Outlay) -> Result<String> {
    if outlay.tenancy().directory().count().await? > 0 {
        return Ok(String::new());
    }
    Ok("\n  There is no organization yet. Create the first one with\n\n    \
        outlay tenant create --slug acme --name 'Acme Ltd' --currency EUR --owner ada@acme.example\n"
        .into())
}

/// Text styles, which apply only on a terminal.
struct Style {
    on: bool,
}

impl Style {
    fn of_terminal() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            on: wanted && stdout().is_terminal(),
        }
    }

    fn paint(&self, code: u8, text: &str) -> String {
        if self.on {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn bold(&self, text: &str) -> String {
        self.paint(1, text)
    }

    fn dim(&self, text: &str) -> String {
        self.paint(2, text)
    }

    fn fact(&self, name: &str, value: &str) -> String {
        format!("  {} {}\n", self.dim(&format!("{name:<11}")), value)
    }
}
