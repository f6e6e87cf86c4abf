//! graphql-sse: distinct connections, and many operations over one.

use outlay_tests::{Client, Events, Org, Server, database_url, expense};
use reqwest::Method;
use serde_json::{Value, json};

use super::{CHANGES, cursor};

const PATH: &str = "/graphql/stream";
const TOKEN: &str = "x-graphql-event-stream-token";

#[tokio::test]
async fn a_query_is_one_event_and_its_end() {
    let org = Org::new().await;
    let mut events = org
        .owner
        .listen("{ organization { slug } }", json!({}))
        .await;
    assert_eq!(events.told("organization").await["slug"], org.slug);
    assert_eq!(events.next().await.expect("an event").name, "complete");
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_subscription_over_a_transport_of_one_answer_is_refused() {
    let org = Org::new().await;
    let answer = org
        .owner
        .run("subscription { expenseChanged { cursor } }", json!({}))
        .await;
    assert_eq!(answer.errors(), ["INVALID"], "{}", answer.body);
}

async fn reserve(client: &Client) -> String {
    let response = client
        .request(Method::PUT, PATH)
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 201);
    response.text().await.expect("a token")
}

async fn post(client: &Client, token: &str, id: Value, document: &str, variables: Value) -> u16 {
    let body =
        json!({ "query": document, "variables": variables, "extensions": { "operationId": id } });
    let request = client
        .request(Method::POST, PATH)
        .header(TOKEN, token)
        .json(&body);
    request.send().await.expect("an answer").status().as_u16()
}

async fn listen(client: &Client, token: &str) -> Result<Events, u16> {
    // As a page's EventSource does: without a header.
    let request = client
        .anonymous()
        .request(Method::GET, &format!("{PATH}?token={token}"));
    let response = request
        .header("accept", "text/event-stream")
        .send()
        .await
        .expect("an answer");
    match response.status().as_u16() {
        200 => Ok(Events::of(response)),
        status => Err(status),
    }
}

#[tokio::test]
async fn many_operations_share_one_stream() {
    let org = Org::new().await;
    let after = cursor(&org.owner).await;
    let token = reserve(&org.owner).await;
    let mut events = listen(&org.owner, &token).await.expect("a stream");
    assert_eq!(listen(&org.owner, &token).await.err(), Some(409));
    let slug = "{ organization { slug } }";
    assert_eq!(
        post(
            &org.owner,
            &token,
            json!("changes"),
            CHANGES,
            json!({ "after": after })
        )
        .await,
        202
    );
    assert_eq!(
        post(&org.owner, &token, json!("changes"), slug, json!({})).await,
        409
    );
    assert_eq!(
        post(&org.owner, &token, json!(5), slug, json!({})).await,
        400
    );
    assert_eq!(
        post(&org.owner, &token, json!("query"), slug, json!({})).await,
        202
    );
    let next = events.next().await.expect("an event");
    assert_eq!(
        (next.name.as_str(), &next.data["id"]),
        ("next", &json!("query"))
    );
    assert_eq!(
        next.data["payload"]["data"]["organization"]["slug"],
        org.slug
    );
    let complete = events.next().await.expect("an event");
    assert_eq!(
        (complete.name.as_str(), &complete.data["id"]),
        ("complete", &json!("query"))
    );
    org.expense("Café", "1").await;
    let next = events.next().await.expect("an event");
    assert_eq!(next.data["id"], "changes");
    let change = &next.data["payload"]["data"]["expenseChanged"];
    assert_eq!(
        (&change["expense"]["merchant"], change["cursor"].as_str()),
        (&json!("Café"), Some(next.id.as_str()))
    );
    let path = format!("{PATH}?operationId=changes");
    let ended = org
        .owner
        .request(Method::DELETE, &path)
        .header(TOKEN, &token)
        .send()
        .await;
    assert_eq!(ended.expect("an answer").status(), 200);
    org.owner
        .must("createExpense", expense("Untold", "1"), "expense { id }")
        .await;
    assert_eq!(
        post(&org.owner, &token, json!("last"), slug, json!({})).await,
        202
    );
    assert_eq!(events.next().await.expect("an event").data["id"], "last");
}

#[tokio::test]
async fn a_stream_is_for_who_has_reserved_it_and_ends_with_its_listener() {
    let org = Org::new().await;
    let slug = "{ organization { slug } }";
    let refused = org
        .owner
        .anonymous()
        .request(Method::PUT, PATH)
        .send()
        .await
        .expect("an answer");
    assert!(
        refused
            .text()
            .await
            .expect("a body")
            .contains("UNAUTHENTICATED")
    );
    let token = reserve(&org.owner).await;
    let events = listen(&org.owner, &token).await.expect("a stream");
    let stranger = Org::new().await.owner;
    assert_eq!(
        post(&stranger, &token, json!("1"), slug, json!({})).await,
        404
    );
    assert_eq!(
        post(&org.owner, "no-token", json!("1"), slug, json!({})).await,
        404
    );
    drop(events);
    outlay_tests::soon("the stream is gone", async || {
        post(&org.owner, &token, json!("1"), slug, json!({})).await == 404
    })
    .await;
}

#[tokio::test]
async fn a_stream_has_so_many_operations_and_no_more() {
    let arguments = ["--max-operations-per-connection", "1"];
    let server = Server::start(&database_url().await, &arguments).await;
    let owner = Org::new().await.owner.at(&server.url);
    let token = reserve(&owner).await;
    let _events = listen(&owner, &token).await.expect("a stream");
    let subscribe = async |id: &str| post(&owner, &token, json!(id), CHANGES, json!({})).await;
    assert_eq!(subscribe("1").await, 202);
    assert_eq!(subscribe("2").await, 429);
    let path = format!("{PATH}?operationId=1");
    let ended = owner.request(Method::DELETE, &path).header(TOKEN, &token);
    assert_eq!(ended.send().await.expect("an answer").status(), 200);
    assert_eq!(subscribe("2").await, 202);
}
