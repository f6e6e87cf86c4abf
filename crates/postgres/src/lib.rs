//! Runs a private PostgreSQL server as a child process: the default database of `outlay` and the database of all tests.
//!
//! ```no_run
//! # async fn example() -> Result<(), outlay_postgres::Error> {
//! use outlay_postgres::{Cluster, DATABASE, Options, SUPERUSER, default_data_dir};
//!
//! let cluster = Cluster::start(Options::persistent(default_data_dir()?)).await?;
//! println!("{}", cluster.url(SUPERUSER, DATABASE));
//! cluster.stop().await
//! # }
//! ```
//!
//! The binaries are those installed on the system; nothing is downloaded. The server listens only on a unix socket in
//! a private directory, so clusters do not conflict and no password is needed. It ends when this process ends, even
//! by SIGKILL: see the `watchdog` module.

mod cluster;
mod directory;
mod error;
mod initialize;
mod install_hint;
mod installation;
mod lock;
mod log;
mod options;
mod owner;
mod postmaster;
mod ready;
mod reaper;
mod runner;
mod socket;
mod sweeper;
mod watchdog;

pub use cluster::{Cluster, DATABASE, SUPERUSER};
pub use directory::default_data_dir;
pub use error::Error;
pub use installation::{Installation, MINIMUM_MAJOR};
pub use options::Options;
