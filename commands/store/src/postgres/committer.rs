//! Commits appends, one transaction at a time: what waits meanwhile shares the next one. A second transaction beside it
//! would make each smaller, and cost more than it brings: most of what a commit costs is the same for one as for many.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use tokio::sync::{mpsc, oneshot, watch};

use super::connection::Lane;
use super::failure::{append_failure, is_deadlock, met_build, store_error};
use super::{append, sql};
use crate::sql::job::AppendJob;
use crate::sql::part::Parts;
use crate::sql::projected::Projected;
use crate::sql::{Failure, texts};
use crate::statement::Statement;
use crate::timestamp::from_micros;
use crate::{Appended, Row, StoreError};

/// How many appends may share a transaction.
const GROUP: usize = 64;
/// How many appends may wait; further callers wait until there is room.
pub(super) const WAITING: usize = 256;
/// How often an append is written anew that met the beginning or the end of a build, or another that waited for it.
const TRIES: u32 = 10;

/// An append that waits, with the way back for the answer.
pub(super) struct Job {
    pub(super) append: Arc<AppendJob>,
    pub(super) answer: oneshot::Sender<Result<Appended, Failure>>,
}

/// What waits.
pub(super) struct Queue {
    jobs: mpsc::Receiver<Job>,
    /// Did not fit into the last group.
    left: Option<Job>,
}

impl Queue {
    pub(super) fn new(jobs: mpsc::Receiver<Job>) -> Self {
        Self { jobs, left: None }
    }

    /// The next job and all that wait and fit beside it; empty once every sender is gone.
    async fn gather(&mut self) -> Vec<Job> {
        let mut next = match self.left.take() {
            Some(job) => Some(job),
            None => self.jobs.recv().await,
        };
        // Those who were answered together come back together: let them, or the first would go alone.
        tokio::task::yield_now().await;
        let mut touched = BTreeSet::new();
        let mut group = Vec::new();
        while let Some(job) = next {
            if !touched.is_disjoint(&job.append.footprint) {
                self.left = Some(job);
                break;
            }
            touched.extend(job.append.footprint.iter().cloned());
            group.push(job);
            next = if group.len() < GROUP { self.jobs.try_recv().ok() } else { None };
        }
        // Whoever writes to several streams does so in this order, the pages of a build as well: they wait for each other in
        // one direction.
        group.sort_by(|one, other| one.append.footprint.first().cmp(&other.append.footprint.first()));
        group
    }
}

/// The one who commits.
pub(super) struct Committer {
    pub(super) queue: Queue,
    pub(super) lane: Lane,
    pub(super) projected: Arc<Projected>,
    pub(super) commits: watch::Sender<u64>,
    /// Changed after each commit of this process.
    pub(super) appended: watch::Sender<u64>,
}

impl Committer {
    /// Works until every sender is gone and everything that they sent is answered.
    pub(super) async fn run(mut self) {
        loop {
            let group = self.queue.gather().await;
            if group.is_empty() {
                return;
            }
            self.commit(group).await;
        }
    }

    async fn commit(&mut self, group: Vec<Job>) {
        let jobs: Vec<&AppendJob> = group.iter().map(|job| &*job.append).collect();
        match self.write(&jobs).await {
            Ok(row) => self.answer(group, &row),
            Err(failure) if group.len() > 1 && !hits_all(&failure) => {
                // Which append it was comes out when each is tried alone.
                for job in group {
                    Box::pin(self.commit(vec![job])).await;
                }
            }
            Err(failure) => {
                for job in group {
                    // Who no longer waits for the answer does not get one.
                    let _ = job.answer.send(Err(failure.clone()));
                }
            }
        }
    }

    async fn write(&mut self, jobs: &[&AppendJob]) -> Result<PgRow, Failure> {
        let mut tries = 0;
        loop {
            let error = match self.write_once(jobs).await {
                Ok(row) => return Ok(row),
                Err(error) => error,
            };
            tries += 1;
            if tries == TRIES {
                return Err(append_failure(error, &self.projected.list));
            } else if met_build(&error) {
                self.learn_builds().await.map_err(Failure::Store)?;
            } else if !is_deadlock(&error) {
                return Err(append_failure(error, &self.projected.list));
            }
        }
    }

    async fn write_once(&mut self, jobs: &[&AppendJob]) -> Result<PgRow, sqlx::Error> {
        let builds = self.projected.builds();
        let parts = Parts::merged(jobs.iter().map(|job| &job.parts), &builds);
        let statement = append::statement(jobs, &parts, &self.projected, &builds);
        let statement =
            statement.ok_or_else(|| sqlx::Error::Protocol("a projection is missing".to_owned()))?;
        let rows = self.lane.autocommit(&statement).await?;
        rows.into_iter().next().ok_or(sqlx::Error::RowNotFound)
    }

    /// What is being built by now. The epoch is read first: whatever it stands for is there by then.
    async fn learn_builds(&mut self) -> Result<(), StoreError> {
        let epoch = self.lane.autocommit(&Statement::new(sql::EPOCH)).await.map_err(store_error)?;
        let epoch = epoch.first().map(|row| row.try_get(0)).transpose().map_err(store_error)?.unwrap_or(0);
        let rows = self.lane.autocommit(&Statement::new(texts::PROJECTIONS)).await.map_err(store_error)?;
        let rows: Vec<Row> = rows.into_iter().map(Row::from).collect();
        self.projected.learn(self.projected.read(epoch, &rows)?);
        Ok(())
    }

    fn answer(&self, group: Vec<Job>, row: &PgRow) {
        let read = || -> Result<_, StoreError> {
            let recorded_at = from_micros(row.try_get(0).map_err(store_error)?)?;
            let tx: i64 = row.try_get(1).map_err(store_error)?;
            let mut positions: Vec<i64> =
                row.try_get::<Option<_>, _>(2).map_err(store_error)?.unwrap_or_default();
            // They grow in the order of insertion; RETURNING promises no order.
            positions.sort_unstable();
            Ok((recorded_at, tx, positions))
        };
        match read() {
            Ok((recorded_at, tx, positions)) => {
                let mut positions = positions.into_iter();
                for sender in [&self.commits, &self.appended] {
                    sender.send_modify(|count| *count = count.wrapping_add(1));
                }
                for job in group {
                    let _ = job.answer.send(Ok(job.append.recorded(tx, &mut positions, recorded_at)));
                }
            }
            Err(error) => {
                for job in group {
                    let _ = job.answer.send(Err(Failure::Store(error.clone())));
                }
            }
        }
    }
}

/// Whether the failure would hit every other append as well. A deadlock is between groups: each alone holds little.
fn hits_all(failure: &Failure) -> bool {
    match failure {
        Failure::Refused(_) => false,
        Failure::Store(error) => matches!(
            error,
            StoreError::Unavailable { .. }
                | StoreError::Full
                | StoreError::ReadOnly { .. }
                | StoreError::Corrupt { .. }
        ),
    }
}
