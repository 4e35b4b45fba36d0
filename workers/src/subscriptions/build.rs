//! Building a feed's tables anew from the log, beside those that are served.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use windlass_domain::ports::Clock;
use windlass_projections::feed::Feed;
use windlass_store::{
    EventStore, LogPosition, Progress, RecordedEvent, StoreError, Subscription, Subscriptions, Swap,
};

use super::{
    Handler,
    page::{self, Trouble},
};

/// How long a page should take; it becomes smaller or larger by that.
const PAGE_TIME: Duration = Duration::from_millis(100);
/// The longest that one may take.
const TRANSACTION: Duration = Duration::from_secs(2);
const FIRST_PAGE: usize = 250;
const LARGEST_PAGE: usize = 4000;

/// New tables of a feed on their way. An interrupted build goes on where it stopped: begin it again.
pub struct FeedBuild {
    feed: Arc<dyn Feed>,
    subscriptions: Subscriptions,
    clock: Arc<dyn Clock>,
    row: Subscription,
    skipped: BTreeSet<LogPosition>,
    until: Option<LogPosition>,
    size: usize,
}

/// How far a build has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildProgress {
    /// Events of the log that it has read, whether they were for it or not.
    pub events: u64,
    /// The last of them.
    pub at: LogPosition,
    /// Whether there was no more to read.
    pub caught_up: bool,
}

/// A build cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The handler fails at an event.
    #[error("the build fails at {event}: {error}")]
    Event {
        /// The event's idempotency key.
        event: String,
        /// What the handler or the database said.
        error: String,
    },
    /// The handler says that it will pass: try again later.
    #[error("the handler cannot go on for now: {0}")]
    Passing(String),
    /// Another process builds the same, or has dropped the build.
    #[error("another process has taken the build over")]
    Superseded,
    /// Its tables are evidence of what the log was.
    #[error(
        "{0} cannot be built anew: it says what the log was when it was read first. `windlass audit verify` compares \
         the two"
    )]
    Evidence(&'static str),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FeedBuild {
    /// Begins a build of the feed in tables of its own, from where the feed began; or goes on with the one under way.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(
        feed: Arc<dyn Feed>,
        subscriptions: Subscriptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BuildError> {
        let served = Handler::Feed(feed.clone()).establish(&subscriptions, clock.now()).await?;
        let schema = feed.schema(subscriptions.database().dialect());
        let row =
            subscriptions.begin_build(&served, feed.version(), schema, feed.tables(), clock.now()).await?;
        let skipped = subscriptions.skips(feed.name()).await?.into_iter().map(|skip| skip.at).collect();
        Ok(Self { feed, subscriptions, clock, row, skipped, until: None, size: FIRST_PAGE })
    }

    /// Reads no further than that event.
    #[must_use]
    pub fn until(self, until: LogPosition) -> Self {
        Self { until: Some(until), ..self }
    }

    /// What stands behind the names of its tables.
    pub fn suffix(&self) -> String {
        self.row.suffix()
    }

    /// Handles the next page of the log.
    ///
    /// # Errors
    /// See [`BuildError`]; nothing of the page was written.
    pub async fn advance(&mut self) -> Result<BuildProgress, BuildError> {
        loop {
            let began = Instant::now();
            let limit = u32::try_from(self.size).unwrap_or(u32::MAX);
            let mut page = self.subscriptions.database().read_log(self.row.at, limit).await?;
            page.retain(|event| self.until.is_none_or(|until| event.at <= until));
            let Some(last) = page.last().map(|event| event.at) else { return Ok(self.progress(true)) };
            let read = page.len();
            let filter = self.feed.filter();
            let events: Vec<_> =
                page.into_iter().filter(|event| filter.accepts(event) && self.is_wanted(event)).collect();
            match self.write(events, last, read as u64).await? {
                Ok(()) => {
                    let took = began.elapsed();
                    if took > PAGE_TIME {
                        self.size = (read / 2).max(1);
                    } else if took < PAGE_TIME / 3 {
                        self.size = (self.size * 2).min(LARGEST_PAGE);
                    }
                    return Ok(self.progress(false));
                }
                Err(trouble) if read == 1 => return Err(trouble),
                Err(passing @ BuildError::Passing(_)) => return Err(passing),
                Err(_) => self.size = read / 2,
            }
        }
    }

    /// Serves the new tables, if they are as far as the old ones; false if they are not yet.
    ///
    /// # Errors
    /// [`BuildError::Evidence`] where the old ones are there to be compared with; or the database's.
    pub async fn swap(&self) -> Result<bool, BuildError> {
        if !self.feed.can_be_rebuilt() {
            return Err(BuildError::Evidence(self.feed.name()));
        }
        let swap = self
            .subscriptions
            .swap(self.feed.name(), &self.row, self.feed.tables(), self.clock.now())
            .await?;
        Ok(swap == Swap::Done)
    }

    /// Drops the new tables.
    ///
    /// # Errors
    /// The database's.
    pub async fn abandon(self) -> Result<(), BuildError> {
        Ok(self.subscriptions.drop_build(&self.row, self.feed.tables()).await?)
    }

    fn progress(&self, caught_up: bool) -> BuildProgress {
        BuildProgress { events: self.row.handled, at: self.row.at, caught_up }
    }

    fn is_wanted(&self, event: &RecordedEvent) -> bool {
        !self.skipped.contains(&event.at)
            && self.row.not_before.is_none_or(|not_before| event.recorded_at >= not_before)
    }

    /// The inner error is the events' own, and may be of one of them alone.
    async fn write(
        &mut self,
        events: Vec<RecordedEvent>,
        to: LogPosition,
        read: u64,
    ) -> Result<Result<(), BuildError>, BuildError> {
        let event = events.first().map(windlass_projections::feed::idempotency_key).unwrap_or_default();
        let failed = |error: String| Ok(Err(BuildError::Event { event: event.clone(), error }));
        let mut statements = Vec::new();
        if !events.is_empty() {
            let (database, suffix) = (self.subscriptions.database(), self.row.suffix());
            match page::statements(&self.feed, database, &suffix, events).await {
                Ok(made) => statements = made,
                Err(Trouble::Passing(why)) => return Ok(Err(BuildError::Passing(why))),
                Err(trouble) => return failed(trouble.why().to_owned()),
            }
        }
        let progress = Progress { to, handled: read, statements, limit: Some(TRANSACTION) };
        match self.subscriptions.advance(&self.row, progress, self.clock.now()).await {
            Ok(true) => {
                self.row.at = to;
                self.row.handled += read;
                Ok(Ok(()))
            }
            Ok(false) => Err(BuildError::Superseded),
            Err(error) if page::is_general(&error) => Err(error.into()),
            Err(error) => failed(error.to_string()),
        }
    }
}
