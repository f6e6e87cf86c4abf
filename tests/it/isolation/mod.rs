//! Nobody reads or writes what is another's: every operation tried as everybody, and storms of requests.

mod database;
mod operations;
mod storm;
mod table;
