//! Organizations: made, changed, suspended, and shown to strangers.

mod create;
mod directory;
mod profile;
mod update;
