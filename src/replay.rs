//! `windlass replay`: rows made anew from the log, served, compared, or looked into.

mod aside;
mod feed;
mod inline;

use std::path::PathBuf;

use anyhow::{Result, bail};
use windlass_store::{Database, Subscriptions};
use windlass_workers::{BuildError, Handler};

use crate::{
    cli,
    handlers::Handlers,
    report::{Progress, say},
};

pub use inline::fill_stale;

/// What is replayed.
#[derive(Clone, Copy)]
enum Replayed<'a> {
    Inline(&'static str),
    Feed(&'a std::sync::Arc<dyn windlass_projections::feed::Feed>),
}

/// Replays, and says what came of it; false where rows differ from what is served.
///
/// # Errors
/// Where a name is of no projection, or the database fails.
pub async fn run(database: &Database, handlers: &Handlers, options: &cli::Replay) -> Result<bool> {
    let chosen = choose(handlers, &options.names)?;
    if let Some(until) = options.until {
        let into = options.into.clone().unwrap_or_else(|| PathBuf::from("windlass-replay.db"));
        aside::replay(database, handlers, &chosen, until, &into).await?;
        return Ok(true);
    }
    let mut agree = true;
    for replayed in chosen {
        if let (Replayed::Feed(feed), false) = (replayed, options.verify)
            && !feed.can_be_rebuilt()
        {
            if options.names.is_empty() {
                continue;
            }
            return Err(BuildError::Evidence(feed.name()).into());
        }
        match (replayed, options.verify) {
            (Replayed::Inline(name), false) => inline::rebuild(database, name).await?,
            (Replayed::Inline(name), true) => agree &= inline::verify(database, name).await?,
            (Replayed::Feed(feed), false) => {
                feed::rebuild(Subscriptions::open(database.clone()).await?, feed.clone()).await?;
            }
            (Replayed::Feed(feed), true) => {
                agree &= feed::verify(Subscriptions::open(database.clone()).await?, feed.clone()).await?;
            }
        }
    }
    Ok(agree)
}

/// Those of these names; all that can be replayed where none is named.
fn choose<'a>(handlers: &'a Handlers, names: &[String]) -> Result<Vec<Replayed<'a>>> {
    let inline =
        handlers.inline.iter().map(|projection| (projection.name(), Replayed::Inline(projection.name())));
    let feeds = handlers.subscriptions.iter().filter_map(|handler| match handler {
        Handler::Feed(feed) => Some((feed.name(), Replayed::Feed(feed))),
        Handler::Effect(_) => None,
    });
    let known: Vec<_> = inline.chain(feeds).collect();
    if names.is_empty() {
        return Ok(known.into_iter().map(|(_, replayed)| replayed).collect());
    }
    let mut chosen = vec![];
    for name in names {
        let Some((_, replayed)) = known.iter().find(|(known, _)| known == name) else {
            if handlers.subscription(name).is_some() {
                bail!(
                    "{name} acts on the outside and has no rows: `windlass subscriptions reset {name}` lets it act again"
                );
            }
            let known: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            bail!("there is no projection '{name}'; there are {}", known.join(", "));
        };
        chosen.push(*replayed);
    }
    Ok(chosen)
}

/// One line for each row that differs; how many there were.
fn tell_differences(table: &str, differences: &[windlass_store::Difference]) -> Result<()> {
    let none = || "no row".to_owned();
    for row in differences {
        let (served, built) =
            (row.served.clone().unwrap_or_else(none), row.built.clone().unwrap_or_else(none));
        say(&format!("{table} {}\n  served:   {served}\n  from log: {built}", row.key))?;
    }
    Ok(())
}

/// Tells how far a walk is, of about so many events.
struct Told {
    what: String,
    total: u64,
    progress: Progress,
}

impl Told {
    async fn new(database: &Database, what: String) -> Result<Self> {
        Ok(Self { what, total: database.estimated_events().await?, progress: Progress::new() })
    }

    fn tell(&mut self, events: u64) {
        self.progress.tell(&self.what, events, self.total.max(events));
    }
}
