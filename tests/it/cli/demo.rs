//! `outlay demo`: the same seed generates the same data, and a second run reuses it.

use std::fs;

use outlay_tests::{Server, new_database};
use serde_json::{Value, json};

use super::{directory, run, text};

const COUNTS: &str = "{ expenses(first: 1) { totalCount } members(first: 100) { nodes { id } }
    budgets(first: 100) { nodes { id } } }";

/// Runs the command for two organizations; returns its exit code, its messages, and a value for each organization.
async fn demo(url: &str, seed: &str, expenses: &str) -> (Option<i32>, String, Vec<Value>) {
    let directory = directory();
    let out = directory.path().join("out.jsonl");
    let size = ["--organizations", "2", "--members", "4"];
    let data = ["--seed", seed, "--expenses", expenses];
    let out_path = out.to_str().expect("text");
    let place = ["--out", out_path, "--database-url", url];
    let output = run(&[&["demo"][..], &size, &data, &place].concat()).await;
    let lines = fs::read_to_string(&out).expect("the output");
    let lines = lines.lines().map(serde_json::from_str);
    let lines = lines.collect::<Result<_, _>>().expect("lines of JSON");
    (output.status.code(), text(&output.stderr), lines)
}

/// What the seed determines: everything but the token and the id of the owner, who is the last to be created.
fn generated(lines: &[Value]) -> Vec<Value> {
    let each = lines.iter().map(|line| {
        let members = line["memberIds"].as_array().expect("ids");
        json!([
            line["slug"],
            line["departmentIds"],
            line["categoryIds"],
            line["budgetIds"],
            members[..members.len() - 1],
        ])
    });
    each.collect()
}

#[tokio::test]
async fn the_same_seed_generates_the_same_organizations() {
    let (first, second) = (new_database().await, new_database().await);
    let (code, said, lines) = demo(&first, "7", "30").await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["slug"], "demo-001");
    assert_ne!(lines[0]["budgetIds"], lines[1]["budgetIds"]);
    let (code, said, same) = demo(&second, "7", "30").await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(generated(&same), generated(&lines));

    let (code, said, again) = demo(&first, "7", "30").await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(
        again[1]["memberIds"], lines[1]["memberIds"],
        "the organizations are reused"
    );
    let (code, said, _) = demo(&first, "7", "31").await;
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("demo-001") && said.contains("30 expenses"),
        "{said}"
    );

    let server = Server::start(&first, &[]).await;
    let token = lines[1]["token"].as_str().expect("a token");
    let answer = server
        .client()
        .with_token(token)
        .run(COUNTS, json!({}))
        .await;
    assert!(answer.errors().is_empty(), "{}", answer.body);
    assert_eq!(answer.data("expenses.totalCount"), 30);
    let ids = |nodes: Value| {
        let nodes = nodes.as_array().expect("nodes").clone();
        let mut ids: Vec<_> = nodes
            .into_iter()
            .map(|node| node["id"].to_string())
            .collect();
        ids.sort();
        ids
    };
    for (field, list) in [
        ("members.nodes", "memberIds"),
        ("budgets.nodes", "budgetIds"),
    ] {
        let listed = lines[1][list].as_array().expect("ids");
        let mut listed: Vec<_> = listed.iter().map(ToString::to_string).collect();
        listed.sort();
        assert_eq!(ids(answer.data(field)), listed, "{field}");
    }
    server.stop().await;
}
