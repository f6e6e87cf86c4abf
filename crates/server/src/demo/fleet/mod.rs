//! Generated organizations: the same data for the same seed and day.

mod books;
mod expense;
mod people;
mod random;

use anyhow::{Context, Result, ensure};
use chrono::NaiveDate;
use outlay_domain::{
    BulkLoad, Outlay,
    entity::{Table, tenant as table},
};
use outlay_graphql::Kind;
use serde::Serialize;
use uuid::Uuid;

use self::{books::Books, people::People, random::Random};
use super::{TOKEN_LIFETIME, organization, user};

/// The contents of each organization.
pub(crate) struct Plan {
    /// The number of members, including the owner.
    pub(crate) members: usize,
    /// The number of expenses.
    pub(crate) expenses: usize,
    /// The seed of the random numbers.
    pub(crate) seed: u64,
    /// The latest date of an expense.
    pub(crate) today: NaiveDate,
}

/// The data that a client needs to use one organization.
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

/// Creates organization `number`, or reuses it if it has the contents that the plan asks for.
pub(crate) async fn create(outlay: &Outlay, plan: &Plan, number: u32) -> Result<Line> {
    let slug = format!("demo-{number:03}");
    let line = find_or_create(outlay, plan, number, &slug).await;
    line.with_context(|| format!("the organization {slug}"))
}

async fn find_or_create(outlay: &Outlay, plan: &Plan, number: u32, slug: &str) -> Result<Line> {
    let owner = user(outlay, &format!("owner@{slug}.example"), "Olivia Owner").await?;
    let tenant = organization(outlay, owner, slug, &format!("Demo {number}"), None).await?;
    let access = outlay
        .tenancy()
        .directory()
        .access(tenant.id(), owner)
        .await;
    access.context("it exists already and belongs to another user")?;
    let load = outlay.bulk_load(&tenant);
    let found = Contents::read(&load).await?;
    // An organization whose load was interrupted is empty, because the load is one transaction.
    if found == Contents::EMPTY {
        fill(&load, plan, number, owner).await?;
    } else {
        ensure!(
            found.members == plan.members && found.expenses == plan.expenses,
            "it exists already, with {} members and {} expenses: pass these numbers, or use another database",
            found.members,
            found.expenses
        );
    }
    let line = Line {
        slug: slug.to_owned(),
        token: String::new(),
        department_ids: ids::<table::department::Entity>(&load, Kind::Department).await?,
        category_ids: ids::<table::category::Entity>(&load, Kind::Category).await?,
        budget_ids: ids::<table::budget::Entity>(&load, Kind::Budget).await?,
        member_ids: ids::<table::member::Entity>(&load, Kind::Member).await?,
    };
    load.commit().await?;
    let session = outlay.open_session_for(owner, Some(tenant.id()), TOKEN_LIFETIME);
    Ok(Line {
        token: session.await?.access_token,
        ..line
    })
}

async fn fill(load: &BulkLoad, plan: &Plan, number: u32, owner: Uuid) -> Result<()> {
    let mut random = Random::new(plan.seed, number, plan.today);
    let books = Books::new(&mut random);
    let owner = load.member(owner).await?;
    let people = People::new(&mut random, plan.members, &books, &owner);
    let expenses = expense::generate(&mut random, plan.expenses, &books, &people);
    books.insert(load).await?;
    people.insert(load).await?;
    load.insert(&expenses).await?;
    load.analyze::<table::account::Entity>().await?;
    load.analyze::<table::budget::Entity>().await?;
    load.analyze::<table::category::Entity>().await?;
    load.analyze::<table::department::Entity>().await?;
    load.analyze::<table::expense::Entity>().await?;
    Ok(load.analyze::<table::member::Entity>().await?)
}

/// The ids of a table's rows as the API returns them, in ascending order of the rows.
async fn ids<E: Table>(load: &BulkLoad, kind: Kind) -> Result<Vec<String>> {
    let ids = load.ids::<E>().await?;
    Ok(ids.into_iter().map(|id| kind.id(id).to_string()).collect())
}

/// The numbers of rows in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Contents {
    members: usize,
    expenses: usize,
    departments: usize,
}

impl Contents {
    /// A new organization: its owner and nothing else.
    const EMPTY: Self = Self {
        members: 1,
        expenses: 0,
        departments: 0,
    };

    async fn read(load: &BulkLoad) -> Result<Self> {
        Ok(Self {
            members: load.count::<table::member::Entity>().await?.try_into()?,
            expenses: load.count::<table::expense::Entity>().await?.try_into()?,
            departments: load
                .count::<table::department::Entity>()
                .await?
                .try_into()?,
        })
    }
}
