//! Calling a handler: in a task of its own and with a time limit, so that one that panics or hangs has only failed.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;
use windlass_projections::feed::{Effect, Feed, FeedView, HandlerError, idempotency_key};
use windlass_store::{Database, RecordedEvent, Statement, StoreError};

/// How long a handler may take over a page or an event.
const LIMIT: Duration = Duration::from_secs(10);

/// Why a page did not get done, by what happens next.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It will pass.
    Passing(String),
    /// Nobody can say: parked when it has happened often enough.
    Counted(String),
    /// It stays as it is: parked.
    Lasting(String),
}

impl Trouble {
    pub(super) fn why(&self) -> &str {
        match self {
            Self::Passing(why) | Self::Counted(why) | Self::Lasting(why) => why,
        }
    }
}

impl From<HandlerError> for Trouble {
    fn from(error: HandlerError) -> Self {
        match error {
            HandlerError::Transient(why) => Self::Passing(why),
            HandlerError::Permanent(why) => Self::Lasting(why),
        }
    }
}

/// What the events change in the feed's tables under that suffix.
pub(super) async fn statements(
    feed: &Arc<dyn Feed>,
    database: &Database,
    suffix: &str,
    events: Vec<RecordedEvent>,
) -> Result<Vec<Statement>, Trouble> {
    let (feed, database, suffix) = (feed.clone(), database.clone(), suffix.to_owned());
    let statements =
        call(async move { feed.statements(&events, &FeedView::new(&database, &suffix)).await }).await?;
    Ok(statements.into_iter().map(Statement::from).collect())
}

/// Hands an event to the effect.
pub(super) async fn handle(effect: &Arc<dyn Effect>, event: RecordedEvent) -> Result<(), Trouble> {
    let effect = effect.clone();
    call(async move { effect.handle(&event, &idempotency_key(&event)).await }).await
}

/// Whether the database itself is in trouble, so that it is not the events' fault.
pub(super) fn is_general(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Busy | StoreError::Unavailable { .. } | StoreError::Full | StoreError::ReadOnly { .. }
    )
}

async fn call<T: Send + 'static>(
    work: impl Future<Output = Result<T, HandlerError>> + Send + 'static,
) -> Result<T, Trouble> {
    match AbortOnDropHandle::new(tokio::spawn(timeout(LIMIT, work))).await {
        Ok(Ok(done)) => Ok(done?),
        Ok(Err(_)) => Err(Trouble::Counted(format!("the handler did not end within {LIMIT:?}"))),
        Err(error) => Err(Trouble::Counted(format!("the handler broke off: {error}"))),
    }
}
