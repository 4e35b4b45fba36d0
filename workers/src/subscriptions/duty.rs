//! The duty of following the log for one handler.

use std::{
    cmp::Ordering,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;
use windlass_domain::ports::Clock;
use windlass_projections::feed::{Effect, Feed};
use windlass_store::{
    EventStore, Failed, LogPosition, Progress, RecordedEvent, StoreError, Subscription, Subscriptions,
    backoff,
};

use super::{
    Handler,
    page::{self, Trouble},
    reading::Reading,
};
use crate::{Duty, StepError, Turn};

/// How many events of the log are read at once, and handled at most.
const PAGE: u32 = 1000;
const PAGE_SIZE: usize = 1000;
/// How long a feed's transaction may take: an open one holds the horizon back for every reader.
const TRANSACTION: Duration = Duration::from_secs(2);
/// How often an event may fail for an unknown reason before its subscription is parked, and a passing failure before it is
/// loud.
const ENOUGH: u32 = 10;
/// How long a turn waits for something to happen.
const TURN: Duration = Duration::from_millis(250);
/// How long an effect goes on within a turn.
const EFFECTS: Duration = Duration::from_secs(3);
/// How long what an effect has done may be unwritten, at most; it would be done again after a crash.
const UNWRITTEN: Duration = Duration::from_millis(250);

/// Follows the log for one handler. Its name as a duty is `subscription:NAME`.
pub struct Subscribe {
    handler: Handler,
    subscriptions: Subscriptions,
    clock: Arc<dyn Clock>,
    reading: Mutex<Option<Reading>>,
    /// How many events are handled at once; less after a failure.
    size: AtomicUsize,
    stop: CancellationToken,
}

#[async_trait]
impl Duty for Subscribe {
    fn name(&self) -> String {
        format!("subscription:{}", self.handler.name())
    }

    async fn turn(&self) -> Result<Turn, StepError> {
        // From before the log is read: what comes after that is not missed.
        let wakeups = self.subscriptions.database().wakeups();
        let name = self.handler.name();
        let row = match self.subscriptions.find(name).await? {
            Some(row) => row,
            None => self.handler.establish(&self.subscriptions, self.clock.now()).await?,
        };
        self.check_version(&row)?;
        if let Some(wait) = self.held(&row) {
            self.rest_for(wait).await;
            return Ok(Turn::Idle);
        }
        let known = *self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reading = Reading::of(&row, known);
        let done = self.read_and_handle(&row, &mut reading, wakeups).await;
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) = Some(reading);
        done
    }

    fn rest(&self) -> Duration {
        Duration::ZERO
    }

    fn stop(&self) -> bool {
        self.stop.cancel();
        true
    }
}

impl Subscribe {
    /// For that handler.
    pub fn new(handler: Handler, subscriptions: Subscriptions, clock: Arc<dyn Clock>) -> Self {
        Self {
            handler,
            subscriptions,
            clock,
            reading: Mutex::default(),
            size: AtomicUsize::new(PAGE_SIZE),
            stop: CancellationToken::new(),
        }
    }

    fn check_version(&self, row: &Subscription) -> Result<(), StepError> {
        let (name, found, known) = (&row.name, row.version, self.handler.version());
        let why = match found.cmp(&known) {
            Ordering::Equal => return Ok(()),
            Ordering::Less => format!(
                "the rows of {name} are of version {found}, and this program writes version {known}: run `windlass \
                 replay {name}`"
            ),
            Ordering::Greater => format!(
                "a newer program has built the rows of {name} in version {found}, and this one writes version {known}: \
                 use the newer program"
            ),
        };
        Err(StepError::NeedsOperator(why))
    }

    /// How long it cannot go on, as far as can be told.
    fn held(&self, row: &Subscription) -> Option<Duration> {
        if row.paused || row.parked_at.is_some() {
            return Some(TURN);
        }
        let wait = row.retry_at? - self.clock.now();
        Duration::try_from(wait).ok().filter(|wait| !wait.is_zero()).map(|wait| wait.min(TURN))
    }

    async fn read_and_handle(
        &self,
        row: &Subscription,
        reading: &mut Reading,
        wakeups: watch::Receiver<u64>,
    ) -> Result<Turn, StepError> {
        let page = self.next_page(row, reading, wakeups).await?;
        let (Some(last), false) = (page.last().map(|event| event.at), self.stop.is_cancelled()) else {
            return Ok(Turn::Idle);
        };
        let filter = self.handler.filter();
        let read = page.len();
        let is_late = |event: &RecordedEvent| row.not_before.is_none_or(|time| event.recorded_at >= time);
        let mut events: Vec<_> =
            page.into_iter().filter(|event| filter.accepts(event) && is_late(event)).collect();
        if events.is_empty() {
            reading.pass_over(last, read);
            self.write_passed_over(row, reading).await?;
            return Ok(Turn::Worked);
        }
        let size = self.size.load(Relaxed).max(1);
        let rest = events.split_off(size.min(events.len()));
        let to = match (events.last(), rest.is_empty()) {
            (Some(event), false) => event.at,
            _ => last,
        };
        match &self.handler {
            Handler::Feed(feed) => self.feed(feed, row, reading, events, to).await,
            Handler::Effect(effect) => self.effect(effect, row, reading, events, to).await,
        }
    }

    /// The next events, as soon as there are any; none if there are none for a while.
    async fn next_page(
        &self,
        row: &Subscription,
        reading: &mut Reading,
        mut wakeups: watch::Receiver<u64>,
    ) -> Result<Vec<RecordedEvent>, StepError> {
        let began = Instant::now();
        loop {
            let page = self.subscriptions.database().read_log(reading.at, PAGE).await?;
            if !page.is_empty() || self.stop.is_cancelled() || began.elapsed() >= TURN {
                return Ok(page);
            }
            if reading.is_due() {
                self.write_passed_over(row, reading).await?;
                // The row has changed.
                return Ok(page);
            }
            tokio::select! {
                _ = wakeups.changed() => reading.stir(),
                () = sleep(reading.patience()) => {}
                () = self.stop.cancelled() => {}
            }
        }
    }

    async fn write_passed_over(&self, row: &Subscription, reading: &mut Reading) -> Result<(), StepError> {
        if !reading.is_due() {
            return Ok(());
        }
        let progress = Progress { to: reading.at, handled: 0, statements: Vec::new(), limit: None };
        self.advance(row, reading, progress).await.map_err(StepError::from)?
    }

    async fn feed(
        &self,
        feed: &Arc<dyn Feed>,
        row: &Subscription,
        reading: &mut Reading,
        events: Vec<RecordedEvent>,
        to: LogPosition,
    ) -> Result<Turn, StepError> {
        let count = events.len();
        let alone = if count == 1 { events.first().cloned() } else { None };
        let database = self.subscriptions.database();
        let trouble = match page::statements(feed, database, "", events).await {
            Ok(statements) => {
                let handled = count as u64;
                let progress = Progress { to, handled, statements, limit: Some(TRANSACTION) };
                match self.advance(row, reading, progress).await {
                    Ok(done) => {
                        done?;
                        let size = self.size.load(Relaxed);
                        if count >= size {
                            self.size.store((size * 2).min(PAGE_SIZE), Relaxed);
                        }
                        return Ok(Turn::Worked);
                    }
                    Err(error) if page::is_general(&error) => return Err(error.into()),
                    Err(error) => Trouble::Counted(error.to_string()),
                }
            }
            Err(trouble) => trouble,
        };
        self.size.store((count / 2).max(1), Relaxed);
        if count > 1 && !matches!(trouble, Trouble::Passing(_)) {
            // Which event it is comes out when there are fewer.
            tracing::warn!(
                subscription = row.name,
                events = count,
                error = trouble.why(),
                "a page failed: it is tried in halves"
            );
            return Ok(Turn::Worked);
        }
        self.fail(row, alone.as_ref(), &trouble).await
    }

    async fn effect(
        &self,
        effect: &Arc<dyn Effect>,
        row: &Subscription,
        reading: &mut Reading,
        events: Vec<RecordedEvent>,
        to: LogPosition,
    ) -> Result<Turn, StepError> {
        let (mut row, count) = (row.clone(), events.len());
        let (began, mut written, mut unwritten) = (Instant::now(), Instant::now(), 0);
        for (number, event) in (1..).zip(events) {
            let at = if number == count { to } else { event.at };
            if let Err(trouble) = page::handle(effect, event.clone()).await {
                if unwritten > 0 {
                    self.write_handled(&mut row, reading, unwritten).await?;
                }
                return self.fail(&row, Some(&event), &trouble).await;
            }
            unwritten += 1;
            reading.at = at;
            let over = number == count || self.stop.is_cancelled() || began.elapsed() >= EFFECTS;
            if over || written.elapsed() >= UNWRITTEN {
                self.write_handled(&mut row, reading, unwritten).await?;
                (written, unwritten) = (Instant::now(), 0);
            }
            if over {
                break;
            }
        }
        Ok(Turn::Worked)
    }

    async fn write_handled(
        &self,
        row: &mut Subscription,
        reading: &mut Reading,
        handled: u64,
    ) -> Result<(), StepError> {
        let to = reading.at;
        let progress = Progress { to, handled, statements: Vec::new(), limit: None };
        self.advance(row, reading, progress).await.map_err(StepError::from)??;
        row.at = to;
        row.failures = 0;
        Ok(())
    }

    /// Moves the checkpoint. The inner error: somebody else has moved it.
    async fn advance(
        &self,
        row: &Subscription,
        reading: &mut Reading,
        progress: Progress,
    ) -> Result<Result<(), StepError>, StoreError> {
        let to = progress.to;
        if self.subscriptions.advance(row, progress, self.clock.now()).await? {
            reading.wrote(to);
            return Ok(Ok(()));
        }
        tracing::info!(subscription = row.name, "another worker or an operator has moved the subscription");
        Ok(Err(StepError::Superseded))
    }

    /// Backs off or parks.
    async fn fail(
        &self,
        row: &Subscription,
        event: Option<&RecordedEvent>,
        trouble: &Trouble,
    ) -> Result<Turn, StepError> {
        let (now, failures, error) = (self.clock.now(), row.failures + 1, trouble.why());
        let parks = match trouble {
            Trouble::Passing(_) => false,
            Trouble::Counted(_) => failures >= ENOUGH,
            Trouble::Lasting(_) => true,
        };
        let retry_at = (!parks).then(|| now + backoff(failures, 0.5));
        if !self.subscriptions.fail(row, Failed { error, event, retry_at }, now).await? {
            return Err(StepError::Superseded);
        }
        let (subscription, at) = (&row.name, event.map_or_else(String::new, |event| event.at.to_string()));
        let event = event.map_or_else(String::new, windlass_projections::feed::idempotency_key);
        if parks {
            tracing::error!(
                alert = "subscription_parked",
                subscription,
                event,
                at,
                failures,
                error,
                "the subscription is parked: `windlass subscriptions retry` or `skip` lets it go on"
            );
        } else if failures >= ENOUGH {
            tracing::error!(subscription, event, at, failures, error, "the handler fails again and again");
        } else {
            tracing::warn!(subscription, event, at, failures, error, "the handler failed and is tried again");
        }
        Ok(Turn::Idle)
    }

    async fn rest_for(&self, wait: Duration) {
        tokio::select! {
            () = sleep(wait) => {}
            () = self.stop.cancelled() => {}
        }
    }
}
