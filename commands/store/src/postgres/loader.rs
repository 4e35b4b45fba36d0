//! Loads streams: what waits is read by one query, since a query costs the same for one stream as for a few.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use tokio::sync::{mpsc, oneshot};

use super::connection::Lane;
use super::failure::store_error;
use super::sql::LOAD;
use crate::statement::Statement;
use crate::timestamp::from_micros;
use crate::{LogPosition, RecordedEvent, StoreError, StreamId};

/// How many streams may share a query.
const GROUP: usize = 64;

/// A stream that somebody waits for.
pub(super) struct Load {
    pub(super) stream: StreamId,
    pub(super) answer: oneshot::Sender<Result<Vec<RecordedEvent>, StoreError>>,
}

/// The one who reads.
pub(super) struct Loader {
    pub(super) waiting: mpsc::Receiver<Load>,
    pub(super) lane: Lane,
}

impl Loader {
    /// Works until every sender is gone.
    pub(super) async fn run(mut self) {
        loop {
            let Some(first) = self.waiting.recv().await else { return };
            // Those who were answered together come back together: let them, or the first would go alone.
            tokio::task::yield_now().await;
            let mut group = vec![first];
            while let Some(load) = (group.len() < GROUP).then(|| self.waiting.try_recv().ok()).flatten() {
                group.push(load);
            }
            let loaded = self.load(&group).await;
            let mut streams = match loaded {
                Ok(streams) => streams.into_iter(),
                Err(error) => {
                    for load in group {
                        // Who no longer waits for the answer does not get one.
                        let _ = load.answer.send(Err(error.clone()));
                    }
                    continue;
                }
            };
            for load in group {
                let _ = load.answer.send(Ok(streams.next().unwrap_or_default()));
            }
        }
    }

    async fn load(&mut self, group: &[Load]) -> Result<Vec<Vec<RecordedEvent>>, StoreError> {
        let types = group.iter().map(|load| load.stream.aggregate_type.to_string()).collect();
        let ids = group.iter().map(|load| load.stream.aggregate_id.clone()).collect();
        let statement = Statement::new(LOAD).texts(types).texts(ids);
        let rows = self.lane.query(&statement).await.map_err(store_error)?;
        let mut streams = vec![Vec::new(); group.len()];
        for row in &rows {
            let number: i64 = row.try_get(0).map_err(store_error)?;
            let place = usize::try_from(number - 1).unwrap_or(usize::MAX);
            if let (Some(load), Some(stream)) = (group.get(place), streams.get_mut(place)) {
                stream.push(event(row, &load.stream).map_err(store_error)??);
            }
        }
        Ok(streams)
    }
}

fn event(row: &PgRow, stream: &StreamId) -> Result<Result<RecordedEvent, StoreError>, sqlx::Error> {
    let sequence: i64 = row.try_get(1)?;
    let recorded_at = match from_micros(row.try_get(8)?) {
        Ok(recorded_at) => recorded_at,
        Err(error) => return Ok(Err(error)),
    };
    Ok(Ok(RecordedEvent {
        stream: stream.clone(),
        sequence: sequence.unsigned_abs(),
        event_type: row.try_get(2)?,
        event_version: row.try_get(3)?,
        payload: row.try_get(4)?,
        metadata: row.try_get(5)?,
        at: LogPosition { tx: row.try_get(6)?, position: row.try_get(7)? },
        recorded_at,
    }))
}
