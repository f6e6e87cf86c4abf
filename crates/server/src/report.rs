//! Errors as a command prints them: one line, each cause once.

/// Causes that say nothing which what comes after them does not say better.
const EMPTY: &[&str] = &["the database failed", "Something failed on our side."];

/// What SeaORM puts before the driver's words.
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
        let said = line.contains(text) || (EMPTY.contains(&text) && causes.peek().is_some());
        if said {
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
    fn a_cause_is_said_once() {
        let error = anyhow!("refused")
            .context("Query Error: cannot connect: refused")
            .context("the database failed");
        let error = Err::<(), _>(error).context("the database x cannot be used");
        assert_eq!(
            super::line(&error.expect_err("an error")),
            "the database x cannot be used: cannot connect: refused"
        );
    }
}
