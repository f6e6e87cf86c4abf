//! Black-box tests over HTTP, a folder a noun.

mod account;
mod attack;
mod bad_input;
mod budget;
mod category;
mod cli;
mod contract;
mod department;
mod docs;
mod expense;
mod graphql;
mod http;
mod identity;
mod import;
mod isolation;
mod live;
mod member;
mod noun;
mod organization;
mod snapshot;
mod sql;
mod tenancy;
mod unread;
mod write;
