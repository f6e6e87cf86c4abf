//! Serializes responses as JSON within a limit of size.

use std::io::{self, Write};

use async_graphql::{Pos, Response as GraphqlResponse};
use outlay_domain::{Error, ErrorCode};
use serde::Serialize;

/// A serialized response.
pub(super) struct Written {
    pub(super) json: Vec<u8>,
    /// Whether it is the original response; false if an error replaces it because it is too large.
    pub(super) is_whole: bool,
}

/// Serializes a response by `write`, which takes the maximum number of bytes. A larger response is replaced by an error.
pub(super) fn response(
    response: &GraphqlResponse,
    maximum: usize,
    write: impl Fn(&GraphqlResponse, usize) -> serde_json::Result<Vec<u8>>,
) -> Written {
    match write(response, maximum) {
        Ok(json) => Written {
            json,
            is_whole: true,
        },
        Err(error) => {
            let replacement = if error.is_io() {
                too_large(maximum)
            } else {
                let error = outlay_graphql::problem(&Error::internal(error));
                GraphqlResponse::from_errors(vec![error.into_server_error(Pos::default())])
            };
            Written {
                json: write(&replacement, usize::MAX).unwrap_or_default(),
                is_whole: false,
            }
        }
    }
}

fn too_large(maximum: usize) -> GraphqlResponse {
    let message = format!(
        "The response is larger than {maximum} bytes. Request fewer rows or fields. Mutations have been committed."
    );
    let mut error = outlay_graphql::refusal(ErrorCode::LimitExceeded, message);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("limit", "responseBytes");
    extensions.set("maximum", maximum);
    GraphqlResponse::from_errors(vec![error])
}

/// Serializes a value. At most `maximum` bytes are allocated.
///
/// # Errors
/// An I/O error if the value takes more than `maximum` bytes.
pub(super) fn write(value: &impl Serialize, maximum: usize) -> serde_json::Result<Vec<u8>> {
    let mut limited = Limited {
        bytes: Vec::new(),
        maximum,
    };
    serde_json::to_writer(&mut limited, value)?;
    Ok(limited.bytes)
}

/// A buffer whose capacity never exceeds its limit.
struct Limited {
    bytes: Vec<u8>,
    maximum: usize,
}

impl Write for Limited {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        let (length, capacity) = (self.bytes.len(), self.bytes.capacity());
        let needed = length.saturating_add(chunk.len());
        if needed > self.maximum {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        if needed > capacity {
            // Double the capacity, as a vector does, but stay within the limit.
            let grown = needed.max(2 * capacity).max(256).min(self.maximum);
            self.bytes.reserve_exact(grown - length);
        }
        self.bytes.extend_from_slice(chunk);
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The serialized responses of a batch. One limit applies to all of them together.
pub(super) struct Batch {
    json: Vec<u8>,
    maximum: usize,
}

impl Batch {
    pub(super) fn new(maximum: usize) -> Self {
        Self {
            json: vec![b'['],
            maximum,
        }
    }

    /// Appends a response, or an error if the response is larger than the remaining space.
    pub(super) fn push(
        &mut self,
        one: &GraphqlResponse,
        write: impl Fn(&GraphqlResponse, usize) -> serde_json::Result<Vec<u8>>,
    ) {
        if self.json.len() > 1 {
            self.json.push(b',');
        }
        let left = self.maximum.saturating_sub(self.json.len());
        let maximum = self.maximum;
        let written = response(one, maximum, |one, most| {
            write(one, if most == maximum { left } else { most })
        });
        self.json.extend_from_slice(&written.json);
    }

    /// Returns the JSON array.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.json.push(b']');
        self.json
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Response, Value};

    use super::{Batch, response, write};

    #[test]
    fn nothing_is_allocated_beyond_the_limit() {
        let text = "x".repeat(998);
        let json = write(&text, 1_000).expect("it fits");
        assert_eq!((json.len(), json.capacity()), (1_000, 1_000));
        let many = vec!["x"; 1_000];
        let json = write(&many, 5_000).expect("it fits");
        assert!(json.capacity() <= 5_000, "{}", json.capacity());
        assert!(write(&text, 999).expect_err("too large").is_io());
    }

    fn plain(response: &Response, maximum: usize) -> serde_json::Result<Vec<u8>> {
        write(response, maximum)
    }

    fn of(length: usize) -> Response {
        Response::new(Value::String("x".repeat(length)))
    }

    #[test]
    fn a_response_that_is_too_large_becomes_an_error() {
        let written = response(&of(1_000), 500, plain);
        assert!(!written.is_whole);
        let json: serde_json::Value = serde_json::from_slice(&written.json).expect("JSON");
        let expected = serde_json::json!({ "code": "LIMIT_EXCEEDED", "limit": "responseBytes", "maximum": 500 });
        assert_eq!(json["errors"][0]["extensions"], expected);
        assert!(response(&of(100), 500, plain).is_whole);
    }

    #[test]
    fn the_responses_of_a_batch_share_the_limit() {
        let mut batch = Batch::new(1_000);
        for length in [600, 600, 100] {
            batch.push(&of(length), plain);
        }
        let json: serde_json::Value = serde_json::from_slice(&batch.finish()).expect("JSON");
        let codes = ["/0", "/1", "/2"].map(|place| {
            let code = json.pointer(&format!("{place}/errors/0/extensions/code"));
            code.is_some()
        });
        assert_eq!(codes, [false, true, false]);
    }
}
