//! Replaces the placeholder schema in statements.

use outlay_migration::PLACEHOLDER;

/// Replaces the placeholder schema in `sql` with `schema`, a quoted identifier.
///
/// With the schema in each statement, every tenant has its own prepared plans. If the search path changed instead,
/// PostgreSQL would plan again after each change. Values are always bound and never part of the text, so user input
/// cannot contain the placeholder.
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
