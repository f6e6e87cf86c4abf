//! The limit of open files. Each connection is one.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// The maximum of macOS where the hard limit is unlimited.
const WITHOUT_A_LIMIT: u64 = 10_240;

/// Raises the soft limit to the hard limit.
///
/// The default soft limit is low for programs that call `select`, which cannot handle file descriptors above 1,023.
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
