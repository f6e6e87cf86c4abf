//! Puts load on the server with wrk, whose own cost is small compared with the server's.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

/// The script that chooses requests and checks responses.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/load.lua");

/// The result of one load.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Load {
    /// The number of responses.
    pub requests: f64,
    /// The duration of the load.
    pub seconds: f64,
    /// The median response time in milliseconds.
    pub p50_ms: f64,
    /// The 99th percentile of the response time in milliseconds.
    pub p99_ms: f64,
    failed: u64,
    broken: u64,
}

/// Returns the version of wrk. The error says how to install it.
pub fn version() -> Result<String> {
    // wrk prints its version and then fails because of the missing URL, so its status is ignored.
    let output = Command::new("wrk").arg("--version").output();
    let output =
        output.context("wrk is missing: apt-get install wrk (Debian, Ubuntu), brew install wrk")?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text
        .split(" Copyright")
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned())
}

/// Sends requests from the file `requests`, chosen at random, for `seconds`. Every response must contain `must` and no
/// errors.
pub fn run(
    address: SocketAddr,
    connections: u32,
    seconds: u32,
    requests: &Path,
    must: &str,
) -> Result<Load> {
    let mut command = Command::new("wrk");
    command.args(["--threads", "1", "--timeout", "30s", "--script", SCRIPT]);
    command.arg("--connections").arg(connections.to_string());
    command.arg("--duration").arg(format!("{seconds}s"));
    command.arg(format!("http://{address}/graphql"));
    command.arg("--").arg(requests).arg(must);
    let output = command.output().context("cannot run wrk")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let find = |prefix: &str| text.lines().find_map(|line| line.strip_prefix(prefix));
    let Some(result) = find("RESULT ") else {
        bail!(
            "wrk failed: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let load: Load = serde_json::from_str(result)?;
    if load.failed > 0 {
        let first = find("FAILED ").unwrap_or_default();
        bail!(
            "{} of {} responses were invalid; the first: {first}",
            load.failed,
            load.requests
        );
    }
    ensure!(
        load.broken == 0,
        "{} connections broke or timed out",
        load.broken
    );
    ensure!(
        load.requests > 0.0,
        "the server returned no response in {seconds} s"
    );
    Ok(load)
}
