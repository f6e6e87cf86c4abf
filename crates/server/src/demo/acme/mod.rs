//! The organization of the first start, written by the commands of the domain.

mod books;
mod department;
mod expense;
mod once;
mod people;

use std::{fs, path::Path};

use anyhow::{Context, Result};
use outlay_domain::Outlay;

pub(crate) use people::{OWNER, find};

/// The organization's slug.
pub(crate) const SLUG: &str = "acme";

/// Creates the organization in a new embedded database. A database that has organizations stays unchanged.
///
/// A marker file in the data directory exists while this is under way, so that the next start continues after a crash.
/// Every step is idempotent.
pub(crate) async fn seed(outlay: &Outlay, directory: &Path) -> Result<()> {
    let marker = directory.join("seeding");
    let context = || format!("{} cannot be written", marker.display());
    if !marker.exists() {
        if outlay.tenancy().directory().count().await? > 0 {
            return Ok(());
        }
        fs::write(&marker, "").with_context(context)?;
    }
    let people = people::create(outlay).await?;
    let books = books::create(outlay, &people).await?;
    expense::create(outlay, &people, &books).await?;
    fs::remove_file(&marker).with_context(context)
}
