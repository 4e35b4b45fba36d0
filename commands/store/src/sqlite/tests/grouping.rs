//! What waits is committed together, and one bad append does not hurt the others.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use super::super::job::Job;
use super::super::writer::Writer;
use super::super::{connect, migrate, sql};
use super::{append, file, stream};
use crate::sql::Failure;
use crate::sql::job::AppendJob;
use crate::sql::projected::Projected;
use crate::{Append, Appended, Reservation, Statement, StoreError};

type Answer = oneshot::Receiver<Result<Appended, Failure>>;

/// Lets a writer find all these appends waiting; their answers, and how often it committed.
async fn write(appends: Vec<Append>) -> (Vec<Result<Appended, Failure>>, u64) {
    let (_folder, path) = file();
    let options = connect::options(&path, std::time::Duration::from_secs(5));
    let mut connection = connect::writer(&path, &options).await.unwrap();
    migrate::migrate(&mut connection, &[sql::SCHEMA]).await.unwrap();
    let (sender, jobs) = mpsc::channel(appends.len());
    let mut waiting: Vec<Answer> = Vec::new();
    for append in appends {
        let (answer, receiver) = oneshot::channel();
        let job = Job::Append(Arc::new(AppendJob::new(append, vec![])), answer);
        sender.try_send(job).ok().unwrap();
        waiting.push(receiver);
    }
    drop(sender);
    let commits = watch::Sender::new(0);
    Writer { connection, projected: Arc::new(Projected::new(vec![])), jobs, commits: commits.clone() }
        .run()
        .await;
    let mut answers = Vec::new();
    for answer in waiting {
        answers.push(answer.await.unwrap());
    }
    (answers, *commits.borrow())
}

fn reserving(id: &str, memo: &str) -> Append {
    let owner = id.to_owned();
    let memo = Reservation { kind: "memo", key: memo.to_owned(), owner, expires_at: None };
    Append { reservations: vec![memo], ..append(id) }
}

#[tokio::test]
async fn what_waits_is_committed_together() {
    let (answers, commits) = write((0..10).map(|n| append(&n.to_string())).collect()).await;
    assert_eq!(commits, 1);
    for (n, answer) in answers.into_iter().enumerate() {
        let events = answer.unwrap().streams.remove(0);
        assert_eq!((events.len(), &events[0].stream), (1, &stream(&n.to_string())));
        assert_eq!((events[0].sequence, events[0].at.position), (1, n as i64 + 1));
    }
}

#[tokio::test]
async fn a_group_is_not_larger_than_it_may_be() {
    let (_, commits) = write((0..65).map(|n| append(&n.to_string())).collect()).await;
    assert_eq!(commits, 2);
}

#[tokio::test]
async fn appends_to_one_stream_are_committed_one_after_the_other() {
    let (answers, commits) = write(vec![append("a"), append("b"), append("a")]).await;
    assert_eq!(commits, 1);
    assert!(answers[0].is_ok() && answers[1].is_ok());
    assert!(matches!(answers[2], Err(Failure::Refused(_))));
}

#[tokio::test]
async fn one_bad_append_does_not_hurt_the_others() {
    let mut stale = reserving("c", "3");
    stale.streams[0].history = answers_of_one("c").await;
    let waiting = vec![reserving("a", "1"), append("b"), stale, append("d")];
    let (answers, commits) = write(waiting).await;
    // The group, which fails, and then the three that can be committed.
    assert_eq!(commits, 3);
    let outcomes: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(outcomes, [true, true, false, true]);
    assert!(matches!(answers[2], Err(Failure::Refused(_))));
    let positions: Vec<i64> =
        answers.iter().flatten().map(|appended| appended.streams[0][0].at.position).collect();
    assert_eq!(positions, [1, 2, 3]);
}

#[tokio::test]
async fn two_that_want_one_name_are_told_apart() {
    let (answers, _) = write(vec![reserving("a", "1"), reserving("b", "1")]).await;
    assert!(answers[0].is_ok());
    assert!(matches!(answers[1], Err(Failure::Refused(_))));
}

#[tokio::test]
async fn statements_of_one_write_happen_together_or_not_at_all() {
    let (_folder, store) = super::fresh(vec![]).await;
    let insert = || Statement::new("INSERT INTO cursors VALUES ($1, $2)").text("c").text("1");
    let refused = store.write(vec![insert(), insert()]).await;
    assert!(matches!(refused, Err(StoreError::Database { .. })), "{:?}", refused.err());
    let read = || Statement::new("SELECT value FROM cursors");
    assert_eq!(store.write(vec![read()]).await.unwrap()[0].len(), 0);
    let rows = store.write(vec![insert(), read()]).await.unwrap();
    assert_eq!((rows[0].len(), rows[1].len()), (0, 1));
}

/// A history that some other log has.
async fn answers_of_one(id: &str) -> Vec<crate::RecordedEvent> {
    let (mut answers, _) = write(vec![append(id)]).await;
    answers.remove(0).unwrap().streams.remove(0)
}
