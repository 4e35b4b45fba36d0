//! `windlass audit`: a transfer in words, the log written out, and whether it is what it was.

mod export;
mod prove;
mod show;
mod verify;

use std::{io, process::ExitCode, sync::Arc};

use anyhow::Result;
use windlass_domain::ports::Clock;
use windlass_projections::{Backend, Queries, seal::SealFeed};
use windlass_store::{Database, Subscriptions};
use windlass_workers::Handler;

use crate::{cli::Audit, config::Config, system::SystemClock};

/// Prints or writes what is asked for. It fails where the log was tampered with.
///
/// # Errors
/// Where the log cannot be read, the output cannot be written, or there is no such transfer.
pub async fn run(config: &Config, database: &Database, command: &Audit) -> Result<ExitCode> {
    let queries = Queries::new(Backend::Database(database.clone()), Arc::new(database.clone()));
    match command {
        Audit::Show(options) => show::show(&queries, options).await?,
        Audit::Export(options) => export::export(&queries, options).await?,
        Audit::Verify(options) => {
            establish_tree(database).await?;
            return verify::verify(config, database, options).await;
        }
        Audit::Prove(options) => {
            establish_tree(database).await?;
            prove::prove(config, database, options).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Where no anchor was ever started, there is an empty tree.
async fn establish_tree(database: &Database) -> Result<()> {
    let subscriptions = Subscriptions::open(database.clone()).await?;
    Handler::Feed(Arc::new(SealFeed)).establish(&subscriptions, SystemClock.now()).await?;
    Ok(())
}

/// That nobody reads any more is an end, and no fault.
fn unless_closed(written: io::Result<()>) -> io::Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}
