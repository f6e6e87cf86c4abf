//! The commands beside `serve`.

use std::{fs, path::Path};

use outlay_tests::{Server, ask, connect, new_database, unique};
use serde_json::json;

use super::{directory, run, text};

#[tokio::test]
async fn the_printed_schema_is_the_one_in_the_repository() {
    let output = run(&["schema"]).await;
    assert!(output.status.success());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema.graphql");
    let kept = fs::read_to_string(path).expect("schema.graphql");
    assert!(
        text(&output.stdout) == kept,
        "schema.graphql is stale: run `just schema-write`"
    );
}

#[tokio::test]
async fn migrating_twice_is_migrating_once() {
    let url = new_database().await;
    let tables = async || {
        let mut connection = connect(&url).await;
        let sql = "SELECT table_schema || '.' || table_name FROM information_schema.tables
            WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1";
        let tables: Vec<String> = sqlx::query_scalar(sql)
            .fetch_all(&mut connection)
            .await
            .expect("tables");
        tables
    };
    let output = run(&["migrate", "--database-url", &url]).await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    let first = tables().await;
    assert!(
        first.contains(&"outlay.organization".to_owned()),
        "{first:?}"
    );
    let output = run(&["migrate", "--database-url", &url]).await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(tables().await, first);
}

#[tokio::test]
async fn ten_that_migrate_an_empty_database_at_once_all_succeed() {
    let url = new_database().await;
    let outputs = futures::future::join_all(
        (0..10).map(|_| async { run(&["migrate", "--database-url", &url]).await }),
    );
    for output in outputs.await {
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
}

#[tokio::test]
async fn an_organization_made_by_the_operator_can_be_signed_in_to() {
    let (url, slug) = (new_database().await, unique("org"));
    let create = |slug: String, currency: &'static str, owner: &'static str| {
        let url = url.clone();
        async move {
            let arguments = [
                "tenant",
                "create",
                "--slug",
                &slug,
                "--name",
                "Made by hand",
                "--currency",
                currency,
            ];
            run(&[&arguments[..], &["--owner", owner, "--database-url", &url]].concat()).await
        }
    };
    let output = create(slug.clone(), "CHF", "Boss@Example.org").await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    let password = said
        .split("password ")
        .nth(1)
        .and_then(|rest| rest.split([',', '.', ' ', '\n']).next());
    let password = password.unwrap_or_else(|| panic!("no password is printed: {said}"));
    assert!(said.contains(&slug), "{said}");

    let server = Server::start(&url, &[]).await;
    let input = json!({ "email": "boss@example.org", "password": password, "organization": slug });
    let session = server
        .client()
        .must("signIn", input, "session { accessToken }")
        .await;
    let owner = server
        .client()
        .with_token(session["session"]["accessToken"].as_str().expect("a token"));
    let answer = owner
        .run(
            "{ organization { name baseCurrency } viewer { member { role } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        answer.data("organization"),
        json!({ "name": "Made by hand", "baseCurrency": "CHF" })
    );
    assert_eq!(answer.data("viewer.member.role"), "OWNER");

    // While the server runs, the same user can be given another.
    let second = unique("org");
    let output = create(second.clone(), "EUR", "boss@example.org").await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        !text(&output.stdout).contains("password"),
        "a user who is there keeps the password"
    );
    owner
        .must(
            "switchOrganization",
            json!({ "organization": second }),
            "session { accessToken }",
        )
        .await;
    for (slug, currency, owner, named) in [
        (slug.clone(), "CHF", "boss@example.org", "slug"),
        ("No Slug".to_owned(), "CHF", "boss@example.org", "--slug"),
        (unique("org"), "FRANCS", "boss@example.org", "--currency"),
        (unique("org"), "CHF", "boss", "--owner"),
    ] {
        let output = create(slug, currency, owner).await;
        assert_eq!(output.status.code(), Some(1));
        assert!(
            text(&output.stderr).contains(named),
            "{}",
            text(&output.stderr)
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn a_command_uses_the_database_of_the_embedded_server_that_runs() {
    let directory = directory();
    let path = directory.path().to_str().expect("text");
    let server = Server::start_embedded(directory.path()).await;
    let slug = unique("org");
    let arguments = [
        "tenant",
        "create",
        "--slug",
        &slug,
        "--name",
        "Beside",
        "--currency",
        "EUR",
    ];
    let output = run(&[
        &arguments[..],
        &["--owner", "o@example.org", "--data-dir", path],
    ]
    .concat())
    .await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    let answer = server
        .client()
        .with_header("x-organization", &slug)
        .run("{ __typename }", json!({}))
        .await;
    assert!(answer.errors().is_empty(), "{}", answer.body);
    assert_eq!(server.terminate().await, Some(0));
}

#[tokio::test]
async fn several_servers_may_start_on_one_empty_database_at_once() {
    let url = new_database().await;
    let servers = futures::future::join_all((0..3).map(|_| Server::start(&url, &[]))).await;
    for server in &servers {
        let response = server
            .client()
            .request(reqwest::Method::GET, "/readyz")
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status().as_u16(), 200);
    }
    for server in servers {
        server.stop().await;
    }
    assert_eq!(
        ask::<i64>("SELECT 1::bigint").await,
        1,
        "the shared database is another one"
    );
}
