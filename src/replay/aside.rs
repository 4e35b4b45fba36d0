//! The state as it was, in a SQLite file of its own, for looking into.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, ensure};
use windlass_projections::{
    audit::Moment,
    feed::{Feed, FeedView},
};
use windlass_store::{Database, EventStore, LogPosition, Replay, Statement, Until};

use super::{Replayed, Told};
use crate::{handlers::Handlers, report::say};

const PAGE: u32 = 2_000;

/// Replays what is chosen up to that moment into a new file.
pub(super) async fn replay(
    database: &Database,
    handlers: &Handlers,
    chosen: &[Replayed<'_>],
    until: Moment,
    into: &Path,
) -> Result<()> {
    ensure!(!into.exists(), "{} is there already; name another file with --into", into.display());
    let until = match until {
        Moment::Time(time) => Until::Time(time),
        Moment::Position(position) => Until::Position(position),
    };
    let target = Database::sqlite(into, handlers.inline.clone()).await;
    let target = target.with_context(|| format!("{} cannot be made", into.display()))?;
    for replayed in chosen {
        match replayed {
            Replayed::Inline(name) => inline(database, &target, handlers, name, until).await?,
            Replayed::Feed(feed) => self::feed(database, &target, feed, until).await?,
        }
    }
    target.close().await;
    say(&format!("The rows as they were are in {}: look into it with sqlite3.", into.display()))
}

async fn inline(
    database: &Database,
    target: &Database,
    handlers: &Handlers,
    name: &str,
    until: Until,
) -> Result<()> {
    let projection = handlers.inline.iter().find(|projection| projection.name() == name);
    let projection = projection.context("the projection is not known any more")?.clone();
    let mut told = Told::new(database, format!("{name}: events")).await?;
    let mut replay = Replay::new(database, target, projection, until);
    while replay.fill().await.with_context(|| format!("the rows of {name} cannot be built"))? {
        told.tell(replay.progress().events);
    }
    Ok(())
}

async fn feed(database: &Database, target: &Database, feed: &Arc<dyn Feed>, until: Until) -> Result<()> {
    let name = feed.name();
    let mut told = Told::new(database, format!("{name}: events")).await?;
    target.write(vec![Statement::script(feed.schema(target.dialect()), "")]).await?;
    let (mut log, mut read) = (database.log_after(LogPosition::START, PAGE), 0);
    loop {
        let mut page = log.next().await?;
        if page.is_empty() {
            return Ok(());
        }
        read += page.len() as u64;
        page.retain(|event| until.covers(event) && feed.filter().accepts(event));
        if !page.is_empty() {
            let view = FeedView::new(target, "");
            let made = feed.statements(&page, &view).await;
            let made = made.with_context(|| format!("the tables of {name} cannot be built"))?;
            target.write(made.into_iter().map(Statement::from).collect()).await?;
        }
        told.tell(read);
    }
}
