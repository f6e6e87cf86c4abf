//! Every field of every noun, as the schema declares it: a new field or noun is tested without a line here.

mod field;
mod filled;
mod merge;
mod payload;
mod schema;
mod statement;
mod table;

pub use field::start;
pub use filled::filled;
pub use schema::snake_case;
