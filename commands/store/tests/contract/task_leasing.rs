//! Who gets which task, and when.

use std::collections::BTreeSet;
use std::time::Duration;

use windlass_store::{Append, AppendError, LeaseError, TaskFilter, TaskLease, TaskState};

use crate::fixture::{Fixture, append, at, task, transfer};

fn names(leases: &[TaskLease]) -> Vec<&str> {
    leases.iter().map(|lease| lease.payload.as_str()).collect()
}

pub(crate) async fn due_tasks_are_leased_in_the_order_in_which_they_are_due(f: Fixture) {
    f.add_tasks(vec![task("pay", "c", 1, 3), task("pay", "a", 1, 5), task("call", "b", 1, 1)]).await;
    f.add_tasks(vec![task("pay", "d", 1, 3), task("pay", "e", 1, 9)]).await;
    assert_eq!(f.lease("w", 0, 10).await, vec![]);
    assert_eq!(names(&f.lease("w", 5, 2).await), ["call b 1", "pay c 1"]);
    let leases = f.lease("w", 5, 10).await;
    assert_eq!(names(&leases), ["pay d 1", "pay a 1"]);
    assert_eq!((leases[0].attempts, leases[0].generation, leases[0].leased_until), (1, 1, at(15)));
    assert_eq!((leases[0].kind.as_str(), leases[0].key.as_str(), leases[0].sequence), ("pay", "d", 1));
    let running = f.store.tasks(TaskFilter::Leased, 10).await.unwrap();
    let state = TaskState::Leased { owner: "w".to_owned(), until: at(15) };
    assert_eq!(running.len(), 4);
    assert!(running.iter().all(|task| task.state == state));
}

pub(crate) async fn only_the_asked_kinds_are_leased(f: Fixture) {
    f.add_tasks(vec![task("expire", "a", 1, 0), task("pay", "b", 1, 1)]).await;
    assert_eq!(names(&f.lease("w", 9, 1).await), ["pay b 1"]);
    assert_eq!(f.lease("w", 9, 1).await, vec![]);
    let waiting = f.store.tasks(TaskFilter::Waiting, 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].kind.as_str(), &waiting[0].state), ("expire", &TaskState::Waiting));
}

pub(crate) async fn one_task_per_key_runs_at_a_time(f: Fixture) {
    f.add_tasks(vec![task("pay", "a", 1, 0), task("pay", "a", 2, 1), task("call", "a", 1, 2)]).await;
    f.add_tasks(vec![task("pay", "b", 1, 3)]).await;
    let first = f.lease("one", 5, 10).await;
    assert_eq!(names(&first), ["pay a 1", "pay b 1"]);
    assert_eq!(f.lease("two", 5, 10).await, vec![]);
    let settle = Some(windlass_store::Settle::Finish(first[0].clone()));
    f.store.append(Append { settle, ..Append::default() }).await.unwrap();
    assert_eq!(names(&f.lease("two", 5, 10).await), ["pay a 2"]);
}

pub(crate) async fn an_expired_lease_is_taken_over(f: Fixture) {
    f.add_tasks(vec![task("pay", "a", 1, 0)]).await;
    let old = f.lease("one", 0, 1).await.remove(0);
    assert_eq!(f.lease("two", 9, 1).await, vec![]);
    let new = f.lease("two", 10, 1).await.remove(0);
    assert_eq!((new.id, new.generation, new.attempts), (old.id, 2, 2));
    assert_eq!(f.store.renew_task(&old, at(99)).await, Err(LeaseError::Lost));
}

pub(crate) async fn a_renewed_lease_is_not_taken_over(f: Fixture) {
    f.add_tasks(vec![task("pay", "a", 1, 0)]).await;
    let lease = f.lease("one", 0, 1).await.remove(0);
    let renewed = f.store.renew_task(&lease, at(20)).await.unwrap();
    assert_eq!((renewed.leased_until, renewed.generation), (at(20), 1));
    assert_eq!(f.lease("two", 19, 1).await, vec![]);
    assert_eq!(f.lease("two", 20, 1).await.len(), 1);
}

pub(crate) async fn the_next_due_task_is_known(f: Fixture) {
    assert_eq!(f.store.next_due(&["pay"]).await, Ok(None));
    f.add_tasks(vec![task("pay", "a", 1, 7), task("pay", "b", 1, 5), task("call", "c", 1, 1)]).await;
    assert_eq!(f.store.next_due(&["pay"]).await, Ok(Some(at(5))));
    assert_eq!(f.store.next_due(&["pay", "call"]).await, Ok(Some(at(1))));
    assert_eq!(f.store.next_due(&["other"]).await, Ok(None));
}

pub(crate) async fn a_running_key_is_due_when_its_lease_ends(f: Fixture) {
    f.add_tasks(vec![task("pay", "a", 1, 0), task("call", "a", 1, 1), task("call", "a", 2, 30)]).await;
    assert_eq!(f.lease("w", 1, 1).await.len(), 1);
    assert_eq!(f.store.next_due(&["pay"]).await, Ok(Some(at(11))));
    assert_eq!(f.store.next_due(&["call"]).await, Ok(Some(at(11))));
    assert_eq!(f.store.next_due(&["other"]).await, Ok(None));
    f.add_tasks(vec![task("call", "b", 1, 9)]).await;
    assert_eq!(f.store.next_due(&["call"]).await, Ok(Some(at(9))));
}

pub(crate) async fn a_task_exists_once(f: Fixture) {
    let exists = || Err(AppendError::TaskExists { kind: "pay", key: "a".to_owned(), sequence: 1 });
    f.add_tasks(vec![task("pay", "a", 1, 0)]).await;
    let again = Append { tasks: vec![task("pay", "a", 1, 9)], ..append("t", vec![], &["Initiated"]) };
    assert_eq!(f.store.append(again).await, exists());
    assert_eq!(f.store.load(&transfer("t")).await.unwrap(), vec![]);
    let cancel_tasks = vec![("pay", "a".to_owned())];
    let tasks = vec![task("pay", "a", 1, 0), task("pay", "a", 1, 0)];
    assert_eq!(f.store.append(Append { tasks, cancel_tasks, ..Append::default() }).await, exists());
    assert_eq!(f.store.tasks(TaskFilter::All, 10).await.unwrap().len(), 1);
}

pub(crate) async fn workers_at_once_never_lease_the_same_task(f: Fixture) {
    f.add_tasks((0..30).map(|n| task("pay", &format!("k{}", n % 20), n, 0)).collect()).await;
    let workers: Vec<_> = (0..6)
        .map(|worker| {
            let store = f.store.clone();
            let owner = format!("w{worker}");
            let ten = Duration::from_secs(10);
            tokio::spawn(async move { store.lease_tasks(&["pay"], &owner, at(0), ten, 7).await.unwrap() })
        })
        .collect();
    let mut leased = Vec::new();
    for worker in workers {
        leased.extend(worker.await.unwrap());
    }
    assert_eq!(leased.len(), 20);
    assert_eq!(leased.iter().map(|lease| &lease.key).collect::<BTreeSet<_>>().len(), 20);
}
