//! The first start on an embedded database: a demo organization to try, and where everything is.

mod books;
mod expenses;
mod people;
mod print;
mod seeder;

use std::fs;

use anyhow::{Context, Result};
use outlay_domain::{Outlay, entity::shared::organization};
use outlay_postgres::Cluster;
use sea_orm::{EntityTrait, PaginatorTrait};

pub(crate) use print::greet;

/// The demo organization's slug.
pub(crate) const SLUG: &str = "acme";

/// Fills a new embedded database with the demo organization; any other is left as it is.
///
/// A file in the data directory says that it is under way, so that a server killed on the way goes on at the next
/// start. Every step is idempotent.
pub(crate) async fn seed(outlay: &Outlay, cluster: &Cluster) -> Result<()> {
    let under_way = cluster.directory().join("seeding");
    let context = || format!("{} cannot be written", under_way.display());
    if !under_way.exists() {
        let organizations = organization::Entity::find().count(outlay.tenancy().shared());
        if organizations.await? > 0 {
            return Ok(());
        }
        fs::write(&under_way, "").with_context(context)?;
    }
    let people = people::gather(outlay).await?;
    let books = books::open(outlay, &people).await?;
    expenses::enter(outlay, &people, &books).await?;
    fs::remove_file(&under_way).with_context(context)
}
