//! With a role for each tenant, the database itself refuses a qualified name of another tenant's table.

use outlay_tenancy::{RequestLogin, TenantRoles};
use outlay_tests::new_database;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use sqlx::{Connection, PgConnection, Row};

#[tokio::test]
async fn with_a_role_of_its_own_a_tenant_cannot_name_anothers_table() {
    for (roles, refused) in [(TenantRoles::PerTenant, true), (TenantRoles::Shared, false)] {
        let (tenancy, url) = super::open(2, roles).await;
        let (one, other) = (super::tenant(&tenancy).await, super::tenant(&tenancy).await);
        let mut owner = PgConnection::connect(&url)
            .await
            .expect("the owner may sign in");
        let query = sqlx::query("SELECT schema_name FROM outlay.organization WHERE slug = $1");
        let row = query
            .bind(other.tenant().slug().to_owned())
            .fetch_one(&mut owner)
            .await
            .expect("the other");
        let foreign = format!("SELECT * FROM {}.expense", row.get::<String, _>(0));
        let db = tenancy.read(&one);
        db.execute_unprepared(r#"SELECT * FROM "{tenant}".expense"#)
            .await
            .expect("its own table");
        assert_eq!(
            db.execute_unprepared(&foreign).await.is_err(),
            refused,
            "{roles:?}"
        );
        db.release().await;
    }
}

#[tokio::test]
async fn requests_that_sign_in_as_the_owner_step_down_before_their_first_statement() {
    for roles in [TenantRoles::Shared, TenantRoles::PerTenant] {
        let url = new_database().await;
        let tenancy = super::open_at(&url, 1, roles, RequestLogin::Switch).await;
        let access = super::tenant(&tenancy).await;
        let own = access.tenant().id().simple().to_string();
        let query = Statement::from_string(
            DbBackend::Postgres,
            "SELECT current_user::text AS role, current_setting('search_path') AS path,
                    current_setting('statement_timeout') AS timeout",
        );
        let db = tenancy.read(&access);
        // On the one connection: before any transaction, inside one, and after it.
        let first = db.query_alone(query.clone()).await.expect("an answer");
        let inside = db.query_all_raw(query.clone()).await.expect("an answer");
        db.release().await;
        let after = tenancy.read(&access).query_alone(query).await;
        for rows in [first, inside, after.expect("an answer")] {
            let text = |column: &str| rows[0].try_get::<String>("", column).expect("a text");
            match roles {
                TenantRoles::Shared => assert_eq!(text("role"), "outlay_request"),
                TenantRoles::PerTenant => assert!(text("role").ends_with(&own), "{}", text("role")),
            }
            assert_eq!(text("path"), "\"\"");
            assert_eq!(text("timeout"), "15s");
        }
        let forbidden =
            Statement::from_string(DbBackend::Postgres, "SELECT * FROM outlay.signing_key");
        let refused = tenancy.read(&access).query_alone(forbidden).await;
        assert!(refused.is_err());
    }
}

#[tokio::test]
async fn a_request_has_no_tenant_in_its_session() {
    let (tenancy, _) = super::open(1, TenantRoles::Shared).await;
    let access = super::tenant(&tenancy).await;
    let db = tenancy.read(&access);
    let query = Statement::from_string(
        DbBackend::Postgres,
        "SELECT current_user::text AS role, current_setting('search_path') AS path,
                current_setting('transaction_read_only') AS read_only",
    );
    let row = db
        .query_one_raw(query)
        .await
        .expect("an answer")
        .expect("a row");
    db.release().await;
    let text = |column: &str| row.try_get::<String>("", column).expect("a text");
    assert_eq!(text("role"), "outlay_request");
    assert_eq!(text("path"), "\"\"");
    assert_eq!(text("read_only"), "on");
}
