//! Directives of the schema itself, for clients and tools to read. `document/types.rs` reads them back out of the SDL, so
//! that clients and server compute the same cost.

use async_graphql::TypeDirective;

/// What a field costs, where that is not what its type tells: `@cost` of the GraphQL Cost Directives specification.
#[TypeDirective(location = "FieldDefinition")]
pub(crate) fn cost(weight: String) {}

/// The most items that a list has when no argument (`first`, `last`, `ids`) gives its size. On a field that returns an
/// object, it applies to the lists directly in that object; on a type, to every list of that type.
#[TypeDirective(name = "listSize", location = "FieldDefinition", location = "Object")]
pub(crate) fn list_size(assumed_size: i32) {}

// `document/credential.rs` reads it back out of the schema.
/// The field checks or sets a credential, such as a password: an operation selects at most one such field, and the
/// client's address pays for it too.
#[TypeDirective(location = "FieldDefinition")]
pub(crate) fn credential() {}
