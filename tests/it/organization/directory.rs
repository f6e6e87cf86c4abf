//! What one server changes, every other knows within a second.

use outlay_tests::{Client, Org, PASSWORD, ask, execute, second_server, server, soon, unique};
use serde_json::json;

const WHO: &str = "{ organization { slug } }";

/// The codes that a query of the organization is answered with, by whoever names it by this slug.
async fn codes(client: &Client, slug: &str) -> Vec<String> {
    client
        .with_header("x-organization", slug)
        .run(WHO, json!({}))
        .await
        .errors()
}

#[tokio::test]
async fn a_renamed_organization_is_found_by_its_new_name_alone_on_every_server() {
    let (org, slug) = (Org::new().await, unique("renamed"));
    let here = org.owner.clone();
    let there = here.at(&second_server().await.url);
    for client in [&here, &there] {
        assert!(codes(client, &org.slug).await.is_empty());
    }
    let input = json!({ "version": 1, "slug": slug });
    org.owner
        .must("updateOrganization", input, "organization { slug }")
        .await;
    assert!(
        codes(&here, &slug).await.is_empty(),
        "at once where it was renamed"
    );
    assert_eq!(codes(&here, &org.slug).await, ["TENANT_MISMATCH"]);
    soon("the new name is known", async || {
        codes(&there, &slug).await.is_empty()
    })
    .await;
    assert_eq!(codes(&there, &org.slug).await, ["TENANT_MISMATCH"]);
}

#[tokio::test]
async fn a_name_that_was_given_up_can_be_taken_and_means_the_new_organization() {
    let (org, slug) = (Org::new().await, unique("renamed"));
    let there = org.owner.at(&second_server().await.url);
    assert!(codes(&there, &org.slug).await.is_empty());
    let input = json!({ "version": 1, "slug": slug });
    org.owner
        .must("updateOrganization", input, "organization { slug }")
        .await;
    let input = json!({ "name": "Successor", "slug": org.slug, "baseCurrency": "EUR" });
    let made = org
        .owner
        .must("createOrganization", input, "session { accessToken }")
        .await;
    let successor = org
        .owner
        .with_token(made["session"]["accessToken"].as_str().expect("a token"));
    for client in [&successor, &successor.at(&there_url().await)] {
        soon("the name means the new one", async || {
            codes(client, &org.slug).await.is_empty()
        })
        .await;
    }
    for client in [&org.owner, &there] {
        soon("not the old one", async || {
            codes(client, &org.slug).await == ["TENANT_MISMATCH"]
        })
        .await;
    }
}

async fn there_url() -> String {
    second_server().await.url.clone()
}

/// What the operator's command does.
async fn set_status(org: &Org, status: &str) {
    let id: String = ask(&format!(
        "SELECT id::text FROM outlay.organization WHERE slug = '{}'",
        org.slug
    ))
    .await;
    execute(&format!(
        "BEGIN; UPDATE outlay.organization SET status = '{status}' WHERE id = '{id}';
         SELECT pg_notify('outlay_directory', 'organization {id}'); COMMIT"
    ))
    .await;
}

#[tokio::test]
async fn a_suspended_organization_is_closed_on_every_server_until_it_is_resumed() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    let urls = [server().await.url.clone(), there_url().await];
    set_status(&org, "SUSPENDED").await;
    for url in &urls {
        for client in [&org.owner.at(url), &member.at(url)] {
            let closed = async || client.run(WHO, json!({})).await.errors() == ["TENANT_SUSPENDED"];
            soon("suspended", closed).await;
            let answer = client
                .mutate(
                    "createDepartment",
                    json!({ "name": "X" }),
                    "department { id }",
                )
                .await;
            assert_eq!(answer.codes(), ["TENANT_SUSPENDED"]);
            let input =
                json!({ "email": org.owner_email, "password": PASSWORD, "organization": org.slug });
            let answer = client
                .anonymous()
                .mutate("signIn", input, "session { accessToken }")
                .await;
            assert_eq!(answer.codes(), ["TENANT_SUSPENDED"]);
        }
    }
    assert_eq!(org.count("department", "true").await, 0);
    set_status(&org, "ACTIVE").await;
    for url in &urls {
        for client in [&org.owner.at(url), &member.at(url)] {
            soon("resumed", async || {
                client.run(WHO, json!({})).await.errors().is_empty()
            })
            .await;
        }
    }
}

#[tokio::test]
async fn the_owner_of_a_suspended_organization_can_make_another() {
    let org = Org::new().await;
    set_status(&org, "SUSPENDED").await;
    let client = org.owner.anonymous();
    let suspended = async || org.owner.run(WHO, json!({})).await.errors() == ["TENANT_SUSPENDED"];
    soon("suspended", suspended).await;
    let input = json!({ "email": org.owner_email, "password": PASSWORD });
    let session = client
        .must("signIn", input, "session { accessToken }")
        .await;
    let person = client.with_token(session["session"]["accessToken"].as_str().expect("a token"));
    let input = json!({ "name": "Another", "slug": unique("org"), "baseCurrency": "EUR" });
    person
        .must("createOrganization", input, "organization { id }")
        .await;
}
