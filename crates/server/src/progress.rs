//! Progress bars, drawn on a terminal and nowhere else.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of `length` steps of something, such as `migrating`.
pub(crate) fn bar(length: u64, what: &'static str) -> ProgressBar {
    styled(
        length,
        "{prefix} [{bar:30}] {pos}/{len} {msg} ({elapsed}, {eta} left)",
    )
    .with_prefix(what)
}

/// A bar of so many bytes to be read.
pub(crate) fn bytes(length: u64) -> ProgressBar {
    styled(
        length,
        "importing [{bar:30}] {bytes}/{total_bytes} ({elapsed}, {eta} left)",
    )
}

fn styled(length: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::new(length);
    // A template that cannot be read is a mistake of ours that a default bar survives.
    match style {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}
