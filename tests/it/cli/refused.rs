//! Starts that cannot be: one clear message, and exit code 1.

use std::{fs, net::TcpListener, process::Output};

use outlay_tests::{Server, cluster, database_url, server};

use super::{directory, nothing_runs, run, text};

/// The message of a command that failed as it should.
fn message(output: &Output) -> String {
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    let lines: Vec<&str> = message
        .lines()
        .filter(|line| line.starts_with("error: "))
        .collect();
    assert_eq!(lines.len(), 1, "one line says what is wrong: {message}");
    assert!(
        !message.contains("panicked")
            && !message.contains("Some(")
            && !message.contains("RUST_BACKTRACE")
    );
    lines[0].to_owned()
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_and_no_database_is_left_running() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let directory = directory();
    let path = directory.path().to_str().expect("text");
    let said = message(&run(&["serve", "--listen", &address, "--data-dir", path]).await);
    assert!(said.contains(&address), "{said}");
    nothing_runs(directory.path()).await;
    server().await;
    let said = message(
        &run(&[
            "serve",
            "--listen",
            &address,
            "--database-url",
            &database_url().await,
        ])
        .await,
    );
    assert!(said.contains(&address), "{said}");
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_named() {
    let directory = directory();
    let file = directory.path().join("file");
    fs::write(&file, "not a directory").expect("a file");
    let below = file.join("data");
    let (file, below) = (file.to_str().expect("text"), below.to_str().expect("text"));
    for (path, named) in [("/proc/outlay", "/proc/outlay"), (below, file)] {
        let output = run(&["serve", "--listen", "127.0.0.1:0", "--data-dir", path]).await;
        let said = message(&output);
        assert!(
            said.contains(named) && said.contains("--data-dir"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_directory_with_something_else_in_it_is_left_alone() {
    let directory = directory();
    fs::create_dir(directory.path().join("data")).expect("a directory");
    fs::write(directory.path().join("data/diary.txt"), "dear diary").expect("a file");
    let path = directory.path().to_str().expect("text");
    let output = run(&["serve", "--listen", "127.0.0.1:0", "--data-dir", path]).await;
    assert!(message(&output).contains(path));
    assert_eq!(
        fs::read_to_string(directory.path().join("data/diary.txt")).expect("a file"),
        "dear diary"
    );
}

#[tokio::test]
async fn a_second_server_on_the_same_directory_is_told_of_the_first() {
    let directory = directory();
    let path = directory.path().to_str().expect("text");
    let first = Server::start_embedded(directory.path()).await;
    let said = message(&run(&["serve", "--listen", "127.0.0.1:0", "--data-dir", path]).await);
    assert!(
        said.contains(path) && said.contains(&first.pid().to_string()),
        "{said}"
    );
    assert_eq!(first.terminate().await, Some(0));
}

#[tokio::test]
async fn a_database_that_cannot_be_used_is_named_without_its_password() {
    server().await;
    let missing = cluster().await.url("outlay", "not_there");
    for (url, named) in [
        (missing.as_str(), "not_there"),
        ("postgres://me:hunter2@127.0.0.1:1/books", "127.0.0.1:1"),
        ("mysql://me:hunter2@127.0.0.1/books", "PostgreSQL"),
        ("nonsense", "PostgreSQL"),
    ] {
        for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["migrate"]] {
            let output = run(&[command, &["--database-url", url]].concat()).await;
            let said = message(&output);
            assert!(said.contains(named), "{said}");
            assert!(!text(&output.stderr).contains("hunter2"), "{said}");
        }
    }
}

#[tokio::test]
async fn an_option_that_is_none_is_explained() {
    for arguments in [
        &["serve", "--listen", "nowhere"][..],
        &["serve", "--nonsense"],
        &["nonsense"],
    ] {
        let output = run(arguments).await;
        let code = output.status.code();
        assert!(matches!(code, Some(1 | 2)), "{arguments:?}: {code:?}");
        assert!(
            text(&output.stderr).starts_with("error: "),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
    }
}
