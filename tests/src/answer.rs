//! Responses of the server.

use serde_json::Value;

/// A response of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The request's id in the log.
    pub request_id: String,
    /// The response body.
    pub body: Value,
}

/// Returns the number of responses without errors, and the number of those with only this error code.
#[must_use]
pub fn outcomes(answers: &[Answer], code: &str) -> (usize, usize) {
    let rejected = |answer: &&Answer| answer.codes() == [code];
    let succeeded = |answer: &&Answer| answer.codes().is_empty();
    (
        answers.iter().filter(succeeded).count(),
        answers.iter().filter(rejected).count(),
    )
}

impl Answer {
    pub(crate) async fn read(response: reqwest::Response) -> Result<Self, reqwest::Error> {
        let header = response.headers().get("x-request-id");
        let request_id = header.and_then(|id| id.to_str().ok()).unwrap_or_default();
        Ok(Self {
            status: response.status().as_u16(),
            request_id: request_id.to_owned(),
            body: response.json().await?,
        })
    }

    /// Returns the value in `data` at a path of keys and indexes, such as `expenses.edges.0.node`; null if it does not
    /// exist.
    #[must_use]
    pub fn data(&self, path: &str) -> Value {
        let pointer = format!("/data/{}", path.replace('.', "/"));
        self.body.pointer(&pointer).cloned().unwrap_or(Value::Null)
    }

    /// The codes of the response's top-level `errors`.
    #[must_use]
    pub fn errors(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        errors
            .iter()
            .map(|error| {
                error["extensions"]["code"]
                    .as_str()
                    .unwrap_or("none")
                    .to_owned()
            })
            .collect()
    }

    /// The codes of all errors: the top-level ones and those in mutation payloads.
    #[must_use]
    pub fn codes(&self) -> Vec<String> {
        let mut codes = self.errors();
        let payloads = self.body["data"]
            .as_object()
            .into_iter()
            .flat_map(serde_json::Map::values);
        for payload in payloads {
            let errors = payload["errors"].as_array().cloned().unwrap_or_default();
            codes.extend(
                errors
                    .iter()
                    .filter_map(|error| error["code"].as_str().map(str::to_owned)),
            );
        }
        codes
    }
}
