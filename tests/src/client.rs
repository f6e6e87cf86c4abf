//! An HTTP client of the API.

use serde_json::{Value, json};

use crate::Answer;

/// A client with the URL of a server and, if signed in, a token.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    /// The bearer token sent with every request.
    pub token: Option<String>,
    /// Additional headers of every request.
    pub headers: Vec<(&'static str, String)>,
}

impl Client {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            http: reqwest::Client::new(),
            url: url.to_owned(),
            token: None,
            headers: Vec::new(),
        }
    }

    /// Returns a copy of this client with this token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// Returns a copy of this client without a token.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self {
            token: None,
            ..self.clone()
        }
    }

    /// Returns a copy of this client with an additional header.
    #[must_use]
    pub fn with_header(&self, name: &'static str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name, value.to_owned()));
        client
    }

    /// Returns a copy of this client for another server.
    #[must_use]
    pub fn at(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self.clone()
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Creates a request to a path with the client's headers.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request
    }

    /// Runs a document.
    ///
    /// # Panics
    /// If the server returns no response, or one that is not JSON.
    pub async fn run(&self, document: &str, variables: Value) -> Answer {
        self.try_run(document, variables).await.expect("a response")
    }

    /// Runs a document, and returns an error if there is no response.
    ///
    /// # Errors
    /// If the server returns no response, or one that is not JSON.
    pub async fn try_run(
        &self,
        document: &str,
        variables: Value,
    ) -> Result<Answer, reqwest::Error> {
        let body = json!({ "query": document, "variables": variables });
        let response = self
            .request(reqwest::Method::POST, "/graphql")
            .json(&body)
            .send()
            .await?;
        Answer::read(response).await
    }

    /// Runs a mutation with one field and its input.
    pub async fn mutate(&self, field: &str, input: Value, selection: &str) -> Answer {
        let mut name = field.to_owned();
        name[..1].make_ascii_uppercase();
        let document = format!(
            "mutation Run($input: {name}Input!) {{ {field}(input: $input) {{ {selection} errors {{ code field message }} }} }}"
        );
        self.run(&document, json!({ "input": input })).await
    }

    /// Runs a mutation that must succeed, and returns its payload.
    ///
    /// # Panics
    /// If the response has an error.
    pub async fn must(&self, field: &str, input: Value, selection: &str) -> Value {
        let answer = self.mutate(field, input, selection).await;
        let payload = answer.data(field);
        assert!(
            answer.errors().is_empty() && payload["errors"] == json!([]),
            "{field}: {}",
            answer.body
        );
        payload
    }

    /// Sends a document with a file in `variables.input.file`, as a GraphQL multipart request.
    ///
    /// # Panics
    /// If the server returns no response, or one that is not JSON.
    pub async fn upload(
        &self,
        document: &str,
        variables: Value,
        name: &str,
        file: Vec<u8>,
    ) -> Answer {
        let operations = json!({ "query": document, "variables": variables }).to_string();
        let form = reqwest::multipart::Form::new()
            .text("operations", operations)
            .text("map", r#"{"0": ["variables.input.file"]}"#)
            .part(
                "0",
                reqwest::multipart::Part::bytes(file).file_name(name.to_owned()),
            );
        let response = self
            .request(reqwest::Method::POST, "/graphql")
            .header("graphql-require-preflight", "1")
            .multipart(form)
            .send()
            .await;
        let answer = Answer::read(response.expect("a response"));
        answer.await.expect("JSON")
    }
}
