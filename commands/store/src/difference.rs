//! Comparing a table that was built anew with the one that is served, row by row, in the database.

use crate::{Database, Dialect, Statement, StoreError, Table};

/// How many differences are told at once.
const PAGE: i64 = 1_000;

/// A row that is not the same in both tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its key; several columns with a `/` between them.
    pub key: String,
    /// The row that is served, as a JSON object; none if there is none.
    pub served: Option<String>,
    /// The row that the log leads to.
    pub built: Option<String>,
}

impl Database {
    /// The next rows behind the key `after` that differ between the served table and the one with that suffix, all as of
    /// one moment; at most 1,000, and none at the end.
    ///
    /// # Errors
    /// The database's own.
    pub async fn differences(
        &self,
        table: Table,
        suffix: &str,
        after: &str,
    ) -> Result<Vec<Difference>, StoreError> {
        let (served, built) = match self.dialect() {
            Dialect::Postgres => ("to_json(s)::text".to_owned(), "to_json(b)::text".to_owned()),
            Dialect::Sqlite => {
                let columns = self.columns(table).await?;
                (json_object("s", &columns), json_object("b", &columns))
            }
        };
        let (name, key) = (table.name, table.key);
        let first = key.first().copied().unwrap_or_default();
        let on: Vec<_> = key.iter().map(|column| format!("s.{column} = b.{column}")).collect();
        let text: Vec<_> =
            key.iter().map(|column| format!("CAST(coalesce(s.{column}, b.{column}) AS text)")).collect();
        let (on, text) = (on.join(" AND "), text.join(" || '/' || "));
        let collation = if self.dialect() == Dialect::Postgres { " COLLATE \"C\"" } else { "" };
        let sql = format!(
            "SELECT k, served, built FROM (SELECT {text} AS k,
                 CASE WHEN s.{first} IS NULL THEN NULL ELSE {served} END AS served,
                 CASE WHEN b.{first} IS NULL THEN NULL ELSE {built} END AS built
             FROM {name} AS s FULL JOIN {name}{suffix} AS b ON {on}) AS d
             WHERE served IS DISTINCT FROM built AND k{collation} > $1 ORDER BY k{collation} LIMIT {PAGE}"
        );
        let rows = self.read(Statement::composed(sql).text(after)).await?;
        let difference =
            |row: &crate::Row| Ok(Difference { key: row.get(0)?, served: row.get(1)?, built: row.get(2)? });
        rows.iter().map(difference).collect()
    }

    async fn columns(&self, table: Table) -> Result<Vec<String>, StoreError> {
        let columns = Statement::new("SELECT name FROM pragma_table_info($1) ORDER BY cid").text(table.name);
        self.read(columns).await?.iter().map(|row| row.get(0)).collect()
    }
}

/// The row of that alias as JSON, which knows no blobs.
fn json_object(alias: &str, columns: &[String]) -> String {
    let member = |column: &String| {
        format!(
            "'{column}', CASE typeof({alias}.{column}) WHEN 'blob' THEN hex({alias}.{column}) ELSE {alias}.{column} END"
        )
    };
    let members: Vec<_> = columns.iter().map(member).collect();
    format!("json_object({})", members.join(", "))
}
