//! The README's tour, pasted as it stands.

use std::{path::Path, process::Stdio};

use outlay_tests::Server;
use tokio::process::Command;

/// The shell of the README's section of this title.
fn blocks(title: &str) -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"))
        .expect("the README");
    let section = readme
        .split("\n## ")
        .find(|section| section.starts_with(title))
        .expect("the section");
    let blocks = section
        .split("```sh\n")
        .skip(1)
        .map(|block| block.split("```").next().unwrap_or_default());
    blocks.collect()
}

#[tokio::test]
async fn the_tour_works_when_pasted() {
    let directory = tempfile::tempdir().expect("a directory");
    // PostgreSQL runs as another user when we are root, and must come through.
    #[cfg(unix)]
    std::fs::set_permissions(
        directory.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .expect("opened");
    let server = Server::start_embedded(&directory.path().join("data")).await;
    let tour = blocks("Five minutes with curl")
        .replace("http://127.0.0.1:8080", &server.url)
        .replace(
            "/tmp/outlay-tour",
            &directory.path().join("tour").to_string_lossy(),
        );
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the repository");
    let ran = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &format!("TOKEN=\n{tour}")])
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .await
        .expect("bash runs");
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(
        ran.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&ran.stderr)
    );
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
    server.terminate().await;
}
