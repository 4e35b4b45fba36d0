//! How tasks end.

use windlass_store::{Append, AppendError, LeaseError, Retry, Settle, TaskFilter, TaskState};

use crate::fixture::{Fixture, append, at, task, transfer};

pub(crate) async fn a_task_ends_with_the_append_that_carries_it_out(f: Fixture) {
    f.add_tasks(vec![task("pay", "t", 1, 0)]).await;
    let lease = f.lease("w", 0, 1).await.remove(0);
    let done = Append { settle: Some(Settle::Finish(lease)), ..append("t", vec![], &["Completed"]) };
    f.store.append(done).await.unwrap();
    assert_eq!(f.store.tasks(TaskFilter::All, 10).await.unwrap(), vec![]);
}

pub(crate) async fn who_lost_the_lease_appends_nothing(f: Fixture) {
    f.add_tasks(vec![task("pay", "t", 1, 0)]).await;
    let old = f.lease("one", 0, 1).await.remove(0);
    let new = f.lease("two", 10, 1).await.remove(0);
    let reschedule = Settle::Reschedule { lease: old.clone(), due_at: at(0), attempts_reset: true };
    for settle in [Settle::Finish(old.clone()), reschedule] {
        let late = Append {
            settle: Some(settle),
            tasks: vec![task("call", "t", 1, 0)],
            ..append("t", vec![], &["Completed"])
        };
        assert_eq!(f.store.append(late).await, Err(AppendError::LeaseLost));
    }
    assert_eq!(f.store.fail_task(&old, "late", Retry::Park).await, Err(LeaseError::Lost));
    assert_eq!(f.store.load(&transfer("t")).await.unwrap(), vec![]);
    assert_eq!(f.row("t").await, None);
    let tasks = f.store.tasks(TaskFilter::All, 10).await.unwrap();
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0].state, TaskState::Leased { owner: "two".to_owned(), until: at(20) });
    f.store.append(Append { settle: Some(Settle::Finish(new)), ..Append::default() }).await.unwrap();
}

pub(crate) async fn a_lease_is_settled_once(f: Fixture) {
    f.add_tasks(vec![task("pay", "a", 1, 0), task("pay", "b", 1, 0)]).await;
    let leases = f.lease("w", 0, 2).await;
    let finish = || Append { settle: Some(Settle::Finish(leases[0].clone())), ..Append::default() };
    f.store.append(finish()).await.unwrap();
    assert_eq!(f.store.append(finish()).await, Err(AppendError::LeaseLost));
    f.store.fail_task(&leases[1], "no", Retry::At(at(1))).await.unwrap();
    let settle = Some(Settle::Finish(leases[1].clone()));
    let again = f.store.append(Append { settle, ..Append::default() }).await;
    assert_eq!(again, Err(AppendError::LeaseLost));
    assert_eq!(f.store.renew_task(&leases[1], at(9)).await, Err(LeaseError::Lost));
}

pub(crate) async fn a_task_is_put_off_with_its_append(f: Fixture) {
    f.add_tasks(vec![task("pay", "t", 1, 0)]).await;
    for (attempts_reset, attempts) in [(false, 1), (false, 2), (true, 0)] {
        let lease = f.lease("w", 0, 1).await.remove(0);
        let settle = Some(Settle::Reschedule { lease, due_at: at(0), attempts_reset });
        f.store.append(Append { settle, ..Append::default() }).await.unwrap();
        let tasks = f.store.tasks(TaskFilter::Waiting, 10).await.unwrap();
        assert_eq!((tasks.len(), tasks[0].attempts, tasks[0].due_at), (1, attempts, at(0)));
    }
    let lease = f.lease("w", 0, 1).await.remove(0);
    let settle = Some(Settle::Reschedule { lease, due_at: at(60), attempts_reset: true });
    f.store.append(Append { settle, ..Append::default() }).await.unwrap();
    assert_eq!(f.lease("w", 59, 1).await, vec![]);
    assert_eq!(f.lease("w", 60, 1).await.len(), 1);
}

pub(crate) async fn a_failed_task_comes_back_when_it_is_said(f: Fixture) {
    f.add_tasks(vec![task("pay", "t", 1, 0)]).await;
    let lease = f.lease("w", 0, 1).await.remove(0);
    f.store.fail_task(&lease, "no route", Retry::At(at(30))).await.unwrap();
    let tasks = f.store.tasks(TaskFilter::Waiting, 10).await.unwrap();
    assert_eq!((tasks[0].due_at, tasks[0].last_error.as_deref()), (at(30), Some("no route")));
    assert_eq!(f.lease("w", 29, 1).await, vec![]);
    assert_eq!(f.lease("w", 30, 1).await[0].attempts, 2);
}

pub(crate) async fn a_parked_task_waits_for_an_operator_and_blocks_nothing(f: Fixture) {
    f.add_tasks(vec![task("pay", "t", 1, 0), task("pay", "t", 2, 1)]).await;
    let lease = f.lease("w", 1, 1).await.remove(0);
    f.store.fail_task(&lease, "hopeless", Retry::Park).await.unwrap();
    let next = f.lease("w", 1, 10).await;
    assert_eq!((next.len(), next[0].sequence), (1, 2));
    let settle = Some(Settle::Finish(next[0].clone()));
    f.store.append(Append { settle, ..Append::default() }).await.unwrap();
    assert_eq!(f.lease("w", 1000, 10).await, vec![]);
    assert_eq!(f.store.next_due(&["pay"]).await, Ok(None));

    let parked = f.store.tasks(TaskFilter::Parked, 10).await.unwrap();
    assert_eq!((parked.len(), &parked[0].state), (1, &TaskState::Parked));
    assert_eq!((parked[0].id, parked[0].last_error.as_deref()), (lease.id, Some("hopeless")));
    assert_eq!(f.store.retry_parked(lease.id).await, Ok(true));
    assert_eq!(f.store.retry_parked(lease.id).await, Ok(false));
    assert_eq!(f.store.retry_parked(4711).await, Ok(false));
    let again = f.lease("w", 1000, 10).await.remove(0);
    assert_eq!((again.id, again.attempts, again.generation), (lease.id, 1, 2));
}

pub(crate) async fn cancelling_takes_what_does_not_run(f: Fixture) {
    f.add_tasks(vec![task("pay", "t", 1, 0), task("pay", "t", 2, 1), task("pay", "t", 3, 2)]).await;
    f.add_tasks(vec![task("call", "t", 1, 3), task("pay", "u", 1, 3)]).await;
    let parked = f.lease("w", 0, 1).await.remove(0);
    f.store.fail_task(&parked, "no", Retry::Park).await.unwrap();
    let running = f.lease("w", 1, 1).await.remove(0);
    let cancel_tasks = vec![("pay", "t".to_owned()), ("pay", "unknown".to_owned())];
    f.store.append(Append { cancel_tasks, ..Append::default() }).await.unwrap();
    let left = f.store.tasks(TaskFilter::All, 10).await.unwrap();
    let left: Vec<&str> = left.iter().map(|task| task.payload.as_str()).collect();
    assert_eq!(left, ["pay t 2", "call t 1", "pay u 1"]);
    let settle = Some(Settle::Finish(running));
    f.store.append(Append { settle, ..Append::default() }).await.unwrap();
}

pub(crate) async fn a_task_can_be_replaced_by_the_append_that_finishes_it(f: Fixture) {
    f.add_tasks(vec![task("pay", "t", 1, 0), task("pay", "t", 2, 1)]).await;
    let lease = f.lease("w", 0, 1).await.remove(0);
    let replaced = Append {
        settle: Some(Settle::Finish(lease)),
        cancel_tasks: vec![("pay", "t".to_owned())],
        tasks: vec![task("pay", "t", 1, 50), task("pay", "t", 2, 60)],
        ..Append::default()
    };
    f.store.append(replaced).await.unwrap();
    let tasks = f.store.tasks(TaskFilter::Waiting, 10).await.unwrap();
    let due: Vec<_> = tasks.iter().map(|task| (task.sequence, task.due_at)).collect();
    assert_eq!(due, [(1, at(50)), (2, at(60))]);
}
