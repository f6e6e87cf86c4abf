//! Load on the server, by wrk: its own cost is small beside what it measures.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

/// The script that chooses requests and judges answers.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/load.lua");

/// What wrk says of one load.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Load {
    /// Answers received.
    pub requests: f64,
    /// For so long.
    pub seconds: f64,
    /// Milliseconds that half of the answers took at most.
    pub p50_ms: f64,
    /// Milliseconds that 99 of 100 answers took at most.
    pub p99_ms: f64,
    failed: u64,
    broken: u64,
}

/// The version, or what to do when there is none.
pub fn version() -> Result<String> {
    // It prints its version and then complains that there is no URL.
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

/// Sends requests out of the file `requests`, each chosen by chance, for so many seconds. Every answer must hold `must`
/// and no errors.
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
            "{} of {} answers were not good; the first: {first}",
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
        "the server gave no answer in {seconds} s"
    );
    Ok(load)
}
