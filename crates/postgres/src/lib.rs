//! A private PostgreSQL as a child process: the embedded default of `outlay`, and the database of every test.
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
//! The binaries are the ones installed on the system; nothing is downloaded. The server listens on a unix
//! socket in a private directory and on no port, so two clusters never meet and no password is needed.
//! It ends when this process ends, however that happens: see the `watchdog` module.

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
