//! Texts of an update, which may be left out, or null to remove what is there.

use async_graphql::MaybeUndefined;
use outlay_domain::Result;

/// Reads the input's `field`: none when it is left out, `Some(None)` for null.
pub(crate) fn removable<T>(
    field: &str,
    raw: &MaybeUndefined<String>,
    parse: impl FnOnce(&str, &str) -> Result<T>,
) -> Result<Option<Option<T>>> {
    match raw {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => Ok(Some(None)),
        MaybeUndefined::Value(raw) => parse(field, raw).map(|value| Some(Some(value))),
    }
}
