//! Expenses: entered, decided, settled, listed.

mod amount;
mod authority;
mod comment;
mod entry;
mod filter;
mod page;
mod spending;
mod state;
mod viewer_can;
mod write;
