//! Reads the schema and the referenced rows of each organization, for the SQL of the floors.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::database::Database;

/// An organization as read from the database.
#[derive(Debug, Deserialize)]
pub struct Tenant {
    /// The slug of the organization.
    pub slug: String,
    /// The schema of its tables.
    pub schema: String,
    /// Its base currency.
    pub currency: String,
}

/// The ids of a tenant's rows that a new expense refers to.
#[derive(Debug, Deserialize)]
struct Rows {
    owner: String,
    departments: Vec<String>,
    categories: Vec<String>,
    budgets: Vec<String>,
}

impl Tenant {
    /// Returns the organizations with these slugs.
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

    /// Returns the script with its placeholders in braces replaced by values of this tenant.
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
