//! Tests of starting, using and stopping a cluster, and of its errors.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use outlay_postgres::{Cluster, DATABASE, Error, Installation, Options, SUPERUSER};
use sqlx::{Connection, Executor, PgConnection};
use support::{allow_entry, connect, is_running, kill, query, terminate};

#[tokio::test]
async fn a_cluster_serves_over_a_private_socket() {
    let cluster = Cluster::start(Options::ephemeral()).await.expect("a start");
    assert_eq!(
        query(&cluster, "SELECT current_user::text").await,
        SUPERUSER
    );
    assert_eq!(query(&cluster, "SHOW listen_addresses").await, "");
    assert_eq!(query(&cluster, "SHOW server_encoding").await, "UTF8");
    let socket = fs::metadata(cluster.socket_dir()).expect("a directory");
    assert_eq!(socket.permissions().mode() & 0o777, 0o700);
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn an_ephemeral_cluster_does_not_sync_and_leaves_no_files() {
    let cluster = Cluster::start(Options::ephemeral()).await.expect("a start");
    assert_eq!(query(&cluster, "SHOW fsync").await, "off");
    let (directory, pid) = (cluster.directory().to_owned(), cluster.pid());
    cluster.stop().await.expect("a clean stop");
    assert!(!directory.exists());
    assert!(!is_running(pid));
}

#[tokio::test]
async fn settings_override_the_defaults() {
    let options = Options::ephemeral()
        .max_connections(17)
        .setting("fsync", "on")
        .setting("work_mem", "5MB");
    let cluster = Cluster::start(options).await.expect("a start");
    assert_eq!(query(&cluster, "SHOW max_connections").await, "17");
    assert_eq!(query(&cluster, "SHOW fsync").await, "on");
    assert_eq!(query(&cluster, "SHOW work_mem").await, "5MB");
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn data_survives_a_stop_and_a_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let options = || Options::persistent(directory.path());
    let cluster = Cluster::start(options()).await.expect("the first start");
    let mut connection = connect(&cluster).await;
    connection
        .execute("CREATE TABLE kept AS SELECT 'still here' AS note")
        .await
        .expect("a table");
    // The connection stays open: a stop does not wait for open connections.
    cluster.stop().await.expect("a clean stop");

    let cluster = Cluster::start(options()).await.expect("the second start");
    assert_eq!(query(&cluster, "SELECT note FROM kept").await, "still here");
    assert_eq!(query(&cluster, "SHOW fsync").await, "on");
    cluster.stop().await.expect("a clean stop");
    assert!(directory.path().join("postgres.log.1").exists());
}

#[tokio::test]
async fn a_directory_in_use_is_rejected_with_the_process_that_uses_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let options = || Options::persistent(directory.path());
    let cluster = Cluster::start(options()).await.expect("the first start");
    let error = Cluster::start(options()).await.expect_err("a conflict");
    let own_pid = std::process::id();
    assert!(
        matches!(error, Error::Busy { pid: Some(pid), .. } if pid == own_pid),
        "{error}"
    );
    assert!(error.to_string().contains(&own_pid.to_string()));
    // The first cluster is unaffected.
    assert_eq!(query(&cluster, "SELECT 'fine'").await, "fine");
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn dropping_a_cluster_frees_its_directory() {
    let directory = tempfile::tempdir().expect("a directory");
    let options = || Options::persistent(directory.path());
    let first = Cluster::start(options()).await.expect("the first start");
    let pid = first.pid();
    drop(first);
    let second = Cluster::start(options()).await.expect("the second start");
    assert!(!is_running(pid));
    second.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn a_server_that_ends_by_itself_is_noticed() {
    let cluster = Cluster::start(Options::ephemeral()).await.expect("a start");
    terminate(cluster.pid());
    let error = cluster.ended().await;
    assert!(matches!(error, Error::Ended { .. }), "{error}");
    let directory = cluster.directory().to_owned();
    drop(cluster.stop().await);
    assert!(!directory.exists());
}

#[tokio::test]
async fn a_pid_file_left_by_a_power_cut_does_not_block() {
    let directory = tempfile::tempdir().expect("a directory");
    let options = || Options::persistent(directory.path());
    let cluster = Cluster::start(options()).await.expect("the first start");
    let pid_file = directory.path().join("data/postmaster.pid");
    let left_behind = fs::read_to_string(&pid_file).expect("a pid file");
    let pid = cluster.pid().to_string();
    cluster.stop().await.expect("a clean stop");

    // After a reboot an unrelated process has the id: here, the process of this test.
    let reused = left_behind.replacen(&pid, &std::process::id().to_string(), 1);
    fs::write(&pid_file, reused).expect("a pid file");
    let cluster = Cluster::start(options()).await.expect("the second start");
    assert_eq!(query(&cluster, "SELECT 'fine'").await, "fine");
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn data_of_another_version_is_rejected() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    fs::create_dir(&data).expect("a directory");
    fs::write(data.join("PG_VERSION"), "9.6\n").expect("a file");
    allow_entry(directory.path());
    let error = Cluster::start(Options::persistent(directory.path()))
        .await
        .expect_err("an error");
    let message = error.to_string();
    let installed = Installation::find().expect("PostgreSQL");
    assert!(message.contains("PostgreSQL 9.6"), "{message}");
    assert!(
        message.contains(&installed.major().to_string()),
        "{message}"
    );
}

#[tokio::test]
async fn a_directory_with_other_files_is_rejected_and_left_unchanged() {
    let directory = tempfile::tempdir().expect("a directory");
    let precious = directory.path().join("data/precious");
    fs::create_dir(directory.path().join("data")).expect("a directory");
    fs::write(&precious, "").expect("a file");
    allow_entry(directory.path());
    let error = Cluster::start(Options::persistent(directory.path()))
        .await
        .expect_err("an error");
    assert!(matches!(error, Error::NotADataDirectory { .. }), "{error}");
    assert!(precious.exists());
}

#[tokio::test]
async fn an_unwritable_directory_is_named_in_the_error() {
    // Even root cannot create a directory there.
    let error = Cluster::start(Options::persistent("/dev/null/outlay"))
        .await
        .expect_err("an error");
    let message = error.to_string();
    assert!(message.contains("/dev/null"), "{message}");
    assert!(message.contains("--data-dir"), "{message}");
}

#[tokio::test]
async fn the_error_for_an_unknown_setting_quotes_the_server_log() {
    let error = Cluster::start(Options::ephemeral().setting("no_such_setting", "1"))
        .await
        .expect_err("an error");
    assert!(error.to_string().contains("no_such_setting"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_ready_in_time_is_stopped() {
    let directory = tempfile::tempdir().expect("a directory");
    let options = || Options::persistent(directory.path());
    let error = Cluster::start(options().start_timeout(Duration::ZERO))
        .await
        .expect_err("no time at all");
    assert!(matches!(error, Error::NotReady { .. }), "{error}");
    let cluster = Cluster::start(options()).await.expect("the next start");
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn a_directory_with_a_long_path_has_its_socket_elsewhere() {
    let directory = tempfile::tempdir().expect("a directory");
    let long = directory.path().join("a long name/".repeat(9));
    allow_entry(directory.path());
    let cluster = Cluster::start(Options::persistent(long))
        .await
        .expect("a start");
    assert_eq!(query(&cluster, "SELECT 'fine'").await, "fine");
    let socket = cluster.socket_dir().to_owned();
    cluster.stop().await.expect("a clean stop");
    assert!(!socket.exists());
}

#[tokio::test]
async fn the_error_for_root_names_the_directory_that_the_servers_user_cannot_enter() {
    if !support::is_root() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).expect("a mode");
    let error = Cluster::start(Options::persistent(directory.path().join("inner")))
        .await
        .expect_err("an error");
    assert!(
        matches!(&error, Error::Blocked { path, .. } if path == directory.path()),
        "{error}"
    );
}

#[tokio::test]
async fn a_url_supports_any_role_and_database_name() {
    let cluster = Cluster::start(Options::ephemeral()).await.expect("a start");
    let mut admin = connect(&cluster).await;
    admin
        .execute("CREATE ROLE \"o@d/d?\" LOGIN")
        .await
        .expect("a role");
    admin
        .execute("CREATE DATABASE \"a b&c\"")
        .await
        .expect("a database");
    PgConnection::connect(&cluster.url("o@d/d?", "a b&c"))
        .await
        .expect("a connection");
    assert!(cluster.url(SUPERUSER, DATABASE).starts_with("postgres://"));
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn committed_data_survives_a_crash_of_the_server() {
    let directory = tempfile::tempdir().expect("a directory");
    let options = || Options::persistent(directory.path());
    let cluster = Cluster::start(options()).await.expect("the first start");
    let mut connection = connect(&cluster).await;
    connection
        .execute("CREATE TABLE kept AS SELECT 'still here' AS note")
        .await
        .expect("a table");
    kill(cluster.pid());
    let error = cluster.ended().await;
    assert!(error.to_string().contains("137"), "{error}");
    drop(cluster);

    let cluster = Cluster::start(options()).await.expect("the second start");
    assert_eq!(query(&cluster, "SELECT note FROM kept").await, "still here");
    cluster.stop().await.expect("a clean stop");
}
