//! The harness of the black-box tests: one PostgreSQL and one server for all tests, one organization for each test.
//!
//! ```ignore
//! let org = Org::new().await;
//! let mary = org.member("MEMBER").await;
//! let answer = mary.run("query { expenses(first: 20) { totalCount } }", json!({})).await;
//! assert_eq!(answer.data("expenses.totalCount"), 0);
//! ```

mod answer;
mod client;
mod database;
mod events;
mod network;
mod organization;
mod patience;
mod server;
mod socket;
mod transport;

pub use answer::{Answer, outcomes};
pub use client::Client;
pub use database::{ask, ask_all, connect, execute, no_transactions};
pub use events::{Event, Events};
pub use network::Network;
pub use organization::{Org, expense, money, numbered, sign_up, unique};
pub use patience::{soon, within};
pub use server::{
    PASSWORD, Server, cluster, database_url, new_database, program, second_server, server,
};
pub use socket::{Said, Socket};
pub use transport::Transport;
