//! Each field of each noun has one value, however and wherever it is selected.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use outlay_tests::{Answer, Client, Server, database_url};
use serde_json::{Value, json};

use super::{
    filled::filled,
    schema::{List, Schema, Selection},
};

/// Rows of a list that are compared.
const ROWS: usize = 3;

/// A server without limits of rate. It has more documents than statements, so that some are answered by wider ones.
pub async fn start() -> Server {
    let unlimited = ["--address-rate", "0", "--tenant-rate", "0"];
    Server::start(&database_url().await, &unlimited).await
}

#[tokio::test]
async fn a_field_has_the_same_value_wherever_it_is_selected() {
    let org = filled(ROWS + 1).await;
    let server = start().await;
    let owner = org.owner.at(&server.url);
    let wrong = compare(&owner, 2).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    server.stop().await;
}

#[tokio::test]
async fn a_field_has_the_same_value_wherever_a_role_selects_it() {
    let org = filled(ROWS).await;
    let server = start().await;
    for role in ["APPROVER", "MEMBER", "VIEWER"] {
        let client = org.member(role).await.at(&server.url);
        let wrong = compare(&client, 1).await;
        assert!(wrong.is_empty(), "{role}: {}", wrong.join("\n"));
    }
    server.stop().await;
}

/// Runs every selection of every list as this client; what differs.
async fn compare(client: &Client, nouns: usize) -> Vec<String> {
    let schema = Schema::read(client).await;
    let mut wrong = Vec::new();
    for list in schema.lists() {
        let place = Place::new(client, &schema, list).await;
        let selections = schema.selections(&place.list.node, nouns);
        assert!(selections.len() > 5, "{} has no fields", place.list.name());
        let found: Result<Vec<_>, String> = stream::iter(&selections)
            .map(|selection| place.compare(selection))
            .buffer_unordered(6)
            .try_collect()
            .await;
        wrong.extend(found.err());
    }
    wrong
}

/// A list, and the other places where its rows are shown.
struct Place<'a> {
    client: &'a Client,
    list: List,
    ids: Vec<String>,
    root: Option<String>,
}

impl<'a> Place<'a> {
    async fn new(client: &'a Client, schema: &Schema, list: List) -> Self {
        let mut ids = Vec::new();
        if list.is_connection() {
            let answer = client
                .run(&list.document(ROWS, "nodes { id }"), json!({}))
                .await;
            let rows = list.rows(&answer, "nodes");
            let rows = rows.as_array().into_iter().flatten();
            ids.extend(rows.map(|row| row["id"].as_str().expect("an id").to_owned()));
        }
        Self {
            root: schema.root(&list.node).map(str::to_owned),
            client,
            list,
            ids,
        }
    }

    async fn compare(&self, selection: &Selection) -> Result<(), String> {
        let rows = self.list.rows_field();
        let (plain, ty) = (selection.plain(), &self.list.node);
        let in_rows = |body: &str| format!("{rows} {{ {body} }}");
        let first = self.in_list(rows, &in_rows(&plain), "").await?;
        let spread = format!("fragment Shown on {ty} {{ {plain} }}");
        let mut forms = BTreeMap::new();
        forms.insert("again", self.in_list(rows, &in_rows(&plain), "").await?);
        for times in ["in a fragment", "in a fragment again"] {
            let shown = self.in_list(rows, &in_rows("...Shown"), &spread).await?;
            forms.insert(times, shown);
        }
        let inline = in_rows(&format!("... on {ty} {{ {plain} }}"));
        forms.insert(
            "in an inline fragment",
            self.in_list(rows, &inline, "").await?,
        );
        let included = in_rows(&selection.with(" @include(if: true)"));
        forms.insert("included", self.in_list(rows, &included, "").await?);
        let aliased = in_rows(&format!("other: {plain}"));
        let other = self.in_list(rows, &aliased, "").await?;
        forms.insert("by another name", renamed(&other, &selection.field));
        if self.list.is_connection() {
            let body = format!("edges {{ node {{ {plain} }} }}");
            let edges = self.in_list("edges", &body, "").await?;
            let nodes = edges
                .as_array()
                .into_iter()
                .flatten()
                .map(|edge| edge["node"].clone());
            let nodes = if edges.is_null() {
                Value::Null
            } else {
                nodes.collect()
            };
            forms.insert("in edges", nodes);
            if self.list.node == "Organization" {
                forms.insert("of the session", self.of_session(&plain, &first).await?);
            } else if first != Value::Null {
                self.by_ids(&plain, &mut forms).await?;
            }
        }
        for (form, value) in forms {
            if value != first {
                let name = self.list.name();
                return Err(format!(
                    "{name} {{ {plain} }} {form}: {value}, else {first}"
                ));
            }
        }
        Ok(())
    }

    /// The rows of the list, null when the client may not read it.
    async fn in_list(&self, field: &str, body: &str, fragments: &str) -> Result<Value, String> {
        let document = self.list.document(ROWS, body);
        let answer = self
            .run(&format!("{document} {fragments}"), json!({}))
            .await?;
        Ok(self.list.rows(&answer, field))
    }

    /// The same rows by their ids: together, alone, and by their own field of `Query`.
    async fn by_ids(&self, plain: &str, forms: &mut BTreeMap<&str, Value>) -> Result<(), String> {
        let ty = &self.list.node;
        let document =
            format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {ty} {{ {plain} }} }} }}");
        let answer = self.run(&document, json!({ "ids": self.ids })).await?;
        forms.insert("by ids", answer.data("nodes"));
        let alone = format!("query($id: ID!) {{ node(id: $id) {{ ... on {ty} {{ {plain} }} }} }}");
        forms.insert("by id", self.each(&alone, "node").await?);
        if let Some(root) = &self.root {
            let own = format!("query($id: ID!) {{ {root}(id: $id) {{ {plain} }} }}");
            forms.insert("by its own field", self.each(&own, root).await?);
        }
        Ok(())
    }

    /// The session's organization, which is the first of the user's; no other is found by its id.
    async fn of_session(&self, plain: &str, listed: &Value) -> Result<Value, String> {
        let mut rows = listed.clone();
        let document = format!(
            "query($id: ID!) {{ node(id: $id) {{ ... on Organization {{ {plain} }} }} organization {{ {plain} }}
            viewer {{ organization {{ {plain} }} }} }}"
        );
        let answer = self.run(&document, json!({ "id": self.ids[0] })).await?;
        for path in ["node", "organization", "viewer.organization"] {
            if answer.data(path) != listed[0] {
                rows[0] = answer.data(path);
            }
        }
        Ok(rows)
    }

    async fn each(&self, document: &str, field: &str) -> Result<Value, String> {
        let mut each = Vec::new();
        for id in &self.ids {
            let answer = self.run(document, json!({ "id": id })).await?;
            each.push(answer.data(field));
        }
        Ok(each.into())
    }

    /// Runs a document, in which nothing may fail but what the client may not read at all.
    async fn run(&self, document: &str, variables: Value) -> Result<Answer, String> {
        let answer = self.client.run(document, variables).await;
        if answer.errors().iter().any(|code| code != "FORBIDDEN") {
            return Err(format!("{document}: {}", answer.body));
        }
        Ok(answer)
    }
}

fn renamed(rows: &Value, field: &str) -> Value {
    let Some(rows) = rows.as_array() else {
        return Value::Null;
    };
    rows.iter()
        .map(|row| json!({ field: row["other"] }))
        .collect()
}
