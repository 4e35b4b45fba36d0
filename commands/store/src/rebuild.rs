//! Building an inline projection's rows anew from the log, beside those that are served, while appends go on.
//!
//! From the beginning of a build every append writes both versions: an append that does not know of the build is refused
//! and written anew (the *epoch*, see `sql/projected.rs`). Before that some may have been under way that wrote one version
//! alone; they are waited for. From then on whatever is in the log is either found by the walk through it or written
//! twice, and the walk may go stream by stream, each read whole and folded once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use time::OffsetDateTime;

use crate::sql::projected::suffix;
use crate::sql::{rows, texts};
use crate::timestamp::to_micros;
use crate::{
    Database, Dialect, Difference, Fenced, InlineProjection, LogPosition, RecordedEvent, Statement,
    StoreError, StreamChange, StreamId,
};

/// How long the transaction of a page may take.
const PAGE_TIME: Duration = Duration::from_millis(100);
const FIRST_PAGE: u32 = 1_000;
const LARGEST_PAGE: u32 = 20_000;
/// How often to look whether the appends that were under way have ended.
const LOOK: Duration = Duration::from_millis(20);

/// How far a walk through the log has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Walked {
    /// How many streams are done.
    pub streams: u64,
    /// How many events they had.
    pub events: u64,
}

/// Up to where the log is replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// To its end.
    End,
    /// To that event, and with it.
    Position(LogPosition),
    /// To what was recorded at that moment.
    Time(OffsetDateTime),
}

/// A build under way.
pub struct Build {
    database: Database,
    projection: Arc<dyn InlineProjection>,
    number: i64,
    walk: Walk,
}

impl Build {
    /// Begins to build that projection anew, or goes on with a build that was interrupted.
    ///
    /// # Errors
    /// [`StoreError::Database`] where there is no such projection; the database's own.
    pub async fn begin(database: &Database, projection: &str) -> Result<Self, StoreError> {
        let projection =
            database.projections().iter().find(|known| known.name() == projection).cloned().ok_or_else(
                || StoreError::Database { detail: format!("there is no projection {projection}") },
            )?;
        let (number, walk) = loop {
            let row = database.read_one(Statement::new(texts::BUILD).text(projection.name())).await?;
            let row = row.ok_or_else(|| StoreError::Corrupt {
                detail: format!("the projection {} is not among those of the database", projection.name()),
            })?;
            let (last, building): (i64, Option<i64>) = (row.get(0)?, row.get(1)?);
            if let Some(number) = building {
                let cursor = (row.get::<Option<String>>(2)?, row.get::<Option<String>>(3)?);
                let progress = Walked { streams: row.count(4)?, events: row.count(5)? };
                break (number, Walk::of(&*projection, Until::End, cursor, progress));
            }
            let begin = Statement::new(texts::BEGIN_BUILD)
                .text(projection.name())
                .integer(last)
                .integer(i64::from(projection.version()))
                .integer(to_micros(OffsetDateTime::now_utc()));
            let tables = Statement::script(projection.schema(database.dialect()), &suffix(last + 1));
            // Refused: another process was first, and its build is found.
            database.write_if(begin, vec![tables], None).await?;
        };
        let build = Self { database: database.clone(), projection, number, walk };
        build.wait_for_appends_under_way().await?;
        Ok(build)
    }

    /// The projection that is built.
    pub fn projection(&self) -> &dyn InlineProjection {
        &*self.projection
    }

    /// How far it has come.
    pub fn progress(&self) -> Walked {
        self.walk.progress
    }

    /// Does the next page; false once every stream is done. Pages commit within about 100 ms.
    ///
    /// # Errors
    /// The database's own, or the projection's.
    pub async fn fill(&mut self) -> Result<bool, StoreError> {
        let Some(streams) = self.walk.next(&self.database).await? else { return Ok(false) };
        let upsert = upsert(&self.database, &*self.projection, &suffix(self.number), &streams)?;
        let began = Instant::now();
        let (kind, id) = self.walk.cursor();
        let moved = Statement::new(texts::MOVE_BUILD)
            .text(self.projection.name())
            .integer(self.number)
            .text(kind)
            .text(id)
            .integer(self.walk.progress.streams as i64)
            .integer(self.walk.progress.events as i64);
        match self.database.write_if(moved, vec![upsert], None).await? {
            Fenced::Done(_) => {}
            Fenced::Refused => return Err(self.lost()),
        }
        self.walk.adapt(began.elapsed());
        Ok(true)
    }

    /// Puts what was built in the place of what is served, for every process at once.
    ///
    /// # Errors
    /// The database's own.
    pub async fn swap(self) -> Result<(), StoreError> {
        let end = Statement::new(texts::END_BUILD).text(self.projection.name()).integer(self.number);
        let table = self.projection.table().name;
        let (built, old) = (self.built(), format!("{table}_old{}", suffix(self.number)));
        let mut statements = vec![
            Statement::composed(format!("ALTER TABLE {table} RENAME TO {old}")),
            Statement::composed(format!("ALTER TABLE {built} RENAME TO {table}")),
        ];
        if self.database.dialect() == Dialect::Postgres {
            statements.push(Statement::composed(format!("DROP TABLE {old}")));
        }
        statements.extend(self.database.engine().bump_in_transaction());
        if let Fenced::Refused = self.database.write_if(end, statements, None).await? {
            return Err(self.lost());
        }
        self.database.engine().bump_epoch().await?;
        self.drop_table(old).await
    }

    /// Drops what was built; what is served stays.
    ///
    /// # Errors
    /// The database's own.
    pub async fn abandon(self) -> Result<(), StoreError> {
        let end = Statement::new(texts::ABANDON_BUILD).text(self.projection.name()).integer(self.number);
        let statements = self.database.engine().bump_in_transaction();
        if let Fenced::Refused = self.database.write_if(end, statements, None).await? {
            return Err(self.lost());
        }
        self.database.engine().bump_epoch().await?;
        // An append that still writes both versions may be under way; one that finds no table learns, and goes on.
        if self.database.dialect() == Dialect::Postgres {
            let drop = Statement::composed(format!("DROP TABLE IF EXISTS {}", self.built()));
            return self.database.write_one(drop).await.map(|_| ());
        }
        let built = self.built();
        self.drop_table(built).await
    }

    /// The table that is being built.
    fn built(&self) -> String {
        format!("{}{}", self.projection.table().name, suffix(self.number))
    }

    /// The next rows behind the key `after` that differ between what is served and what was built, at most 1,000.
    ///
    /// # Errors
    /// The database's own.
    pub async fn differences(&self, after: &str) -> Result<Vec<Difference>, StoreError> {
        self.database.differences(self.projection.table(), &suffix(self.number), after).await
    }

    /// SQLite overwrites what is dropped, and nobody else can write meanwhile: bit by bit.
    async fn drop_table(&self, table: String) -> Result<(), StoreError> {
        if self.database.dialect() == Dialect::Postgres {
            return Ok(());
        }
        let key = self.projection.table().key.join(", ");
        loop {
            let delete = format!(
                "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} LIMIT 1000) RETURNING 1"
            );
            if self.database.write_one(Statement::composed(delete)).await?.is_empty() {
                break;
            }
        }
        self.database.write_one(Statement::composed(format!("DROP TABLE {table}"))).await.map(|_| ())
    }

    /// Lets every append know of the build, and waits for those that were under way before.
    async fn wait_for_appends_under_way(&self) -> Result<(), StoreError> {
        let until = self.database.engine().bump_epoch().await?;
        let mut looks: u32 = 0;
        loop {
            let horizon = self.database.horizon().await?;
            if horizon.tx >= until {
                return Ok(());
            }
            looks += 1;
            if looks.is_multiple_of(250) {
                tracing::warn!(holder = ?horizon.held_by, "waiting for a transaction that was open before the build began");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn lost(&self) -> StoreError {
        let detail = format!("the build of {} was ended by another process", self.projection.name());
        StoreError::Database { detail }
    }
}

impl Database {
    /// The projections whose rows are of an older version than this program's, or were never filled.
    ///
    /// # Errors
    /// The database's own.
    pub async fn stale_projections(&self) -> Result<Vec<&'static str>, StoreError> {
        let known = self.read(Statement::new(texts::PROJECTIONS)).await?;
        let mut stale = Vec::new();
        for projection in self.projections() {
            let row =
                known.iter().find(|row| row.get::<String>(0).is_ok_and(|name| name == projection.name()));
            let version = row.map(|row| row.get::<i64>(1)).transpose()?;
            if version.is_some_and(|version| version < i64::from(projection.version())) {
                stale.push(projection.name());
            }
        }
        Ok(stale)
    }

    /// About how many events there are.
    ///
    /// # Errors
    /// The database's own.
    pub async fn estimated_events(&self) -> Result<u64, StoreError> {
        let row = self.read_one(Statement::new(self.engine().texts().estimated_events)).await?;
        row.map_or(Ok(0), |row| row.count(0))
    }
}

/// A replay of one projection into another database, as the log was at some time.
pub struct Replay {
    from: Database,
    into: Database,
    projection: Arc<dyn InlineProjection>,
    walk: Walk,
}

impl Replay {
    /// Of that projection, whose table in `into` is empty.
    pub fn new(
        from: &Database,
        into: &Database,
        projection: Arc<dyn InlineProjection>,
        until: Until,
    ) -> Self {
        let walk = Walk::of(&*projection, until, (None, None), Walked::default());
        Self { from: from.clone(), into: into.clone(), projection, walk }
    }

    /// How far it has come.
    pub fn progress(&self) -> Walked {
        self.walk.progress
    }

    /// Does the next page; false once every stream is done.
    ///
    /// # Errors
    /// The databases' own, or the projection's.
    pub async fn fill(&mut self) -> Result<bool, StoreError> {
        let Some(streams) = self.walk.next(&self.from).await? else { return Ok(false) };
        let began = Instant::now();
        let upsert = upsert(&self.into, &*self.projection, "", &streams)?;
        self.into.write_one(upsert).await?;
        self.walk.adapt(began.elapsed());
        Ok(true)
    }
}

/// The rows of whole streams, as the projection's upsert.
fn upsert(
    database: &Database,
    projection: &dyn InlineProjection,
    suffix: &str,
    streams: &[Vec<RecordedEvent>],
) -> Result<Statement, StoreError> {
    let mut all = Vec::new();
    for history in streams {
        let Some(first) = history.first() else { continue };
        let change = StreamChange { stream: &first.stream, history, appended: &[] };
        for row in crate::planned_row::rows_of(projection, &change)? {
            all.push(Value::Object(row.into_object()));
        }
    }
    let json = Value::Array(all).to_string();
    Ok(Statement::on_build(projection.statement(database.dialect()), suffix).text(json))
}

/// A walk through the log, stream by stream.
struct Walk {
    kinds: &'static [&'static str],
    until: Until,
    /// The place in `kinds`, and the last stream of that kind that is done.
    at: (usize, String),
    page: u32,
    progress: Walked,
}

impl Walk {
    fn of(
        projection: &dyn InlineProjection,
        until: Until,
        cursor: (Option<String>, Option<String>),
        progress: Walked,
    ) -> Self {
        let kinds = projection.aggregate_types();
        let at = match cursor {
            (Some(kind), Some(id)) => (kinds.iter().position(|known| *known == kind).unwrap_or(0), id),
            _ => (0, String::new()),
        };
        Self { kinds, until, at, page: FIRST_PAGE, progress }
    }

    /// The last stream that is done.
    fn cursor(&self) -> (&'static str, String) {
        (self.kinds.get(self.at.0).copied().unwrap_or_default(), self.at.1.clone())
    }

    /// The next streams, each whole; none at the end.
    async fn next(&mut self, database: &Database) -> Result<Option<Vec<Vec<RecordedEvent>>>, StoreError> {
        while let Some(kind) = self.kinds.get(self.at.0) {
            let page = Statement::new(database.engine().texts().streams)
                .text(*kind)
                .text(self.at.1.as_str())
                .integer(i64::from(self.page));
            let page = database.read(page).await?;
            let is_last = page.len() < self.page as usize;
            let mut streams: Vec<Vec<RecordedEvent>> = Vec::new();
            for row in &page {
                let event = rows::event(row)?;
                match streams.last_mut() {
                    Some(stream) if stream.last().is_some_and(|last| last.stream == event.stream) => {
                        stream.push(event);
                    }
                    _ => streams.push(vec![event]),
                }
            }
            if !is_last {
                self.complete(database, &mut streams).await?;
            }
            let Some(last) = streams.last().and_then(|stream| stream.first()) else {
                self.at = (self.at.0 + 1, String::new());
                continue;
            };
            self.at.1.clone_from(&last.stream.aggregate_id);
            self.progress.streams += streams.len() as u64;
            self.progress.events += streams.iter().map(|stream| stream.len() as u64).sum::<u64>();
            for stream in &mut streams {
                stream.retain(|event| self.until.covers(event));
            }
            streams.retain(|stream| !stream.is_empty());
            return Ok(Some(streams));
        }
        Ok(None)
    }

    /// The last stream of a full page may go on behind it: it is left for the next page, or, alone, read whole.
    async fn complete(
        &self,
        database: &Database,
        streams: &mut Vec<Vec<RecordedEvent>>,
    ) -> Result<(), StoreError> {
        let Some(cut) = streams.pop() else { return Ok(()) };
        if streams.is_empty()
            && let Some(event) = cut.first()
        {
            let whole: StreamId = event.stream.clone();
            streams.push(database.engine().load(&whole).await?);
        }
        Ok(())
    }

    /// Larger pages while they are quick, smaller ones where they are slow.
    fn adapt(&mut self, took: Duration) {
        if took > PAGE_TIME {
            self.page = (self.page / 2).max(100);
        } else if took < PAGE_TIME / 3 {
            self.page = (self.page * 2).min(LARGEST_PAGE);
        }
    }
}

impl Until {
    /// Whether the event is part of it.
    pub fn covers(self, event: &RecordedEvent) -> bool {
        match self {
            Self::End => true,
            Self::Position(last) => event.at <= last,
            Self::Time(moment) => event.recorded_at <= moment,
        }
    }
}
