//! Black-box tests over HTTP, a folder a noun.

// mod account;
// mod bad_input;
// mod category;
// mod cli;
// mod department;
// mod expense;
mod identity;
mod member;
mod organization;
// mod write;
// The lead adds:
mod budget;
mod contract;
mod graphql;
mod isolation;
mod sql;
