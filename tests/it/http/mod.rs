//! GraphQL over HTTP.

mod batch;
mod compression;
mod get;
mod introspection;
mod limit;
mod origin;
mod persisted;
mod rate;
mod response;
mod trusted;

use outlay_tests::Client;
use reqwest::{Method, Response};
use serde_json::Value;

/// What came back: status, headers and body.
struct Got {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: Value,
}

impl Got {
    async fn from(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.expect("a body");
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Self {
            status,
            headers,
            body,
        }
    }

    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    fn code(&self) -> &str {
        let code = &self.body["errors"][0]["extensions"]["code"];
        code.as_str().unwrap_or_default()
    }
}

async fn get(client: &Client, parameters: &[(&str, &str)], headers: &[(&str, &str)]) -> Got {
    let url = reqwest::Url::parse_with_params("http://any/graphql", parameters).expect("a URL");
    let path = format!("/graphql?{}", url.query().unwrap_or_default());
    let mut request = client.request(Method::GET, &path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Got::from(request.send().await.expect("an answer")).await
}

async fn post(client: &Client, body: &Value) -> Got {
    let request = client.request(Method::POST, "/graphql").json(body);
    Got::from(request.send().await.expect("an answer")).await
}
