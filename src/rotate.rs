//! `windlass keys rotate-master`: the vault under a new master key.

use anyhow::{Context, Result, bail};
use windlass_store::EventStore;
use windlass_vault::Rotated;

use crate::{
    anchor::{open_database, open_vault},
    config::Config,
    handlers::Handlers,
    key_file::KeyFile,
    report::{Progress, say},
    system::now,
};

/// Seals everything anew under the configured key, or under a new one in the sandbox's file, and retires the former ones.
///
/// # Errors
/// Where a key is missing or others go on with a former one; what was done stays done, and the next one goes on.
pub async fn run(config: &Config, handlers: &Handlers) -> Result<()> {
    let database = open_database(config, handlers).await?;
    let file = KeyFile::in_folder(&config.data_dir);
    let with_file = config.master_key.is_none();
    if with_file {
        // A process that runs has read the file already, and would be left with the former key.
        let working = database.workers(now()).await?;
        if let Some(worker) = working.first() {
            bail!(
                "{worker} on this database: stop the anchor first (after a crash, wait until its leases have run out)"
            );
        }
        file.begin_rotation()?;
    }
    let vault = open_vault(config, &database).await?;
    let mut progress = Progress::new();
    let rotated = vault
        .rotate(|Rotated { resealed, total, .. }| progress.tell("keys and seeds", resealed, total))
        .await
        .context("the master key cannot be replaced yet")?;
    if with_file {
        file.end_rotation()?;
    }
    database.close().await;
    say(&match rotated {
        Rotated { resealed: 0, retired: 0, .. } => {
            "Nothing was sealed by a former master key: there is nothing to do.".to_owned()
        }
        Rotated { resealed, .. } => format!(
            "The vault is under the new master key: {resealed} data keys and seeds were sealed anew, and the former key \
            opens nothing of it any more. It still opens backups that were made before: keep it as long as them, and not \
            beside them.{}",
            if with_file { "" } else { " SECRET_MASTER_KEY_PREVIOUS can be taken away from every process." }
        ),
    })
}
