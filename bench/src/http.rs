//! Sends the benchmark's own requests, each on a separate connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

/// Sends `GET path` and returns the status.
pub fn get(address: SocketAddr, path: &str) -> Result<u16> {
    let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    Ok(exchange(address, &head)?.0)
}

/// Sends a GraphQL request and returns its `data`. An error in the response is an error.
pub fn graphql(
    address: SocketAddr,
    token: Option<&str>,
    document: &str,
    input: &Value,
) -> Result<Value> {
    let body = json!({ "query": document, "variables": { "input": input } }).to_string();
    let authorization = token.map_or(String::new(), |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{authorization}\
         Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let (status, response) = exchange(address, &request)?;
    ensure!(status == 200, "the server returned {status}: {response}");
    let mut value: Value =
        serde_json::from_str(&response).context("the server's response is not JSON")?;
    ensure!(
        value["errors"].is_null(),
        "the server returned errors: {response}"
    );
    Ok(value["data"].take())
}

/// Sends the text and reads until the server closes the connection. Returns the status and the body.
fn exchange(address: SocketAddr, request: &str) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    stream.write_all(request.as_bytes())?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    let Some((head, body)) = response.split_once("\r\n\r\n") else {
        bail!("the server closed the connection without a response");
    };
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Ok((
        status.context("the server does not speak HTTP")?,
        body.to_owned(),
    ))
}
