//! Entities, tables and registries say the same of every noun.

use std::collections::{BTreeMap, BTreeSet};

use outlay_domain::Error;
use outlay_entity::{
    Record, Table,
    shared::{self, OrganizationStatus},
    tenant::{self, ExpenseStatus, ImportStatus, InvitationStatus, MemberStatus, Role, RuleAction},
};
use outlay_migration::TENANT_TABLES;
use outlay_tests::{Org, connect, database_url};
use sea_orm::{
    ActiveEnum, ColumnTrait, ColumnType, ConnectionTrait, Database, EntityTrait, IdenStatic,
    Iterable,
};
use sqlx::Row;

use super::schema::{Schema, snake_case};

/// Tables of a tenant whose rows are no nouns: the audit trail, the keys of writes, and the rules of the organization, which
/// are a part of it.
const NO_NOUNS: [&str; 3] = ["audit_event", "idempotency_key", "settings"];

/// The tables of a schema: for each column its type and whether it can be null.
type Tables = BTreeMap<String, BTreeMap<String, String>>;

fn columns<E: EntityTrait>() -> (String, BTreeMap<String, String>) {
    let columns = E::Column::iter().map(|column| {
        let definition = column.def();
        let null = if definition.is_null() {
            ""
        } else {
            " not null"
        };
        let ty = sql_type(definition.get_column_type());
        (column.as_str().to_owned(), format!("{ty}{null}"))
    });
    (E::default().table_name().to_owned(), columns.collect())
}

/// The type that a column of an entity has in the database.
fn sql_type(ty: &ColumnType) -> &'static str {
    match ty {
        ColumnType::Uuid => "uuid",
        ColumnType::String(_) | ColumnType::Text => "text",
        ColumnType::SmallInteger => "smallint",
        ColumnType::Integer => "integer",
        ColumnType::BigInteger => "bigint",
        ColumnType::Decimal(_) => "numeric",
        ColumnType::Boolean => "boolean",
        ColumnType::Date => "date",
        ColumnType::TimestampWithTimeZone => "timestamp with time zone",
        ColumnType::Json | ColumnType::JsonBinary => "jsonb",
        ColumnType::Blob | ColumnType::VarBinary(_) | ColumnType::Binary(_) => "bytea",
        other => panic!("{other:?} is not used by any table"),
    }
}

/// The tables of these modules of entities.
macro_rules! tables {
    ($schema:ident: $($module:ident),*) => {
        Tables::from([$(columns::<$schema::$module::Entity>()),*])
    };
}

fn tenant_entities() -> Tables {
    tables!(
        tenant: account, audit_event, budget, category, department, expense, expense_comment, idempotency_key, import, invitation, member,
        settings
    )
}

fn shared_entities() -> Tables {
    tables!(
        shared: domain, idempotency_key, membership, organization, refresh_token, session, signing_key, user
    )
}

/// For each column of a tenant's table that refers to a row, the table of that row.
fn references() -> BTreeMap<String, String> {
    fn of<T: Table>() -> Vec<(String, String)> {
        let table = <T::Row as Record>::TABLE;
        let columns = T::Row::COLUMNS.iter().zip(T::Row::REFERS).skip(1);
        columns
            .filter_map(|(column, to)| Some((format!("{table}.{column}"), (*to)?.to_owned())))
            .collect()
    }
    let all = [
        of::<tenant::account::Entity>(),
        of::<tenant::budget::Entity>(),
        of::<tenant::category::Entity>(),
        of::<tenant::department::Entity>(),
        of::<tenant::expense::Entity>(),
        of::<tenant::expense_comment::Entity>(),
        of::<tenant::import::Entity>(),
        of::<tenant::invitation::Entity>(),
        of::<tenant::member::Entity>(),
    ];
    all.into_iter().flatten().collect()
}

/// The rows of a query on the catalog for one schema, as texts.
async fn catalog(schema: &str, query: &str) -> Vec<Vec<String>> {
    let mut owner = connect(&database_url().await).await;
    let query = sqlx::query(sqlx::AssertSqlSafe(query.to_owned())).bind(schema.to_owned());
    let rows = query.fetch_all(&mut owner).await.expect("the catalog");
    rows.iter()
        .map(|row| (0..row.len()).map(|at| row.get(at)).collect())
        .collect()
}

/// Every column of a schema: table, name, type and nullability, default.
async fn stored(schema: &str) -> Vec<[String; 4]> {
    let rows = catalog(
        schema,
        "SELECT c.relname::text, a.attname::text,
                format_type(a.atttypid, NULL) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END,
                coalesce(pg_get_expr(d.adbin, d.adrelid), '')
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
         WHERE n.nspname = $1 AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
           AND c.relname <> 'seaql_migrations'",
    )
    .await;
    let rows = rows
        .into_iter()
        .map(|row| row.try_into().expect("four columns"));
    rows.collect()
}

/// Compares entities with the tables of a schema. A column that no entity has is filled by the database.
async fn compare(schema: &str, entities: &Tables) {
    let mut tables = Tables::new();
    for [table, column, ty, default] in stored(schema).await {
        let entity = entities.get(&table);
        let entity = entity.unwrap_or_else(|| panic!("{table} has no entity"));
        if !entity.contains_key(&column) {
            let filled = !ty.ends_with("not null") || !default.is_empty();
            assert!(
                filled,
                "nothing fills {table}.{column}, which no entity has"
            );
            continue;
        }
        // What inserts leave out.
        let expected = match column.as_str() {
            "version" if table != "audit_event" => "1",
            "created_at" | "updated_at" | "occurred_at" => "now()",
            _ => &default,
        };
        assert_eq!(default, expected, "the default of {table}.{column}");
        tables.entry(table).or_default().insert(column, ty);
    }
    for (table, columns) in entities {
        assert_eq!(tables.get(table), Some(columns), "{table}");
    }
}

#[tokio::test]
async fn entities_have_the_columns_of_the_tables() {
    let org = Org::new().await;
    compare(&org.schema().await, &tenant_entities()).await;
    compare("outlay", &shared_entities()).await;
}

#[tokio::test]
async fn every_table_of_a_tenant_is_registered() {
    let org = Org::new().await;
    let tables = stored(&org.schema().await).await;
    let tables: BTreeSet<_> = tables.into_iter().map(|[table, ..]| table).collect();
    let granted: BTreeSet<_> = TENANT_TABLES.iter().map(ToString::to_string).collect();
    assert_eq!(granted, tables, "TENANT_TABLES");
    let nouns = Schema::read(&org.owner).await.nouns();
    let mut nouns: BTreeSet<_> = nouns.iter().map(|noun| snake_case(noun)).collect();
    assert!(
        nouns.remove("organization"),
        "the noun of the shared schema"
    );
    nouns.extend(NO_NOUNS.map(str::to_owned));
    assert_eq!(nouns, tables, "the nouns of the API");
}

#[tokio::test]
async fn a_word_that_an_enum_has_is_one_that_its_column_takes() {
    fn words<E: ActiveEnum<Value = String>>(
        columns: &[&str],
    ) -> BTreeMap<String, BTreeSet<String>> {
        let values: BTreeSet<_> = E::values().into_iter().collect();
        columns
            .iter()
            .map(|column| ((*column).to_owned(), values.clone()))
            .collect()
    }
    let tenant = [
        words::<Role>(&["member.role", "invitation.role"]),
        words::<MemberStatus>(&["member.status"]),
        words::<InvitationStatus>(&["invitation.status"]),
        words::<ExpenseStatus>(&["expense.status"]),
        words::<ImportStatus>(&["import.status"]),
        words::<RuleAction>(&["settings.over_budget"]),
    ];
    let org = Org::new().await;
    let tenant: BTreeMap<_, _> = tenant.into_iter().flatten().collect();
    assert_eq!(checked_words(&org.schema().await).await, tenant);
    let mut shared = checked_words("outlay").await;
    shared
        .remove("session.revoked_reason")
        .expect("a text, which is written and never read");
    assert_eq!(
        shared,
        words::<OrganizationStatus>(&["organization.status"])
    );
}

/// The columns that a CHECK limits to certain words.
async fn checked_words(schema: &str) -> BTreeMap<String, BTreeSet<String>> {
    let rows = catalog(
        schema,
        "SELECT c.relname || '.' || a.attname, pg_get_constraintdef(o.oid)
         FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = o.connamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = o.conkey[1]
         WHERE n.nspname = $1 AND o.contype = 'c' AND pg_get_constraintdef(o.oid) LIKE '%ANY (ARRAY[%'",
    )
    .await;
    let words = |definition: &str| {
        let literals = definition.split('\'').skip(1).step_by(2);
        literals.map(str::to_owned).collect()
    };
    rows.iter()
        .map(|row| (row[0].clone(), words(&row[1])))
        .collect()
}

/// What the domain makes of an error with this SQLSTATE that names this constraint.
async fn explained(sqlstate: &str, table: &str, constraint: &str) -> Error {
    let database = Database::connect(database_url().await)
        .await
        .expect("a connection");
    let raise = format!(
        "DO $$ BEGIN RAISE EXCEPTION 'violated' USING ERRCODE = '{sqlstate}', TABLE = '{table}', \
         CONSTRAINT = '{constraint}'; END $$"
    );
    let error = database.execute_unprepared(&raise).await;
    error.expect_err("it is raised").into()
}

#[tokio::test]
async fn the_domain_explains_every_foreign_key_of_a_tenant() {
    let org = Org::new().await;
    let keys = catalog(
        &org.schema().await,
        "SELECT c.relname::text, a.attname::text, o.conname::text, f.relname::text
         FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_class f ON f.oid = o.confrelid
         JOIN pg_namespace n ON n.oid = o.connamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = o.conkey[1]
         WHERE n.nspname = $1 AND o.contype = 'f'",
    )
    .await;
    let mut found = BTreeMap::new();
    for key in &keys {
        let [table, column, constraint, to] = &key[..] else {
            panic!("four columns: {key:?}")
        };
        let error = explained("23503", table, constraint).await;
        let field = error.field().unwrap_or_default().to_lowercase();
        assert_eq!(field, column.replace('_', ""), "{constraint}: {error:?}");
        let is_noun = matches!(&error, Error::NotFound { noun, .. } if noun == to);
        assert!(is_noun, "{constraint}: {error:?}");
        found.insert(format!("{table}.{column}"), to.clone());
    }
    assert_eq!(
        references(),
        found,
        "each id of another table is a foreign key"
    );
}

#[tokio::test]
async fn the_domain_explains_every_unique_constraint_of_a_tenant() {
    let org = Org::new().await;
    let indexes = catalog(
        &org.schema().await,
        "SELECT t.relname::text, c.relname::text
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = $1 AND i.indisunique AND NOT i.indisprimary",
    )
    .await;
    assert!(!indexes.is_empty());
    for index in indexes {
        let error = explained("23505", &index[0], &index[1]).await;
        assert!(
            matches!(error, Error::Conflict { .. }),
            "{}: {error:?}",
            index[1]
        );
    }
}
