//! Building an inline projection's rows anew from the log, beside those that are served, while appends go on.
//!
//! From the beginning of a build every append writes both versions: an append that does not know of the build is refused
//! and written anew (the *epoch*, see `sql/projected.rs`). Before that some may have been under way that wrote one version
//! alone; they are waited for. From then on whatever is in the log is either found by the walk through it or written
//! twice, and the walk may go stream by stream, each read whole and folded once.

mod replay;
mod walk;

use std::sync::Arc;
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use crate::sql::projected::suffix;
use crate::sql::texts;
use crate::timestamp::to_micros;
use crate::{Database, Dialect, Difference, Fenced, InlineProjection, Statement, StoreError};

pub use self::replay::Replay;
pub use self::walk::{Until, Walked};

use self::walk::{Page, Walk, upsert};

/// How often to look whether the appends that were under way have ended.
const LOOK: Duration = Duration::from_millis(20);
/// How often a transaction is run that others stand in the way of, and how much longer it waits each time.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(200);
/// How long the swap waits for those who use the tables: everybody who comes meanwhile waits behind it. Longer than a
/// server's `deadlock_timeout`, after which it sends its own vacuum away.
const PATIENCE: &str = "SET LOCAL lock_timeout = '2s'";

/// A build under way.
pub struct Build {
    database: Database,
    projection: Arc<dyn InlineProjection>,
    number: i64,
    walk: Walk,
    progress: Walked,
    /// The page that is to be written next, until it is.
    page: Option<Page>,
    /// The one behind it.
    ahead: Option<Page>,
    /// Whether every stream is done.
    is_filled: bool,
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
        let (number, walk, progress) = loop {
            let row = database.read_one(Statement::new(texts::BUILD).text(projection.name())).await?;
            let row = row.ok_or_else(|| StoreError::Corrupt {
                detail: format!("the projection {} is not among those of the database", projection.name()),
            })?;
            let (last, building): (i64, Option<i64>) = (row.get(0)?, row.get(1)?);
            if let Some(number) = building {
                let cursor = (row.get::<Option<String>>(2)?, row.get::<Option<String>>(3)?);
                let progress = Walked { streams: row.count(4)?, events: row.count(5)? };
                break (number, Walk::of(&*projection, Until::End, cursor, progress), progress);
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
        let build = Self {
            database: database.clone(),
            projection,
            number,
            walk,
            progress,
            page: None,
            ahead: None,
            is_filled: false,
        };
        build.wait_for_appends_under_way().await?;
        Ok(build)
    }

    /// The projection that is built.
    pub fn projection(&self) -> &dyn InlineProjection {
        &*self.projection
    }

    /// How far it has come.
    pub fn progress(&self) -> Walked {
        self.progress
    }

    /// Does the next page; false once every stream is done. Pages commit within about 100 ms. After an error, or where it was
    /// given up midway, it may be called again.
    ///
    /// # Errors
    /// The database's own, or the projection's.
    pub async fn fill(&mut self) -> Result<bool, StoreError> {
        if self.page.is_none() {
            self.page = match self.ahead.take() {
                Some(page) => Some(page),
                None => self.walk.next(&self.database).await?,
            };
        }
        let Self { database, projection, number, walk, page, ahead, .. } = self;
        let Some(next) = page.as_ref() else {
            self.is_filled = true;
            return Ok(false);
        };
        let (database, projection, number) = (&*database, &**projection, &*number);
        let write = persist(|| async move {
            let upsert = upsert(database, projection, &suffix(*number), &next.streams)?;
            let moved = Statement::new(texts::MOVE_BUILD)
                .text(projection.name())
                .integer(*number)
                .text(next.kind)
                .text(next.last.as_str())
                .integer(next.walked.streams as i64)
                .integer(next.walked.events as i64);
            let began = Instant::now();
            let written = database.write_if(moved, vec![upsert], None).await?;
            Ok((written, began.elapsed()))
        });
        // The next page is read while this one is folded and written.
        let read = async {
            if ahead.is_none() {
                *ahead = walk.next(database).await?;
            }
            Ok(())
        };
        let (read, written) = tokio::join!(biased; read, write);
        let (written, took) = written?;
        if let Fenced::Refused = written {
            return Err(self.lost());
        }
        self.walk.adapt(took);
        self.progress = next.walked;
        self.page = None;
        read.map(|()| true)
    }

    /// Puts what was built in the place of what is served, for every process at once.
    ///
    /// # Errors
    /// The database's own.
    pub async fn swap(self) -> Result<(), StoreError> {
        if !self.is_filled {
            let detail = format!("the build of {} is not filled yet", self.projection.name());
            return Err(StoreError::Database { detail });
        }
        let end = Statement::new(texts::END_BUILD).text(self.projection.name()).integer(self.number);
        let table = self.projection.table().name;
        let (built, old) = (self.built(), format!("{table}_old{}", suffix(self.number)));
        let mut statements = vec![
            Statement::composed(format!("ALTER TABLE {table} RENAME TO {old}")),
            Statement::composed(format!("ALTER TABLE {built} RENAME TO {table}")),
        ];
        if self.database.dialect() == Dialect::Postgres {
            statements.insert(0, Statement::new(PATIENCE));
            statements.push(Statement::composed(format!("DROP TABLE {old}")));
        }
        statements.extend(self.database.engine().bump_in_transaction());
        let swap = || self.database.write_if(end.clone(), statements.clone(), None);
        if let Fenced::Refused = persist(swap).await? {
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
            return persist(|| self.database.write_one(drop.clone())).await.map(|_| ());
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

/// Runs a transaction again that others stood in the way of: appends that it met in a deadlock, readers of the tables that
/// it swaps. It was rolled back.
async fn persist<T, F>(run: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    for tried in 1..TRIES {
        match run().await {
            Err(StoreError::Busy) => tokio::time::sleep(PAUSE * tried).await,
            done => return done,
        }
    }
    run().await
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
