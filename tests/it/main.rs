//! Black-box tests over HTTP, a folder a noun.

mod account;
mod bad_input;
mod budget;
mod category;
mod cli;
mod contract;
mod department;
mod expense;
mod graphql;
mod identity;
mod import;
mod isolation;
mod live;
mod member;
mod organization;
mod readme;
mod sql;
mod tenancy;
mod write;
