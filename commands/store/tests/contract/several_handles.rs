//! Several processes take tasks: each task once, and of each key one at a time.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;
use windlass_store::{Append, EventStore, Settle, TaskFilter};

use crate::fixture::{at, task};
use crate::pair::{Pair, on_pairs};

const KINDS: [&str; 3] = ["pay", "call", "watch"];
const TASKS: u64 = 240;
const KEYS: u64 = 30;
const WORKERS: usize = 8;

on_pairs! {
    each_task_is_done_once_and_of_a_key_one_at_a_time,
    what_one_process_holds_another_takes_when_its_lease_is_over,
}

async fn each_task_is_done_once_and_of_a_key_one_at_a_time(pair: Pair) {
    let new = |n: u64| task(KINDS[(n % 3) as usize], &format!("k{}", n % KEYS), n, (n % 7) as i64);
    let tasks = (0..TASKS).map(new).collect();
    pair.first.append(Append { tasks, ..Append::default() }).await.unwrap();
    let (running, done) = (Arc::new(Mutex::new(BTreeSet::new())), Arc::new(Mutex::new(Vec::new())));
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let store = if worker % 2 == 0 { pair.first.clone() } else { pair.second.clone() };
        let (running, done) = (running.clone(), done.clone());
        workers.spawn(async move {
            // Half of them know of some kinds only.
            let kinds = if worker < WORKERS / 2 { &KINDS[..] } else { &KINDS[worker % 2..=worker % 2 + 1] };
            let owner = format!("w{worker}");
            while done.lock().unwrap().len() < TASKS as usize {
                let leases =
                    store.lease_tasks(kinds, &owner, at(100), Duration::from_secs(60), 4).await.unwrap();
                for lease in &leases {
                    assert!(running.lock().unwrap().insert(lease.key.clone()), "two of {} run", lease.key);
                }
                tokio::task::yield_now().await;
                for lease in leases {
                    running.lock().unwrap().remove(&lease.key);
                    done.lock().unwrap().push(lease.sequence);
                    let settle = Some(Settle::Finish(lease));
                    store.append(Append { settle, ..Append::default() }).await.unwrap();
                }
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.unwrap();
    }
    let mut done = done.lock().unwrap().clone();
    done.sort_unstable();
    assert_eq!(done, (0..TASKS).collect::<Vec<_>>());
    assert_eq!(pair.second.tasks(TaskFilter::All, 10).await.unwrap(), vec![]);
    pair.close().await;
}

async fn what_one_process_holds_another_takes_when_its_lease_is_over(pair: Pair) {
    let tasks = vec![task("pay", "a", 1, 0), task("call", "a", 2, 1)];
    pair.first.append(Append { tasks, ..Append::default() }).await.unwrap();
    let ten = Duration::from_secs(10);
    let old = pair.first.lease_tasks(&["pay"], "one", at(0), ten, 9).await.unwrap().remove(0);
    assert_eq!(pair.second.lease_tasks(&["call"], "two", at(9), ten, 9).await.unwrap(), vec![]);
    // The key is free: the other kind may run, which this process knows alone.
    let call = pair.second.lease_tasks(&["call"], "two", at(10), ten, 9).await.unwrap().remove(0);
    // Who comes back too late finds the task still his, but of the key another runs.
    assert_eq!(pair.first.lease_tasks(&["pay"], "one", at(11), ten, 9).await.unwrap(), vec![]);
    let settle = |lease: &windlass_store::TaskLease| Append {
        settle: Some(Settle::Finish(lease.clone())),
        ..Append::default()
    };
    pair.second.append(settle(&call)).await.unwrap();
    let new = pair.second.lease_tasks(&["pay"], "two", at(12), ten, 9).await.unwrap().remove(0);
    assert_eq!((new.id, new.generation), (old.id, old.generation + 1));
    let refused = pair.first.append(settle(&old)).await;
    assert_eq!(refused, Err(windlass_store::AppendError::LeaseLost));
    pair.second.append(settle(&new)).await.unwrap();
    pair.close().await;
}
