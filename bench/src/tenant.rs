//! What the floors' SQL must know of each organization: its schema and the rows to refer to.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::database::Database;

/// An organization as the database has it.
#[derive(Debug, Deserialize)]
pub struct Tenant {
    /// Its name in host names.
    pub slug: String,
    /// The schema of its tables.
    pub schema: String,
    /// The currency of its books.
    pub currency: String,
}

/// Rows of a tenant that a new expense refers to.
#[derive(Debug, Deserialize)]
struct Rows {
    owner: String,
    departments: Vec<String>,
    categories: Vec<String>,
    budgets: Vec<String>,
}

impl Tenant {
    /// The organizations with these slugs.
    pub fn all(database: &Database, slugs: &[&str]) -> Result<Vec<Self>> {
        let slugs = slugs.join(",");
        let sql = format!(
            "SELECT json_build_object('slug', slug, 'schema', schema_name, 'currency', base_currency)
             FROM outlay.organization WHERE slug = ANY ('{{{slugs}}}') ORDER BY slug"
        );
        let lines = database.run([sql.as_str()])?;
        Ok(lines
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>()?)
    }

    /// The script with everything in braces replaced by what this tenant has.
    pub fn script(&self, database: &Database, template: &str) -> Result<String> {
        let script = template.replace("{tenant}", &self.schema);
        if !script.contains("{owner}") {
            return Ok(script);
        }
        let rows = self
            .rows(database)
            .with_context(|| format!("cannot read the rows of {}", self.slug))?;
        let lists = [
            ("departments", &rows.departments),
            ("categories", &rows.categories),
            ("budgets", &rows.budgets),
        ];
        let script = script
            .replace("{owner}", &rows.owner)
            .replace("{currency}", &self.currency);
        Ok(lists.iter().fold(script, |script, (name, ids)| {
            script
                .replace(
                    &format!("'{{{name}}}'"),
                    &format!("'{{{}}}'", ids.join(",")),
                )
                .replace(&format!("{{{name}.count}}"), &ids.len().to_string())
        }))
    }

    fn rows(&self, database: &Database) -> Result<Rows> {
        let sql = r#"SELECT json_build_object(
            'owner', (SELECT min(id::text) FROM "{tenant}".member WHERE role = 'OWNER'),
            'departments', (SELECT json_agg(id) FROM "{tenant}".department),
            'categories', (SELECT json_agg(id) FROM "{tenant}".category),
            'budgets', (SELECT json_agg(id) FROM "{tenant}".budget))"#;
        let row = database.run([sql.replace("{tenant}", &self.schema).as_str()])?;
        Ok(serde_json::from_str(&row)?)
    }
}
