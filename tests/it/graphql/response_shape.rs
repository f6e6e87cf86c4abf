//! What the specification says of every response (section 6.4): keys in the order of the selection, and a failing
//! non-null field nulls its parent. Releases 7.1 to 7.2.1 of async-graphql fail both, so this holds the pin of 7.0.19.

use async_graphql::{EmptyMutation, EmptySubscription, Object, Result, Schema};

struct Query;

struct Item;

#[Object]
impl Query {
    async fn item(&self) -> Option<Item> {
        Some(Item)
    }

    async fn items(&self) -> Vec<Option<Item>> {
        vec![Some(Item), Some(Item)]
    }
}

#[Object]
impl Item {
    async fn slow(&self) -> i32 {
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        1
    }

    async fn fast(&self) -> i32 {
        2
    }

    async fn fails(&self) -> Result<i32> {
        tokio::task::yield_now().await;
        Err("no".into())
    }
}

async fn answer(document: &str) -> String {
    let response = Schema::new(Query, EmptyMutation, EmptySubscription)
        .execute(document)
        .await;
    serde_json::to_string(&response.data).expect("JSON")
}

#[tokio::test]
async fn keys_come_in_the_order_of_the_selection() {
    assert_eq!(
        answer("{ item { slow fast } }").await,
        r#"{"item":{"slow":1,"fast":2}}"#
    );
}

#[tokio::test]
async fn a_failing_non_null_field_nulls_its_parent() {
    let expected = r#"{"item":null,"items":[null,null]}"#;
    assert_eq!(
        answer("{ item { slow fails fast } items { fast fails } }").await,
        expected
    );
}
