//! Progress bars, drawn on a terminal and nowhere else.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of `length` steps of something, such as `migrating`.
pub(crate) fn bar(length: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{prefix} [{bar:30}] {pos}/{len} {msg} ({elapsed}, {eta} left)",
    );
    let bar = ProgressBar::new(length).with_prefix(what);
    // A template that cannot be read is a mistake of ours that a default bar survives.
    match style {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}
