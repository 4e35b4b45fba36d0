//! The server that all tests of a process share, and a database of its own for each of them.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use anyhow::{Result, anyhow};

use crate::{Cluster, Options};

/// The server that this process' tests share, started by the first that asks. It ends with the process.
///
/// # Errors
/// Where it could not be started: everybody is told the same.
pub fn shared_cluster() -> Result<&'static Cluster> {
    static SHARED: OnceLock<Result<Cluster, String>> = OnceLock::new();
    let shared =
        SHARED.get_or_init(|| Cluster::start(Options::default()).map_err(|error| format!("{error:#}")));
    shared.as_ref().map_err(|error| anyhow!("{error}"))
}

/// An empty database on the shared server, which nobody else has.
///
/// # Errors
/// Where the server could not be started, or makes no database.
pub fn fresh_database() -> Result<Database> {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let cluster = shared_cluster()?;
    let name = format!("test_{}", MADE.fetch_add(1, Ordering::Relaxed));
    cluster.create_database(&name)?;
    Ok(Database { cluster, name })
}

/// A database on the shared server; when this is dropped, so is the database, whoever is connected to it.
#[derive(Debug)]
pub struct Database {
    cluster: &'static Cluster,
    name: String,
}

impl Database {
    /// Its address over TCP.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    /// Its address through the server's socket.
    pub fn socket_url(&self) -> String {
        self.cluster.socket_url(&self.name)
    }

    /// Its name on the server.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // One that stays goes with the server.
        let _ = self.cluster.drop_database(&self.name);
    }
}
