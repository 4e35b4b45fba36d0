//! Inline projections: every append writes both versions while the new one is filled.

use anyhow::{Context, Result};
use windlass_store::{Build, Database};

use super::{Told, tell_differences};
use crate::report::say;

/// Builds the projection's rows anew beside those that are served, and then serves them.
pub(super) async fn rebuild(database: &Database, name: &str) -> Result<()> {
    let build = fill(database, name).await?;
    let done = build.progress();
    build.swap().await.with_context(|| format!("the new rows of {name} cannot be served"))?;
    say(&format!("{name}: {} streams with {} events are served anew", done.streams, done.events))
}

/// Builds them beside, tells what differs, and drops them again.
pub(super) async fn verify(database: &Database, name: &str) -> Result<bool> {
    let build = fill(database, name).await?;
    let (mut after, mut count) = (String::new(), 0);
    loop {
        let page = build.differences(&after).await?;
        tell_differences(name, &page)?;
        count += page.len();
        match page.last() {
            Some(last) => after.clone_from(&last.key),
            None => break,
        }
    }
    let done = build.progress();
    build.abandon().await?;
    let verdict =
        if count == 0 { "every row is as the log says".to_owned() } else { format!("{count} rows differ") };
    say(&format!("{name}: {verdict} ({} streams with {} events)", done.streams, done.events))?;
    Ok(count == 0)
}

/// Builds those anew whose rows are of an older version of the program, or were never filled. Nobody may append yet: rows of
/// the old version cannot be written any more.
///
/// # Errors
/// The database's.
pub async fn fill_stale(database: &Database) -> Result<()> {
    while let Some(name) = database.stale_projections().await?.first() {
        tracing::info!(projection = name, "its rows are built anew for this version of the program");
        let built: Result<()> = async { fill(database, name).await?.swap().await.map_err(Into::into) }.await;
        // Another process may have begun at the same time, and have been first.
        if built.is_err() && database.stale_projections().await?.contains(name) {
            return built.with_context(|| format!("the rows of {name} cannot be built"));
        }
    }
    Ok(())
}

async fn fill(database: &Database, name: &str) -> Result<Build> {
    let mut told = Told::new(database, format!("{name}: events")).await?;
    let mut build = Build::begin(database, name).await?;
    while build.fill().await.with_context(|| format!("the rows of {name} cannot be built"))? {
        told.tell(build.progress().events);
    }
    Ok(build)
}
