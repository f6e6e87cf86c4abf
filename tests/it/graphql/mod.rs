//! The GraphQL engine, where a release of it could be wrong.

mod response_shape;
mod schema;
