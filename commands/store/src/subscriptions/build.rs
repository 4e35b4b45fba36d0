//! Filling new tables for a feed beside those that are served, and the moment in which they change places.

use time::OffsetDateTime;

use super::{Subscription, Subscriptions, sql};
use crate::sql::projected::suffix;
use crate::timestamp::to_micros;
use crate::{Fenced, Statement, StoreError, Table};

/// What became of a swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swap {
    /// The new tables are served.
    Done,
    /// What is served has read further, or somebody else was faster: nothing was changed.
    NotYet,
}

impl Subscription {
    /// Of a build: what stands behind its tables' names.
    pub fn suffix(&self) -> String {
        self.name.rsplit_once('@').map_or_else(String::new, |(_, number)| format!("_{number}"))
    }
}

impl Subscriptions {
    /// The build of a subscription that is under way.
    ///
    /// # Errors
    /// The database's own.
    pub async fn build_of(&self, name: &str) -> Result<Option<Subscription>, StoreError> {
        let beginning = format!("{name}@");
        let length = i64::try_from(beginning.chars().count()).unwrap_or(i64::MAX);
        let row =
            self.database.read_one(Statement::new(sql::BUILDS).text(&beginning).integer(length)).await?;
        row.as_ref().map(super::row::subscription).transpose()
    }

    /// Begins a build of that version: `schema` makes its tables, under a suffix that was never used. It begins where the
    /// served one began. Where such a build is under way already, that is the one; any other is dropped first.
    ///
    /// # Errors
    /// The database's own.
    pub async fn begin_build(
        &self,
        served: &Subscription,
        version: u32,
        schema: &'static str,
        tables: &[Table],
        now: OffsetDateTime,
    ) -> Result<Subscription, StoreError> {
        let served = self.find(&served.name).await?.unwrap_or_else(|| served.clone());
        if let Some(under_way) = self.build_of(&served.name).await? {
            let begins_alike = under_way.start == served.start && under_way.not_before == served.not_before;
            if under_way.version == version && begins_alike {
                return Ok(under_way);
            }
            self.drop_build(&under_way, tables).await?;
        }
        let number = served.build + 1;
        let name = format!("{}@{number}", served.name);
        let count = Statement::new(sql::NUMBER_BUILD).text(&served.name).integer(number);
        let begin = Statement::new(sql::BEGIN_BUILD)
            .text(&name)
            .text(&served.name)
            .integer(i64::from(version))
            .integer(to_micros(now));
        let tables = Statement::script(schema, &suffix(number));
        self.database.write_if(count, vec![begin, tables], None).await?;
        self.build_of(&served.name).await?.ok_or_else(|| StoreError::Unavailable {
            detail: format!("the build {name} was dropped by somebody else"),
        })
    }

    /// Drops a build and its tables.
    ///
    /// # Errors
    /// The database's own.
    pub async fn drop_build(&self, build: &Subscription, tables: &[Table]) -> Result<(), StoreError> {
        let drops = tables.iter().map(|table| Statement::drop_table(*table, &build.suffix())).collect();
        self.database.write_if(Statement::new(sql::FORGET).text(&build.name), drops, None).await.map(drop)
    }

    /// Serves the tables of the build in place of the old ones, which are dropped; all in one transaction, and only if the
    /// build has read at least as far.
    ///
    /// # Errors
    /// The database's own.
    pub async fn swap(
        &self,
        served: &str,
        build: &Subscription,
        tables: &[Table],
        now: OffsetDateTime,
    ) -> Result<Swap, StoreError> {
        let swap = Statement::new(sql::SWAP)
            .text(served)
            .text(&build.name)
            .integer(build.generation)
            .integer(build.at.tx)
            .integer(build.at.position)
            .integer(i64::from(build.version))
            .integer(to_micros(now));
        let mut statements = vec![Statement::new(sql::FORGET).text(&build.name)];
        for table in tables {
            statements.push(Statement::drop_table(*table, ""));
            statements.push(Statement::serve_table(*table, &build.suffix()));
        }
        Ok(match self.database.write_if(swap, statements, None).await? {
            Fenced::Done(_) => Swap::Done,
            Fenced::Refused => Swap::NotYet,
        })
    }
}
