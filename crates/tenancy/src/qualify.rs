//! Puts the tenant's schema into a statement.

use outlay_migration::PLACEHOLDER;

/// Replaces the placeholder schema in `sql` by `schema`, a quoted identifier.
///
/// Naming the schema in each statement gives every tenant prepared plans of its own; a search path that changes
/// would make PostgreSQL plan again at every change. Values are bound, never in the text, so what a user wrote
/// cannot be taken for the placeholder.
#[must_use]
pub fn qualify(sql: &str, schema: &str) -> String {
    let mut qualified = String::with_capacity(sql.len() + 4 * schema.len());
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once(PLACEHOLDER) {
        qualified.push_str(before);
        qualified.push_str(schema);
        rest = after;
    }
    qualified.push_str(rest);
    qualified
}

#[cfg(test)]
mod tests {
    use super::qualify;

    #[test]
    fn every_placeholder_becomes_the_schema() {
        let sql =
            r#"SELECT "expense"."id" FROM "{tenant}"."expense" JOIN "{tenant}".member ON true"#;
        assert_eq!(
            qualify(sql, r#""t_1""#),
            r#"SELECT "expense"."id" FROM "t_1"."expense" JOIN "t_1".member ON true"#
        );
    }

    #[test]
    fn a_statement_without_placeholder_stays_as_it_is() {
        assert_eq!(qualify("SELECT 1", r#""t_1""#), "SELECT 1");
    }
}
