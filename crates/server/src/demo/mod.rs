//! Organizations full of made-up data: the same for the same seed and day.

mod books;
mod expenses;
mod ids;
mod people;
mod random;
mod rows;

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use chrono::NaiveDate;
use outlay_domain::{
    Outlay,
    identity::SignUp,
    organization::CreateOrganization,
    value::{Currency, Email, Name, Password, Slug},
};
use outlay_graphql::Kind;
use outlay_tenancy::{Tenant, TenantConnection};
use serde::Serialize;
use uuid::Uuid;

use self::random::Random;
use crate::user;

/// How long the tokens are good for.
const DAY: Duration = Duration::from_hours(24);

/// What each organization gets.
pub(crate) struct Plan {
    /// Members, the owner among them.
    pub(crate) members: usize,
    /// Expenses.
    pub(crate) expenses: usize,
    /// Where chance begins.
    pub(crate) seed: u64,
    /// The newest day that an expense may have.
    pub(crate) today: NaiveDate,
}

/// What a client needs to use one organization.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    slug: String,
    token: String,
    department_ids: Vec<String>,
    category_ids: Vec<String>,
    budget_ids: Vec<String>,
    member_ids: Vec<String>,
}

/// Makes organization `number`, or finds it when it is there and has what the plan says.
pub(crate) async fn organization(outlay: &Outlay, plan: &Plan, number: u32) -> Result<Line> {
    let slug = format!("demo-{number:03}");
    let made = make(outlay, plan, number, &slug).await;
    made.with_context(|| format!("the organization {slug}"))
}

async fn make(outlay: &Outlay, plan: &Plan, number: u32, slug: &str) -> Result<Line> {
    let owner = owner(outlay, slug).await?;
    let tenant = tenant(outlay, owner, number, slug).await?;
    let db = outlay.tenancy().write_shared(&tenant);
    let found = rows::census(&db).await?;
    // An organization whose filling was broken off is empty: filling is one transaction.
    if found == rows::Census::EMPTY {
        fill(&db, plan, number, owner).await?;
    } else {
        ensure!(
            found.members == plan.members && found.expenses == plan.expenses,
            "it is there already, with {} members and {} expenses; ask for as many, or use another database",
            found.members,
            found.expenses
        );
    }
    let line = Line {
        slug: slug.to_owned(),
        token: String::new(),
        department_ids: ids::read(&db, "department", Kind::Department).await?,
        category_ids: ids::read(&db, "category", Kind::Category).await?,
        budget_ids: ids::read(&db, "budget", Kind::Budget).await?,
        member_ids: ids::read(&db, "member", Kind::Member).await?,
    };
    db.commit().await?;
    let session = outlay
        .open_session_for(owner, Some(tenant.id()), DAY)
        .await?;
    Ok(Line {
        token: session.access_token,
        ..line
    })
}

async fn owner(outlay: &Outlay, slug: &str) -> Result<Uuid> {
    let new = SignUp {
        email: Email::parse("email", &format!("owner@{slug}.example"))?,
        password: Password::parse("password", "outlay-demo")?,
        display_name: Name::parse("displayName", "Olivia Owner")?,
    };
    Ok(user::ensure(outlay, new).await?.id)
}

/// The organization of this slug, made when there is none; refused when it is somebody else's.
async fn tenant(outlay: &Outlay, owner: Uuid, number: u32, slug: &str) -> Result<Arc<Tenant>> {
    let directory = outlay.tenancy().directory();
    if directory.find_by_slug(slug).await?.is_none() {
        let new = CreateOrganization {
            name: Name::parse("name", &format!("Demo {number}"))?,
            slug: Slug::parse("slug", slug)?,
            base_currency: Currency::parse("baseCurrency", "EUR")?,
            business_email: None,
            business_phone: None,
        };
        outlay.provision_for(owner, new).await?;
    }
    let tenant = directory.find_by_slug(slug).await?;
    let tenant = tenant.context("it was made and is not there")?;
    let access = directory.access(tenant.id(), owner).await;
    access.context("it is somebody else's, and stays as it is")?;
    Ok(tenant)
}

async fn fill(db: &TenantConnection, plan: &Plan, number: u32, owner: Uuid) -> Result<()> {
    let mut random = Random::new(plan.seed, number, plan.today);
    let books = books::Books::new(&mut random);
    books.insert(db).await?;
    let owner = rows::member(db, owner).await?;
    let people = people::People::new(&mut random, plan.members, &books, &owner);
    people.insert(db).await?;
    let expenses = expenses::make(&mut random, plan.expenses, &books, &people);
    rows::insert(db, "expense", &expenses).await?;
    rows::analyze(db).await
}
