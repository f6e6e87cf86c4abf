//! The database of a command: a private one that it starts, the one of a server that runs already, or the operator's.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use outlay_domain::{Outlay, Settings};
use outlay_postgres::{Cluster, DATABASE, Error as ClusterError, Options, SUPERUSER};
use outlay_tenancy::{DatabaseSettings, RequestLogin, Tenancy};

use crate::{
    config::DatabaseArgs,
    published::{self, Published},
};

/// The role that requests sign in as on an embedded database.
const REQUEST_ROLE: &str = "outlay_request";

/// How long a server may take to accept a connection.
const KNOCK: std::time::Duration = std::time::Duration::from_secs(5);

/// Who wants the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A server, which keeps an embedded database to itself and tells other commands where it is.
    Serve,
    /// Any other command, which shares the database of a server that runs.
    Command,
}

/// A database that answers until [`stop`](Self::stop).
pub(crate) struct Database {
    settings: DatabaseSettings,
    place: Place,
}

enum Place {
    Embedded {
        cluster: Box<Cluster>,
        published: Option<Published>,
    },
    /// The embedded database of a server that runs in another process.
    Joined,
    External,
}

impl Database {
    /// Starts, joins or names the database.
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
        // One that holds the directory and has left nothing is another command, or a server still starting.
        let [owner, requests] = published::read(directory).ok_or_else(|| ClusterError::Busy {
            directory: directory.to_owned(),
            pid,
        })?;
        Ok(Self {
            settings: args.settings(owner, RequestLogin::Direct(requests)),
            place: Place::Joined,
        })
    }

    /// How to connect.
    pub(crate) fn settings(&self) -> &DatabaseSettings {
        &self.settings
    }

    /// The private cluster, if it is ours.
    pub(crate) fn cluster(&self) -> Option<&Cluster> {
        match &self.place {
            Place::Embedded { cluster, .. } => Some(cluster),
            Place::Joined | Place::External => None,
        }
    }

    /// What it is, for people.
    pub(crate) fn describe(&self) -> String {
        match self.cluster() {
            Some(cluster) => format!(
                "PostgreSQL {} in {}",
                cluster.installation().major(),
                cluster.directory().display()
            ),
            None => shown(&self.settings.url),
        }
    }

    /// Opens the system on it, the shared schema brought up to date.
    pub(crate) async fn outlay(&self, settings: Settings) -> Result<Outlay> {
        open(self.settings.clone(), settings).await
    }

    /// Waits until a private cluster ends by itself, which it should not do; forever for any other.
    pub(crate) async fn ended(&self) -> anyhow::Error {
        match self.cluster() {
            Some(cluster) => cluster.ended().await.into(),
            None => std::future::pending().await,
        }
    }

    /// Stops a private cluster; any other goes on.
    pub(crate) async fn stop(self) -> Result<()> {
        if let Place::Embedded { cluster, published } = self.place {
            drop(published);
            cluster.stop().await?;
        }
        Ok(())
    }
}

/// Opens the system on a database, the shared schema brought up to date.
pub(crate) async fn open(database: DatabaseSettings, settings: Settings) -> Result<Outlay> {
    let url = database.url.clone();
    let context = || format!("the database {} cannot be used", shown(&url));
    let tenancy = match Tenancy::open(database).await {
        Ok(tenancy) => tenancy,
        // A server that does not listen is waited for, after which the driver knows the time that it took alone.
        Err(error) => {
            return Err(knock(&url).await.err().unwrap_or(error.into())).with_context(context);
        }
    };
    Outlay::open(tenancy, settings).await.with_context(context)
}

/// Refuses what cannot be the URL of a database.
pub(crate) fn check(url: &str) -> Result<()> {
    let scheme = url::Url::parse(url).map(|url| url.scheme().to_owned());
    ensure!(
        scheme.is_ok_and(|scheme| matches!(scheme.as_str(), "postgres" | "postgresql")),
        "the database URL is not one of PostgreSQL: write it like postgres://user:password@host:5432/database"
    );
    Ok(())
}

/// Whether anybody listens where the URL says; a socket in the file system is not tried.
pub(crate) async fn knock(url: &str) -> Result<()> {
    let url = url::Url::parse(url)?;
    if let Some(host) = url.host_str()
        && !url.query_pairs().any(|(name, _)| name == "host")
    {
        let host = host.trim_matches(['[', ']']);
        let port = url.port().unwrap_or(5432);
        let connecting = tokio::net::TcpStream::connect((host, port));
        tokio::time::timeout(KNOCK, connecting)
            .await
            .context("nobody answers there")??;
    }
    Ok(())
}

/// A database URL without its password.
pub(crate) fn shown(url: &str) -> String {
    let Ok(mut url) = url::Url::parse(url) else {
        return "of this URL".into();
    };
    let _ = url.set_password(None);
    // The query of an embedded database's URL says where its socket is, which helps; a password there does not.
    if url.query_pairs().any(|(name, _)| name == "password") {
        url.set_query(None);
    }
    url.into()
}
