//! What the papers say: their examples as they stand, and their tables beside the code.

use std::{path::Path, process::Stdio};

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use outlay_graphql::Limits;
use outlay_tests::Server;
use tokio::process::Command;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    std::fs::read_to_string(root.expect("the repository").join(path)).expect("a paper")
}

/// The shell of a text.
fn blocks(text: &str) -> String {
    let blocks = text
        .split("```sh\n")
        .skip(1)
        .map(|block| block.split("```").next().unwrap_or_default());
    blocks.collect()
}

/// Runs shell against a server that was just started, for the first time; what it says.
async fn paste(shell: &str) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    // PostgreSQL runs as another user when we are root, and must come through.
    #[cfg(unix)]
    std::fs::set_permissions(
        directory.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .expect("opened");
    let server = Server::start_embedded(&directory.path().join("data")).await;
    let temporary = directory.path().join("outlay");
    let shell = shell
        .replace("http://127.0.0.1:8080", &server.url)
        .replace("/tmp/outlay", &temporary.to_string_lossy());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let ran = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &format!("TOKEN=\n{shell}")])
        .current_dir(root.expect("the repository"))
        .stdin(Stdio::null())
        .output()
        .await
        .expect("bash runs");
    server.terminate().await;
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}\n{errors}");
    said
}

#[tokio::test]
async fn the_readmes_tour_works_when_pasted() {
    let readme = read("README.md");
    let mut sections = readme.split("\n## ");
    let tour = sections.find(|section| section.starts_with("Five minutes with curl"));
    let said = paste(&blocks(tour.expect("the tour"))).await;
    // One answer is refused, and the tour says so: nobody approves their own.
    assert_eq!(said.matches("FORBIDDEN").count(), 1, "{said}");
    let others = said.replace("Nobody decides on an expense of their own.", "");
    for wrong in [
        "UNAUTHENTICATED",
        "INVALID",
        "CONFLICT",
        "INTERNAL",
        "NOT_FOUND",
    ] {
        assert!(!others.contains(wrong), "{said}");
    }
    for right in [
        r#""status":"APPROVED","decidedBy":{"displayName":"Grace"#,
        r#""importedRows":4"#,
        r#""amount":"2357.95""#,
        r#""slug":"my-company-"#,
    ] {
        assert!(said.contains(right), "{right} is not in\n{said}");
    }
}

#[tokio::test]
async fn the_examples_of_the_api_work_when_pasted() {
    let said = paste(&blocks(&read("docs/api.md"))).await;
    for expected in [
        r#""role":"OWNER""#,
        r#""merchant":"City tram","version":2"#,
        r#""totalRows":"#,
        r#""action":"CREATED","expense":{"merchant":"Kiosk","status":"DRAFT"}"#,
        "\n304\n",
        r#""cost":{"requested":75,"maximum":5000}"#,
    ] {
        assert!(said.contains(expected), "{expected} is not in {said}");
    }
    // What stands outside `data` and what is in payloads: there is no error anywhere but why a change is not allowed.
    let refused = said.matches(r#""allowed":false,"code":"#).count();
    let codes = said.matches(r#""code":"#).count() - said.matches(r#""code":null"#).count();
    assert_eq!(codes, refused, "{said}");
}

#[test]
fn the_api_names_every_code() {
    let document = parse_schema(read("schema.graphql")).expect("a schema");
    let codes = document
        .definitions
        .into_iter()
        .find_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) if ty.node.name.node == "ErrorCode" => {
                Some(ty.node.kind)
            }
            _ => None,
        });
    let Some(TypeKind::Enum(codes)) = codes else {
        panic!("ErrorCode is an enum");
    };
    let api = read("docs/api.md");
    for code in codes.values {
        let code = code.node.value.node;
        assert!(api.contains(&format!("\n| `{code}` |")), "{code}");
    }
}

#[test]
fn the_api_names_every_limit() {
    let api = read("docs/api.md");
    let Limits {
        tokens,
        depth,
        fields,
        root_fields,
        aliases,
        directives,
        cost,
    } = Limits::default();
    for (flag, default) in [
        ("--max-tokens", tokens),
        ("--max-depth", depth),
        ("--max-fields", fields),
        ("--max-root-fields", root_fields),
        ("--max-aliases", aliases),
        ("--max-directives", directives),
        ("--max-cost", cost),
    ] {
        assert!(api.contains(&format!("| {default} | `{flag}` |")), "{flag}");
    }
}
