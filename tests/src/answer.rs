//! What the server answers.

use serde_json::Value;

/// A response of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The request's id in the log.
    pub request_id: String,
    /// The whole body.
    pub body: Value,
}

/// How many of these succeeded, and how many were refused with this code alone.
#[must_use]
pub fn outcomes(answers: &[Answer], code: &str) -> (usize, usize) {
    let refused = |answer: &&Answer| answer.codes() == [code];
    let succeeded = |answer: &&Answer| answer.codes().is_empty();
    (
        answers.iter().filter(succeeded).count(),
        answers.iter().filter(refused).count(),
    )
}

impl Answer {
    /// What stands in `data` at this path of keys and indexes, such as `expenses.edges.0.node`.
    #[must_use]
    pub fn data(&self, path: &str) -> Value {
        let pointer = format!("/data/{}", path.replace('.', "/"));
        self.body.pointer(&pointer).cloned().unwrap_or(Value::Null)
    }

    /// The codes of the errors beside `data`.
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

    /// The codes of all errors: those beside `data`, and those in the payload of any mutation.
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
