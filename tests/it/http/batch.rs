//! Batches: off by default (`bad_input`), bounded where an operator turns them on.

use outlay_tests::{Org, Server, database_url, server};
use serde_json::json;

use super::post;

#[tokio::test]
async fn a_batch_is_answered_in_its_order_each_request_by_itself() {
    let org = Org::at(&server().await.client(), "EUR").await;
    let batching = Server::start(&database_url().await, &["--max-batch", "4"]).await;
    let owner = org.owner.at(&batching.url);
    let create = json!({ "query": "mutation { createCategory(input: { name: \"One\" }) { category { name } } }" });
    let count = json!({ "query": "{ categories(first: 1) { totalCount } }" });
    let wrong = json!({ "query": "{ nothing }" });
    let got = post(&owner, &json!([count, create, wrong, count])).await;
    assert_eq!(got.status, 200);
    let answers = got.body.as_array().expect("a list");
    assert_eq!(answers[0]["data"]["categories"]["totalCount"], 0);
    assert_eq!(
        answers[1]["data"]["createCategory"]["category"]["name"],
        "One"
    );
    assert_eq!(answers[2]["errors"][0]["extensions"]["code"], "INVALID");
    assert_eq!(answers[3]["data"]["categories"]["totalCount"], 1);
    assert_eq!(answers.len(), 4);
    let flood = post(&owner, &json!([count, count, count, count, count])).await;
    assert_eq!((flood.status, flood.code()), (400, "LIMIT_EXCEEDED"));
    for malformed in [json!([]), json!([1]), json!([count, {}]), json!([[count]])] {
        let got = post(&owner, &malformed).await;
        assert_eq!((got.status, got.code()), (400, "INVALID"), "{malformed}");
    }
}
