//! Input that cannot be right: named, refused, and never our failure.

mod http;
mod id;
mod literal;
mod number;
mod page;
mod text;
mod variable;

use outlay_tests::Answer;

/// The field that an answer refuses, in a payload or beside the data; none when the document itself was refused.
///
/// Nothing that a client sends is answered as a failure of the server's.
fn refused_field(what: &str, answer: &Answer) -> Option<String> {
    let codes = answer.codes();
    assert!(answer.status < 500, "{what}: {}", answer.status);
    assert_eq!(codes, ["INVALID"], "{what}: {}", answer.body);
    let beside = answer.body["errors"][0]["extensions"]["field"].as_str();
    let payload = answer.body["data"]
        .as_object()
        .and_then(|data| data.values().next());
    let within = payload.and_then(|payload| payload["errors"][0]["field"].as_str());
    within.or(beside).map(str::to_owned)
}
