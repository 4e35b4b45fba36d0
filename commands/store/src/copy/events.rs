//! The log, event by event in its order.

use super::columns::insert;
use super::value::{Kind, RowsDigest, Value};
use super::{CopyError, CopyProgress};
use crate::{Database, Dialect, LogPosition, Row, Statement, StoreError};

/// How many events are read at once, and written in one transaction.
const PAGE: u32 = 1_000;

const PAGE_SQLITE: &str =
    "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
    recorded_at, tx, position FROM events WHERE position > $2 AND tx >= $1 ORDER BY position LIMIT $3";

const PAGE_POSTGRES: &str =
    "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload::text,
    metadata::text, recorded_at, tx, position FROM events WHERE (tx, position) > ($1, $2)
    ORDER BY tx, position LIMIT $3";

const COUNT: &str = "SELECT count(*) FROM events";

const LAST: &str = "SELECT aggregate_type, aggregate_id, sequence, position FROM events
    ORDER BY tx DESC, position DESC LIMIT 1";

const LAST_SQLITE: &str = "SELECT aggregate_type, aggregate_id, sequence, position FROM events
    ORDER BY position DESC LIMIT 1";

const PLACE: &str = "SELECT tx, position FROM events
    WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence = $3";

/// What is stored of an event but for its place in the log.
const STORED: [(&str, Kind); 8] = [
    ("aggregate_type", Kind::Text),
    ("aggregate_id", Kind::Text),
    ("sequence", Kind::Integer),
    ("event_type", Kind::Text),
    ("event_version", Kind::Text),
    ("payload", Kind::Json),
    ("metadata", Kind::Json),
    ("recorded_at", Kind::Integer),
];

pub(super) async fn copy(
    from: &Database,
    to: &Database,
    progress: &mut (impl FnMut(CopyProgress) + Send),
) -> Result<(), CopyError> {
    let total = count(from).await?;
    let (mut after, mut done) = resume(from, to).await?;
    loop {
        let page = page(from, after).await?;
        let Some((_, last)) = page.last() else { return Ok(()) };
        after = *last;
        let numbered = page.into_iter().zip(done + 1..);
        let rows = numbered.map(|((mut event, _), position)| {
            event.extend([Value::Integer(Some(0)), Value::Integer(Some(position))]);
            event
        });
        let rows: Vec<_> = rows.collect();
        done += i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let columns: Vec<_> =
            STORED.into_iter().chain([("tx", Kind::Integer), ("position", Kind::Integer)]).collect();
        to.write(insert(to.dialect(), "events", &columns, rows)).await?;
        progress(CopyProgress { verifying: false, table: "events", done: done.unsigned_abs(), total });
    }
}

/// Where the source's log is read on, and how many events the target has.
async fn resume(from: &Database, to: &Database) -> Result<(LogPosition, i64), CopyError> {
    let last = if to.dialect() == Dialect::Sqlite { LAST_SQLITE } else { LAST };
    let Some(last) = to.read_one(Statement::new(last)).await? else { return Ok((LogPosition::START, 0)) };
    match place(from, &last).await? {
        Some(at) => Ok((at, last.get(3)?)),
        None => {
            let stream = format!("{} {}", last.get::<String>(0)?, last.get::<String>(1)?);
            Err(CopyError::ForeignEvent(stream, last.get(2)?))
        }
    }
}

/// Where the event of that row (stream and sequence) is in the log.
pub(super) async fn place(database: &Database, event: &Row) -> Result<Option<LogPosition>, StoreError> {
    let statement = Statement::new(PLACE)
        .text(event.get::<String>(0)?)
        .text(event.get::<String>(1)?)
        .integer(event.get::<i64>(2)?);
    let row = database.read_one(statement).await?;
    row.map(|row| Ok(LogPosition { tx: row.get(0)?, position: row.get(1)? })).transpose()
}

pub(super) async fn digest(database: &Database, mut told: impl FnMut(u64)) -> Result<RowsDigest, StoreError> {
    let (mut after, mut digest) = (LogPosition::START, RowsDigest::default());
    loop {
        let page = page(database, after).await?;
        let Some((_, last)) = page.last() else { return Ok(digest) };
        after = *last;
        page.iter().for_each(|(event, _)| digest.add(event));
        told(digest.rows);
    }
}

pub(super) async fn count(database: &Database) -> Result<u64, StoreError> {
    let row = database.read_one(Statement::new(COUNT)).await?;
    row.map_or(Ok(0), |row| row.count(0))
}

async fn page(database: &Database, after: LogPosition) -> Result<Vec<(Vec<Value>, LogPosition)>, StoreError> {
    let sql = match database.dialect() {
        Dialect::Sqlite => PAGE_SQLITE,
        Dialect::Postgres => PAGE_POSTGRES,
    };
    let statement = Statement::new(sql).integer(after.tx).integer(after.position).integer(i64::from(PAGE));
    let event = |row: &Row| {
        let values = STORED.iter().enumerate().map(|(number, (_, kind))| Value::read(row, number, *kind));
        let at = LogPosition { tx: row.get(8)?, position: row.get(9)? };
        Ok((values.collect::<Result<_, _>>()?, at))
    };
    database.read(statement).await?.iter().map(event).collect()
}
