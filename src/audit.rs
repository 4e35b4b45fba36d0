//! `windlass audit`: a transfer in words, and the log written out.

mod export;
mod show;

use std::{io, sync::Arc};

use anyhow::Result;
use windlass_projections::{Backend, Queries};
use windlass_store::Database;

use crate::cli::Audit;

/// Prints or writes what is asked for.
///
/// # Errors
/// Where the log cannot be read, the output cannot be written, or there is no such transfer.
pub async fn run(database: &Database, command: &Audit) -> Result<()> {
    let queries = Queries::new(Backend::Database(database.clone()), Arc::new(database.clone()));
    match command {
        Audit::Show(options) => show::show(&queries, options).await,
        Audit::Export(options) => export::export(&queries, options).await,
    }
}

/// That nobody reads any more is an end, and no fault.
fn unless_closed(written: io::Result<()>) -> io::Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}
