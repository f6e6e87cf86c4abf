//! A new tenant is complete or absent, and the same as one that was migrated.

use futures::future::join_all;
use outlay_tenancy::TenantRoles;
use sqlx::{Connection, PgConnection, Row};

/// Everything that the catalog says of a schema: columns, constraints, indexes and rights, without its name.
async fn catalog(owner: &mut PgConnection, schema: &str) -> Vec<String> {
    let query = "
        SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
               || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
               || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE n.nspname = $1 AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT 'constraint ' || conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(o.oid)
        FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace WHERE n.nspname = $1
        UNION ALL
        SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = $1
        UNION ALL
        SELECT 'grant ' || table_name || ' ' || privilege_type || ' to ' || grantee
        FROM information_schema.role_table_grants WHERE table_schema = $1";
    let rows = sqlx::query(query)
        .bind(schema.to_owned())
        .fetch_all(owner)
        .await
        .expect("the catalog");
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| row.get::<String, _>(0).replace(schema, "tenant"))
        .collect();
    lines.sort();
    lines
}

async fn schema_of(owner: &mut PgConnection, slug: &str) -> String {
    let query = sqlx::query("SELECT schema_name FROM outlay.organization WHERE slug = $1")
        .bind(slug.to_owned());
    query
        .fetch_one(owner)
        .await
        .expect("the organization")
        .get(0)
}

#[tokio::test]
async fn a_provisioned_tenant_equals_a_migrated_one() {
    let (tenancy, url) = super::open(2, TenantRoles::Shared).await;
    let mut owner = PgConnection::connect(&url)
        .await
        .expect("the owner may sign in");
    let provisioned = super::tenant(&tenancy).await;
    let provisioned = schema_of(&mut owner, provisioned.tenant().slug()).await;
    // The other one is taken back to before its first migration, and brought forward as the fleet is.
    let migrated = super::tenant(&tenancy).await.tenant().slug().to_owned();
    let schema = schema_of(&mut owner, &migrated).await;
    let back = format!(
        "DROP SCHEMA {schema} CASCADE; UPDATE outlay.organization SET schema_version = 0 WHERE slug = '{migrated}'"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(back))
        .execute(&mut owner)
        .await
        .expect("taken back");
    assert_eq!(tenancy.pending_migrations().await.expect("a count"), 1);
    let report = tenancy.migrate_tenants(2, |_| ()).await.expect("a report");
    assert_eq!((report.migrated, report.failed.len()), (1, 0));
    assert_eq!(tenancy.pending_migrations().await.expect("a count"), 0);
    let expected = catalog(&mut owner, &provisioned).await;
    assert!(expected.len() > 100, "{expected:#?}");
    assert_eq!(catalog(&mut owner, &schema).await, expected);
}

#[tokio::test]
async fn a_tenant_that_cannot_be_migrated_is_set_aside_and_the_others_go_on() {
    let (tenancy, url) = super::open(2, TenantRoles::Shared).await;
    let mut owner = PgConnection::connect(&url)
        .await
        .expect("the owner may sign in");
    for broken in [false, true, false] {
        let slug = super::tenant(&tenancy).await.tenant().slug().to_owned();
        let schema = schema_of(&mut owner, &slug).await;
        // Without the drop, its first migration finds the schema there and fails.
        let drop = if broken {
            String::new()
        } else {
            format!("DROP SCHEMA {schema} CASCADE;")
        };
        let back = format!(
            "{drop} UPDATE outlay.organization SET schema_version = 0 WHERE slug = '{slug}'"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(back))
            .execute(&mut owner)
            .await
            .expect("taken back");
    }
    let report = tenancy.migrate_tenants(2, |_| ()).await.expect("a report");
    assert_eq!((report.migrated, report.failed.len()), (2, 1));
    assert_eq!(
        tenancy.pending_migrations().await.expect("a count"),
        1,
        "the broken one is still to do"
    );
}

#[tokio::test]
async fn of_many_who_take_one_slug_at_once_one_gets_it_whole() {
    use outlay_tenancy::{FirstOwner, NewOrganization, TenancyError};
    let (tenancy, url) = super::open(2, TenantRoles::Shared).await;
    let owner = super::tenant(&tenancy).await.member().user_id;
    let attempts = (0..8).map(|index| {
        let wanted = NewOrganization {
            slug: "wanted".into(),
            short_codes: vec![format!("WAN-{index}")],
            name: "Wanted".into(),
            base_currency: "EUR".into(),
            business_email: None,
            business_phone: None,
            owner: FirstOwner {
                user_id: owner,
                email: "a@b.example".into(),
                display_name: "A".into(),
            },
        };
        super::provision(&tenancy, wanted)
    });
    let outcomes = join_all(attempts).await;
    let taken = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(TenancyError::SlugTaken)))
        .count();
    assert_eq!(
        (
            outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
            taken
        ),
        (1, 7),
        "{outcomes:?}"
    );
    let mut owner = PgConnection::connect(&url)
        .await
        .expect("the owner may sign in");
    let schemas: i64 = sqlx::query("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 't\\_%'")
        .fetch_one(&mut owner)
        .await
        .expect("a count")
        .get(0);
    assert_eq!(schemas, 2, "the first tenant's and the winner's");
}
