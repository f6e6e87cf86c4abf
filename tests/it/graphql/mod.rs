//! The GraphQL engine, where a release of it could be wrong.

mod absent;
mod documents;
mod response_shape;
mod schema;
mod variable;
