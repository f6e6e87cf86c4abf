//! Directives of the schema itself, for clients and tools to read.

use async_graphql::TypeDirective;

/// What a field costs, where that is more than its type tells: `@cost` of the GraphQL Cost Directives specification.
/// `document/cost.rs` reads it back out of the schema.
#[TypeDirective(location = "FieldDefinition")]
pub(crate) fn cost(weight: String) {}
