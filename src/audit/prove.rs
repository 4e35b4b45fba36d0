//! `windlass audit prove`: a transfer's events and their way to a signed root, as one document.

use std::{
    fs,
    io::{Write, stderr, stdout},
};

use anyhow::{Context, Result};
use windlass_projections::seal;
use windlass_store::{Database, StreamId};

use super::unless_closed;
use crate::{cli::AuditProve, config::Config};

pub(super) async fn prove(config: &Config, database: &Database, options: &AuditProve) -> Result<()> {
    let stream = StreamId::new("transfer", options.transfer.to_string());
    let proof = seal::prove(database, &stream, options.since, config.network.passphrase()).await?;
    let text = format!("{}\n", serde_json::to_string_pretty(&proof)?);
    match &options.output {
        Some(path) => {
            fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        }
        None => {
            let written = stdout().lock().write_all(text.as_bytes());
            unless_closed(written).context("standard output cannot be written")?;
        }
    }
    let (count, root) = (proof.events.len(), &proof.signed_root);
    // A closed standard error is no reason to fail.
    let _ = writeln!(
        stderr(),
        "{count} events of {stream} are in the log's root of {} events, which is signed by {}",
        root.size,
        root.key
    );
    Ok(())
}
