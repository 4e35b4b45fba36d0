//! Feeds: a second reader of the log fills new tables until it is as far as the first.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use windlass_domain::ports::Clock;
use windlass_projections::feed::Feed;
use windlass_store::Subscriptions;
use windlass_workers::FeedBuild;

use super::{Told, tell_differences};
use crate::{report::say, system::SystemClock};

/// How soon to look again where the served tables are ahead.
const LOOK: Duration = Duration::from_millis(50);

/// Builds the feed's tables anew beside those that are served, and then serves them.
pub(super) async fn rebuild(subscriptions: Subscriptions, feed: Arc<dyn Feed>) -> Result<()> {
    let name = feed.name();
    let database = subscriptions.database().clone();
    let mut told = Told::new(&database, format!("{name}: events")).await?;
    let mut build = FeedBuild::begin(feed, subscriptions, Arc::new(SystemClock)).await?;
    let mut events;
    loop {
        let progress =
            build.advance().await.with_context(|| format!("the tables of {name} cannot be built"))?;
        events = progress.events;
        told.tell(events);
        if progress.caught_up {
            if build.swap().await? {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
    }
    say(&format!("{name}: the tables made of {events} events are served anew"))
}

/// Builds them beside up to where the served ones are, tells what differs, and drops them again. The feed is held
/// meanwhile.
pub(super) async fn verify(subscriptions: Subscriptions, feed: Arc<dyn Feed>) -> Result<bool> {
    let name = feed.name();
    let clock = SystemClock;
    let mut build = FeedBuild::begin(feed.clone(), subscriptions.clone(), Arc::new(SystemClock)).await?;
    let mut told = Told::new(subscriptions.database(), format!("{name}: events")).await?;
    while !advance(&mut build, &mut told).await?.caught_up {}
    let was_paused = subscriptions.find(name).await?.is_some_and(|row| row.paused);
    if !was_paused {
        subscriptions.pause(name, true, clock.now()).await?;
    }
    let compared = compare(&subscriptions, &feed, build, &mut told).await;
    if !was_paused {
        subscriptions.pause(name, false, clock.now()).await?;
    }
    let (count, events) = compared?;
    let verdict =
        if count == 0 { "every row is as the log says".to_owned() } else { format!("{count} rows differ") };
    say(&format!("{name}: {verdict} ({events} events)"))?;
    Ok(count == 0)
}

async fn compare(
    subscriptions: &Subscriptions,
    feed: &Arc<dyn Feed>,
    build: FeedBuild,
    told: &mut Told,
) -> Result<(usize, u64)> {
    // Held, it does not move any more.
    let served = subscriptions.find(feed.name()).await?.context("the feed is not known any more")?;
    let mut build = build.until(served.at);
    let mut events;
    loop {
        let progress = advance(&mut build, told).await?;
        events = progress.events;
        if progress.caught_up {
            break;
        }
    }
    let suffix = build.suffix();
    let mut count = 0;
    for table in feed.tables() {
        let mut after = String::new();
        loop {
            let page = subscriptions.database().differences(*table, &suffix, &after).await?;
            tell_differences(table.name, &page)?;
            count += page.len();
            match page.last() {
                Some(last) => after.clone_from(&last.key),
                None => break,
            }
        }
    }
    build.abandon().await?;
    Ok((count, events))
}

async fn advance(build: &mut FeedBuild, told: &mut Told) -> Result<windlass_workers::BuildProgress> {
    let progress = build.advance().await.context("the feed's tables cannot be built")?;
    told.tell(progress.events);
    Ok(progress)
}
