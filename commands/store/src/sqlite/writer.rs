//! The one task that writes: what waits is committed together, since a commit costs the disk the
//! same for one as for many.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{mpsc, watch};

use super::failure::is_general;
use super::group::{Committed, commit};
use super::job::Job;
use crate::sql::Failure;
use crate::sql::projected::Projected;

/// How many jobs may share a transaction.
const GROUP: usize = 64;

/// How many jobs may wait; further callers wait until there is room.
pub(super) const WAITING: usize = 256;

pub(super) struct Writer {
    pub(super) connection: SqliteConnection,
    pub(super) projected: Arc<Projected>,
    pub(super) jobs: mpsc::Receiver<Job>,
    pub(super) commits: watch::Sender<u64>,
}

impl Writer {
    /// Works until every sender is gone and everything that they sent is answered.
    pub(super) async fn run(mut self) {
        let mut next = self.jobs.recv().await;
        while let Some(first) = next {
            let (group, left) = self.gather(first);
            self.commit(group).await;
            next = match left {
                Some(job) => Some(job),
                None => self.jobs.recv().await,
            };
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the database was not closed cleanly");
        }
    }

    /// What waits now and fits together, and the first job that does not fit.
    fn gather(&mut self, first: Job) -> (Vec<Job>, Option<Job>) {
        let mut touched = BTreeSet::new();
        let mut group = Vec::new();
        let mut next = Some(first);
        while let Some(job) = next {
            if let Job::Append(append, _) = &job {
                if !touched.is_disjoint(&append.footprint) {
                    return (group, Some(job));
                }
                touched.extend(append.footprint.iter().cloned());
            }
            group.push(job);
            next = if group.len() < GROUP { self.jobs.try_recv().ok() } else { None };
        }
        (group, None)
    }

    async fn commit(&mut self, group: Vec<Job>) {
        match commit(&mut self.connection, &self.projected, &group).await {
            Ok(committed) => self.answer(group, committed),
            // Which append it was comes out when each is tried alone.
            Err(failure) if group.len() > 1 && !hits_all(&failure) => {
                for job in group {
                    Box::pin(self.commit(vec![job])).await;
                }
            }
            Err(failure) => {
                for job in group {
                    refuse(job, failure.clone());
                }
            }
        }
    }

    fn answer(&self, group: Vec<Job>, committed: Committed) {
        let Committed { now, positions, rows } = committed;
        let (mut positions, mut rows) = (positions.into_iter(), rows.into_iter());
        if group.iter().any(|job| matches!(job, Job::Append(..))) {
            self.commits.send_modify(|count| *count = count.wrapping_add(1));
        }
        // Who no longer waits for the answer does not get one.
        for job in group {
            match job {
                Job::Append(append, answer) => {
                    let _ = answer.send(Ok(append.recorded(0, &mut positions, now)));
                }
                Job::Write(_, answer) => {
                    let _ = answer.send(Ok(rows.next().unwrap_or_default()));
                }
            }
        }
    }
}

/// Whether the failure would hit every other write as well.
fn hits_all(failure: &Failure) -> bool {
    matches!(failure, Failure::Store(error) if is_general(error))
}

fn refuse(job: Job, failure: Failure) {
    match job {
        Job::Append(_, answer) => {
            let _ = answer.send(Err(failure));
        }
        Job::Write(_, answer) => {
            let (Failure::Refused(error) | Failure::Store(error)) = failure;
            let _ = answer.send(Err(error));
        }
    }
}
