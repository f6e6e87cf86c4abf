//! The database that a command uses: a private one that it starts, the private one of a running server, or the
//! operator's own.

use std::path::Path;

use anyhow::{Context, Result};
use outlay_domain::{Outlay, Settings};
use outlay_postgres::{Cluster, DATABASE, Error as ClusterError, Options, SUPERUSER};
use outlay_tenancy::{DatabaseSettings, RequestLogin};

use super::published::{self, Published};
use crate::{
    config::DatabaseArgs,
    connect::{self, check},
};

/// The role for requests on an embedded database.
const REQUEST_ROLE: &str = "outlay_request";

/// The purpose for which a command opens the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Serving. The server runs the embedded database and publishes its URLs for other commands.
    Serve,
    /// Any other command, which can use the embedded database of a running server.
    Command,
}

/// A database that is available until [`stop`](Self::stop).
pub(crate) struct Database {
    settings: DatabaseSettings,
    place: Place,
}

enum Place {
    Embedded {
        cluster: Box<Cluster>,
        published: Option<Published>,
    },
    /// The embedded database of a server in another process.
    Joined,
    External,
}

impl Database {
    /// Starts the embedded database, joins that of a running server, or uses the external one.
    pub(crate) async fn open(args: &DatabaseArgs, purpose: Purpose) -> Result<Self> {
        if let Some(url) = args.external_url() {
            check(&url)?;
            let login = match &args.request_database_url {
                Some(url) => RequestLogin::Direct(url.clone()),
                None => RequestLogin::Switch,
            };
            return Ok(Self {
                settings: args.settings(url, login),
                place: Place::External,
            });
        }
        let directory = match &args.data_dir {
            Some(directory) => directory.clone(),
            None => outlay_postgres::default_data_dir()?,
        };
        match Cluster::start(Options::persistent(&directory)).await {
            Ok(cluster) => Self::embedded(args, cluster, purpose),
            Err(ClusterError::Busy { directory, pid }) if purpose == Purpose::Command => {
                Self::joined(args, &directory, pid)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn embedded(args: &DatabaseArgs, cluster: Cluster, purpose: Purpose) -> Result<Self> {
        let urls = [SUPERUSER, REQUEST_ROLE].map(|user| cluster.url(user, DATABASE));
        let directory = cluster.directory();
        let published = match purpose {
            Purpose::Serve => Published::write(directory, &urls).map(Some),
            Purpose::Command => published::withdraw(directory).map(|()| None),
        };
        let published =
            published.with_context(|| format!("{} cannot be written", directory.display()))?;
        let [owner, requests] = urls;
        Ok(Self {
            settings: args.settings(owner, RequestLogin::Direct(requests)),
            place: Place::Embedded {
                cluster: Box::new(cluster),
                published,
            },
        })
    }

    fn joined(args: &DatabaseArgs, directory: &Path, pid: Option<u32>) -> Result<Self> {
        // Without a file, the directory is in use by another command or by a server that is still starting.
        let [owner, requests] = published::read(directory).ok_or_else(|| ClusterError::Busy {
            directory: directory.to_owned(),
            pid,
        })?;
        Ok(Self {
            settings: args.settings(owner, RequestLogin::Direct(requests)),
            place: Place::Joined,
        })
    }

    /// The settings to connect with.
    pub(crate) fn settings(&self) -> &DatabaseSettings {
        &self.settings
    }

    /// The embedded cluster, if this process runs it.
    pub(crate) fn cluster(&self) -> Option<&Cluster> {
        match &self.place {
            Place::Embedded { cluster, .. } => Some(cluster),
            Place::Joined | Place::External => None,
        }
    }

    /// A description for people.
    pub(crate) fn describe(&self) -> String {
        match self.cluster() {
            Some(cluster) => format!(
                "PostgreSQL {} in {}",
                cluster.installation().major(),
                cluster.directory().display()
            ),
            None => connect::without_password(&self.settings.url),
        }
    }

    /// Opens the system on the database and migrates the shared schema.
    pub(crate) async fn outlay(&self, settings: Settings) -> Result<Outlay> {
        connect::open(self.settings.clone(), settings).await
    }

    /// Waits until the embedded cluster fails. Never returns for other databases.
    pub(crate) async fn ended(&self) -> anyhow::Error {
        match self.cluster() {
            Some(cluster) => cluster.ended().await.into(),
            None => std::future::pending().await,
        }
    }

    /// Stops the embedded cluster if this process runs it.
    pub(crate) async fn stop(self) -> Result<()> {
        if let Place::Embedded { cluster, published } = self.place {
            drop(published);
            cluster.stop().await?;
        }
        Ok(())
    }
}
