//! Directives of the schema, for clients and tools. `document/types.rs` and `document/credential.rs` read them from the
//! SDL, so that clients and server compute the same cost.

use async_graphql::TypeDirective;

/// Cost of a field in points, where it differs from the default for its type. Defined by the GraphQL Cost Directives
/// specification.
#[TypeDirective(location = "FieldDefinition")]
pub(crate) fn cost(weight: String) {}

/// Maximum number of items in a list when no argument (`first`, `last`, `ids`) gives its size. On a field that returns an
/// object, it applies to the lists directly in that object; on a type, to every list of that type.
#[TypeDirective(name = "listSize", location = "FieldDefinition", location = "Object")]
pub(crate) fn list_size(assumed_size: i32) {}

/// Marks a field that checks or sets a credential, such as a password. An operation may select at most one such field,
/// and it also counts against the rate limit of the client's address.
#[TypeDirective(location = "FieldDefinition")]
pub(crate) fn credential() {}
