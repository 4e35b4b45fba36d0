//! Reading the whole log: the next page is on its way while one is handled.

use tokio::task::JoinHandle;

use crate::sql::rows;
use crate::{Database, LogPosition, RecordedEvent, Row, Statement, StoreError};

/// Reads the log page by page, oldest event first, up to the place where it is final. Dropped, it stops.
pub struct LogReader {
    database: Database,
    page: u32,
    /// The next page; none behind the end.
    ahead: Option<Ahead>,
}

/// A page on its way.
struct Ahead(JoinHandle<Result<Vec<Row>, StoreError>>);

impl Database {
    /// A reader of what comes after that place, so many events at a time.
    ///
    /// To be called within a Tokio runtime, which reads ahead.
    pub fn log_after(&self, after: LogPosition, page: u32) -> LogReader {
        LogReader { database: self.clone(), page, ahead: Some(Ahead::of(self.clone(), after, page)) }
    }
}

impl LogReader {
    /// The next events; none at the end.
    ///
    /// # Errors
    /// The database's own.
    pub async fn next(&mut self) -> Result<Vec<RecordedEvent>, StoreError> {
        let Some(mut ahead) = self.ahead.take() else { return Ok(Vec::new()) };
        let page = ahead.page().await?;
        if let Some(last) = page.last() {
            // Before the page is made into events.
            let after = rows::place(last)?;
            self.ahead = Some(Ahead::of(self.database.clone(), after, self.page));
        }
        page.iter().map(rows::event).collect()
    }
}

impl Ahead {
    fn of(database: Database, after: LogPosition, page: u32) -> Self {
        Self(tokio::spawn(async move {
            let text = database.engine().texts().read_log;
            let page =
                Statement::new(text).integer(after.tx).integer(after.position).integer(i64::from(page));
            database.read(page).await
        }))
    }

    async fn page(&mut self) -> Result<Vec<Row>, StoreError> {
        let page = (&mut self.0).await;
        page.map_err(|_| StoreError::Unavailable { detail: "the reading of the log broke off".to_owned() })?
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.0.abort();
    }
}
