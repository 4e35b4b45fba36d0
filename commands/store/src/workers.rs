//! Who is at work on a database.

use time::OffsetDateTime;

use crate::timestamp::to_micros;
use crate::{Database, Statement, StoreError};

const HOLDERS: &str = "SELECT owner, name, until FROM leases WHERE owner IS NOT NULL AND until > $1
    UNION ALL SELECT lease_owner, kind, leased_until FROM tasks
    WHERE leased_until IS NOT NULL AND leased_until > $1 AND lease_owner IS NOT NULL
    ORDER BY 3 DESC LIMIT 100";

impl Database {
    /// Who holds a lease at `now`, in words: for what must not be done while an anchor works. A process that only serves
    /// holds none.
    ///
    /// # Errors
    /// The database's own.
    pub async fn workers(&self, now: OffsetDateTime) -> Result<Vec<String>, StoreError> {
        let rows = self.read(Statement::new(HOLDERS).integer(to_micros(now))).await?;
        let in_words = |row: &crate::Row| {
            let (owner, work): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(format!("the process {owner} is working ({work})"))
        };
        rows.iter().map(in_words).collect()
    }
}
