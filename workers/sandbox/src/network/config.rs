//! What a network is started with, and why it may not start.

use std::path::PathBuf;
use std::time::Duration;

/// The passphrase of Stellar's public test network, which ordinary SDKs have built in.
const TEST_NETWORK: &str = "Test SDF Network ; September 2015";

/// What a network is started with.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// Names the network and enters every transaction's hash.
    pub passphrase: String,
    /// How long after one ledger the next one closes.
    pub ledger_interval: Duration,
    /// The SQLite file for state and history; none keeps both in memory.
    pub file: Option<PathBuf>,
    /// The public URL of Horizon's face, without a slash at its end, for the links in answers.
    pub base_url: String,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            passphrase: TEST_NETWORK.to_owned(),
            ledger_interval: Duration::from_secs(2),
            file: None,
            base_url: String::new(),
        }
    }
}

/// Why a network does not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Another process runs the network in this file.
    #[error("another process runs the network in {}: stop it, or name another file", .0.display())]
    InUse(PathBuf),
    /// The lock beside the file cannot be had.
    #[error("cannot lock {}: {source}", path.display())]
    Lock {
        /// The lock's file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file belongs to a network of another name.
    #[error("the file holds the network {found:?}, not {wanted:?}: name another file")]
    OtherNetwork {
        /// The passphrase in the file.
        found: String,
        /// The passphrase in the configuration.
        wanted: String,
    },
    /// The file was written by a version with another layout.
    #[error("the file has layout {found}, this version reads {wanted}: name another file")]
    OtherLayout {
        /// The layout's number in the file.
        found: i64,
        /// The layout's number that this version writes.
        wanted: i64,
    },
    /// The database refused.
    #[error("the network's database: {0}")]
    Database(#[from] sqlx::Error),
    /// What the file holds is not what was written.
    #[error("the network's database holds unreadable data: {0}")]
    Damaged(#[from] stellar_xdr::Error),
    /// The process is ending.
    #[error("the network is stopping")]
    Stopping,
}
