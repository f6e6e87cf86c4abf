//! Progress bars, which are drawn only on a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar with `length` steps, labelled `what`, such as `migrating`.
pub(crate) fn bar(length: u64, what: &'static str) -> ProgressBar {
    styled(
        length,
        "{prefix} [{bar:30}] {pos}/{len} {msg} ({elapsed}, {eta} left)",
    )
    .with_prefix(what)
}

/// A bar for a file of `length` bytes.
pub(crate) fn bytes(length: u64) -> ProgressBar {
    styled(
        length,
        "importing [{bar:30}] {bytes}/{total_bytes} ({elapsed}, {eta} left)",
    )
}

fn styled(length: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::new(length);
    // An invalid template is a bug, for which the default style is good enough.
    match style {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}
