//! How many files the process may have open: each connection is one.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// What macOS allows at most where it names no limit.
const WITHOUT_A_LIMIT: u64 = 10_240;

/// Raises the limit to what the system allows this process.
///
/// The usual limit is low for the sake of programs that call `select`, which cannot tell files beyond the 1,024th apart.
pub fn allow_many_open_files() {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return;
    };
    let mut wanted = [hard, hard.min(WITHOUT_A_LIMIT)].into_iter();
    let raised = wanted
        .find(|&wanted| wanted <= soft || setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok());
    if raised.is_none() {
        tracing::warn!(soft, hard, "the limit of open files cannot be raised");
    }
}
