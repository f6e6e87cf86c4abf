//! Pages of other origins: let in only where the operator says so.

use outlay_tests::{Client, Server, database_url, server};
use reqwest::Method;

use super::Got;

const APP: &str = "https://app.example.com";

async fn preflight(client: &Client, origin: &str) -> Got {
    let request = client
        .request(Method::OPTIONS, "/graphql")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,content-type,x-organization",
        );
    Got::from(request.send().await.expect("an answer")).await
}

#[tokio::test]
async fn no_origin_is_let_in_by_default() {
    let got = preflight(&server().await.client(), APP).await;
    assert_eq!(got.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn the_origins_of_the_operator_are_let_in_and_no_others() {
    let arguments = [
        "--allowed-origins",
        "https://other.example.com,https://app.example.com",
    ];
    let server = Server::start(&database_url().await, &arguments).await;
    let allowed = preflight(&server.client(), APP).await;
    assert_eq!(allowed.header("access-control-allow-origin"), APP);
    for name in [
        "authorization",
        "content-type",
        "x-organization",
        "graphql-require-preflight",
    ] {
        let names = allowed.header("access-control-allow-headers");
        assert!(names.contains(name), "{name} is not in {names}");
    }
    assert_eq!(allowed.header("access-control-allow-credentials"), "");
    for origin in [
        "https://app.example.com.evil.example",
        "http://app.example.com",
        "null",
    ] {
        let got = preflight(&server.client(), origin).await;
        assert_eq!(got.header("access-control-allow-origin"), "", "{origin}");
    }
}
