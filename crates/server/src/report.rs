//! Errors as commands print them: one line, without repeated causes.

/// Messages that are omitted if a cause follows, because the cause says more.
const GENERIC: &[&str] = &["database error", "An internal error occurred."];

/// Prefixes that SeaORM adds to the messages of the driver.
const PREFIXES: &[&str] = &[
    "Connection Error: ",
    "Execution Error: ",
    "Query Error: ",
    "Type Error: ",
];

/// The error and its causes, joined by colons.
pub(crate) fn line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    let mut causes = error.chain().peekable();
    while let Some(cause) = causes.next() {
        let text = cause.to_string();
        let mut text = text.as_str();
        for prefix in PREFIXES {
            text = text.strip_prefix(prefix).unwrap_or(text);
        }
        let is_redundant =
            line.contains(text) || (GENERIC.contains(&text) && causes.peek().is_some());
        if is_redundant {
            continue;
        }
        if !line.is_empty() {
            line.push_str(": ");
        }
        line.push_str(text);
    }
    line
}

#[cfg(test)]
mod tests {
    use anyhow::{Context, anyhow};

    #[test]
    fn a_cause_is_printed_once() {
        let error = anyhow!("refused")
            .context("Query Error: cannot connect: refused")
            .context("database error");
        let error = Err::<(), _>(error).context("the database x cannot be used");
        assert_eq!(
            super::line(&error.expect_err("an error")),
            "the database x cannot be used: cannot connect: refused"
        );
    }
}
