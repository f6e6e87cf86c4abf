//! A list is one statement without a transaction, whatever field of its rows is selected and however many rows there are.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use outlay_tests::{Client, Server};
use serde_json::json;

use super::{
    field::start,
    filled::filled,
    schema::{List, Schema, Selection},
};

/// Documents of each list that one server runs: fewer than the statements that a server keeps for a table, since beyond
/// those a document uses the statement of another.
const DOCUMENTS: usize = 50;

/// Fields that need more than the list's statement, and why. No entry may be added for speed's sake, and one that is not
/// needed fails the test.
const MORE: &[(&str, &str)] = &[
    (
        "Expense.comments",
        "is a page of each expense: one statement for those of all rows, after the list's",
    ),
    (
        "ExpenseConnection.total",
        "sums up the whole list, which is another statement",
    ),
    (
        "Import.problems",
        "has an argument, so its resolver runs, in the snapshot of the list",
    ),
    (
        "Invitation.link",
        "is derived from the signing key by a resolver, in the snapshot of the list",
    ),
    (
        "Organization.settings",
        "are in the tenant's schema, the organization in the shared one",
    ),
];

#[tokio::test]
async fn a_list_is_one_statement_for_any_field_and_any_number_of_rows() {
    let org = filled(20).await;
    let schema = Schema::read(&org.owner).await;
    let mut cases = Vec::new();
    for list in schema.lists() {
        let rows = list.rows_field();
        let nodes = schema.selections(&list.node, 2);
        let beside = schema.beside_rows(&list);
        let bodies = beside
            .into_iter()
            .map(|one| (format!("{} {rows} {{ __typename }}", one.plain()), one))
            .chain(
                nodes
                    .into_iter()
                    .map(|one| (format!("{rows} {{ {} }}", one.plain()), one)),
            );
        for (at, (body, selection)) in bodies.enumerate() {
            let list = list.clone();
            cases.push((
                at / DOCUMENTS,
                Case {
                    list,
                    body,
                    selection,
                },
            ));
        }
    }
    let servers = cases.iter().map(|(server, _)| server + 1).max();
    let (mut wrong, mut needed) = (Vec::new(), BTreeSet::new());
    for number in 0..servers.unwrap_or_default() {
        let server = start().await;
        let client = org.owner.at(&server.url);
        let own = cases.iter().filter(|(server, _)| *server == number);
        let outcomes: Vec<_> = stream::iter(own)
            .map(|(_, case)| case.run(&server, &client))
            .buffer_unordered(4)
            .collect()
            .await;
        for outcome in outcomes {
            match outcome {
                Ok(more) => needed.extend(more),
                Err(error) => wrong.push(error),
            }
        }
        server.stop().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let allowed: BTreeSet<_> = MORE.iter().map(|(field, _)| *field).collect();
    assert_eq!(allowed, needed, "entries that are no longer needed");
}

#[tokio::test]
async fn beyond_the_statements_that_are_kept_a_list_is_still_one_snapshot() {
    let org = filled(2).await;
    let server = start().await;
    let client = org.owner.at(&server.url);
    let schema = Schema::read(&client).await;
    // Each with columns of its own, and all at once: a statement that was not used for ten seconds is given up for another.
    let selections = schema.selections("Expense", 2);
    let different = selections.iter().filter(|one| {
        let same = ["Expense.viewerCan", "Expense.comments"];
        !one.passes.iter().any(|passed| same.contains(&&**passed))
    });
    stream::iter(different)
        .for_each_concurrent(16, async |selection| {
            let shown = selection.plain();
            let document = format!("{{ expenses(first: 2) {{ nodes {{ {shown} }} }} }}");
            client.run(&document, json!({})).await;
        })
        .await;
    let document = "{ expenses(first: 2) { nodes { merchant member { email department { name } } category { name } } } }";
    let answer = client.run(document, json!({})).await;
    let run = server.statements(&answer.request_id).await;
    let begun = run.iter().filter(|sql| sql.starts_with("BEGIN")).count();
    assert!(run.len() > 1, "too few documents to go beyond: {run:#?}");
    assert!(begun == 1 && run[0].starts_with("BEGIN"), "{run:#?}");
    server.stop().await;
}

/// A document of a list that selects one field.
struct Case {
    list: List,
    body: String,
    selection: Selection,
}

impl Case {
    /// Runs it for two rows and for twenty. Returns the fields that need more than one statement.
    async fn run(&self, server: &Server, client: &Client) -> Result<Vec<&'static str>, String> {
        let few = self.statements(server, client, 2).await?;
        let many = self.statements(server, client, 20).await?;
        let shown = |run: &[String]| format!("{}: {run:#?}", self.list.document(20, &self.body));
        if few.len() != many.len() {
            return Err(shown(&many));
        }
        // What is read of the shared schema is not of a tenant, and not in the log.
        let one = usize::from(self.list.node != "Organization");
        if many.len() == one && !many.iter().any(|sql| sql.starts_with("BEGIN")) {
            return Ok(Vec::new());
        }
        let passed = MORE.iter().map(|(field, _)| *field);
        let passed: Vec<_> = passed
            .filter(|field| self.selection.passes.iter().any(|passed| passed == field))
            .collect();
        if passed.is_empty() {
            return Err(shown(&many));
        }
        Ok(passed)
    }

    async fn statements(
        &self,
        server: &Server,
        client: &Client,
        rows: usize,
    ) -> Result<Vec<String>, String> {
        let document = self.list.document(rows, &self.body);
        let answer = client.run(&document, json!({})).await;
        let shown = self.list.rows(&answer, self.list.rows_field());
        if !answer.errors().is_empty() || shown.as_array().map(Vec::len) != Some(rows) {
            return Err(format!("{document}: {}", answer.body));
        }
        Ok(server.statements(&answer.request_id).await)
    }
}
