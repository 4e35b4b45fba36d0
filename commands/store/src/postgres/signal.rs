//! Wakes other processes after an append, and is woken by theirs: `NOTIFY` and `LISTEN`, outside of every append.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::connection::Connections;
use super::sql::NOTIFY;
use crate::statement::Statement;

/// Notifications are at least so far apart; the first after a rest goes out at once.
const APART: Duration = Duration::from_millis(20);
/// How soon a listener that lost its connection tries again; polling goes on meanwhile.
const BEFORE_NEXT_TRY: Duration = Duration::from_secs(1);
const CHANNEL: &str = "windlass";

/// Tells others of this process' appends, until the store is closed. `own` names this process.
pub(super) async fn tell(connections: Connections, mut appended: watch::Receiver<u64>, own: String) {
    while appended.changed().await.is_ok() {
        let next = Instant::now() + APART;
        appended.mark_unchanged();
        if let Err(error) = connections.autocommit(&Statement::new(NOTIFY).text(&own)).await {
            tracing::debug!(%error, "other processes could not be told of an append; they poll");
        }
        sleep_until(next).await;
    }
}

/// Changes `commits` whenever another process tells of an append. Does not end by itself.
pub(super) async fn listen(options: PgConnectOptions, commits: watch::Sender<u64>, own: String) {
    loop {
        if let Err(error) = listen_once(&options, &commits, &own).await {
            tracing::warn!(%error, "the database does not tell of other processes' appends now; they are found by polling");
        }
        sleep(BEFORE_NEXT_TRY).await;
    }
}

async fn listen_once(
    options: &PgConnectOptions,
    commits: &watch::Sender<u64>,
    own: &str,
) -> Result<(), sqlx::Error> {
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    let wake = || commits.send_modify(|count| *count = count.wrapping_add(1));
    // What came before was not heard.
    wake();
    loop {
        match listener.try_recv().await? {
            Some(notification) if notification.payload() == own => {}
            // None: the connection was lost and is there again; something may have been missed.
            Some(_) | None => wake(),
        }
    }
}
