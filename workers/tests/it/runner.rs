//! The runner and its tasks: back-off, parking, limits, a graceful stop, several runners. Time is tokio's own, which
//! goes on by itself when everybody waits.

use std::{
    collections::BTreeSet,
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use time::OffsetDateTime;
use tokio::time::sleep;
use windlass_domain::ports::Clock;
use windlass_store::{Append, EventStore, NewTask, TaskState};
use windlass_workers::{Outcome, RunnerConfig, StepError};

use crate::bench::{Bench, TestStep, Told};

const SECOND: Duration = Duration::from_secs(1);

fn passing(_: OffsetDateTime) -> Result<Outcome, StepError> {
    Err(StepError::Transient("no answer".to_owned()))
}

fn finished(_: OffsetDateTime) -> Result<Outcome, StepError> {
    Ok(Outcome::Finished)
}

#[tokio::test(start_paused = true)]
async fn what_fails_in_passing_is_tried_again_after_ever_longer_waits() {
    let bench = Bench::new();
    let mut results: Vec<Told> = vec![passing; 12];
    results.push(finished);
    let step = TestStep::telling(&results);
    bench.add("work", ["a".to_owned()]).await;
    let running = bench.start("one", vec![step.clone()], vec![]);
    sleep(Duration::from_secs(3_600)).await;
    running.end().await;
    assert_eq!(step.attempts(), (1..=13).collect::<Vec<_>>(), "however often it fails, it is not parked");
    for (n, gap) in (0u32..).zip(step.gaps()) {
        let whole = Duration::from_secs(2u64.pow(n).min(300));
        assert!(gap >= whole / 2 && gap <= whole + SECOND, "after attempt {}: {gap:?}", n + 1);
    }
    assert_eq!(bench.tasks().await, []);
}

#[tokio::test(start_paused = true)]
async fn what_needs_an_operator_is_parked_and_blocks_nothing() {
    let bench = Bench::new();
    let step = TestStep::new(1, |task| async move {
        match task.key.as_str() {
            "bad" => Err(StepError::NeedsOperator("who was paid?".to_owned())),
            _ => Ok(Outcome::Finished),
        }
    });
    bench.add("work", ["bad".to_owned(), "good".to_owned()]).await;
    let running = bench.start("one", vec![step.clone()], vec![]);
    sleep(Duration::from_secs(3_600)).await;
    let [task] = bench.tasks().await.try_into().unwrap();
    assert_eq!((task.key.as_str(), task.state), ("bad", TaskState::Parked));
    assert_eq!(task.last_error.as_deref(), Some("who was paid?"));
    assert_eq!(step.runs().len(), 2);
    assert!(bench.store.retry_parked(task.id).await.unwrap());
    sleep(SECOND).await;
    running.end().await;
    assert_eq!(step.runs().len(), 3, "an operator can let it run again");
}

#[tokio::test(start_paused = true)]
async fn to_wait_is_not_to_fail() {
    let bench = Bench::new();
    let mut results: Vec<Told> = vec![|now| Ok(Outcome::Again(now + SECOND)); 30];
    results.extend([passing, finished]);
    let step = TestStep::telling(&results);
    bench.add("work", ["a".to_owned()]).await;
    let running = bench.start("one", vec![step.clone()], vec![]);
    sleep(Duration::from_secs(60)).await;
    running.end().await;
    assert_eq!((step.runs().len(), bench.tasks().await), (32, vec![]));
    assert!(step.gaps().iter().all(|gap| *gap <= SECOND * 3 / 2), "{:?}", step.gaps());
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_turn_keeps_the_task() {
    let bench = Bench::new();
    let mut results: Vec<Told> = vec![|_| Ok(Outcome::NotYet(SECOND)); 5];
    results.push(finished);
    let step = TestStep::telling(&results);
    bench.add("work", ["a".to_owned()]).await;
    let running = bench.start("one", vec![step.clone()], vec![]);
    sleep(Duration::from_secs(20)).await;
    running.end().await;
    let generations: BTreeSet<i64> = step.runs().iter().map(|(_, task)| task.generation).collect();
    assert_eq!((step.runs().len(), generations.len(), bench.tasks().await), (6, 1, vec![]));
}

#[tokio::test(start_paused = true)]
async fn who_waits_too_long_for_a_turn_goes_to_the_end_of_the_queue() {
    let bench = Bench::new();
    let step = TestStep::new(1, |task| async move {
        Ok(if task.key == "stuck" { Outcome::NotYet(SECOND) } else { Outcome::Finished })
    });
    bench.add("work", ["stuck".to_owned(), "free".to_owned()]).await;
    let running = bench.start("one", vec![step.clone()], vec![]);
    sleep(Duration::from_secs(30)).await;
    running.end().await;
    let [task] = bench.tasks().await.try_into().unwrap();
    assert_eq!(task.key, "stuck");
}

#[tokio::test(start_paused = true)]
async fn who_is_asked_to_wait_waits_that_long() {
    let bench = Bench::new();
    let step = TestStep::telling(&[|_| Err(StepError::Wait(Duration::from_secs(7))), finished]);
    bench.add("work", ["a".to_owned()]).await;
    let running = bench.start("one", vec![step.clone()], vec![]);
    sleep(Duration::from_secs(20)).await;
    running.end().await;
    assert_eq!(step.gaps().iter().map(Duration::as_secs).collect::<Vec<_>>(), [7]);
}

#[tokio::test(start_paused = true)]
async fn work_that_another_has_is_left_to_it() {
    let bench = Bench::new();
    let step = TestStep::telling(&[|_| Err(StepError::Superseded), finished]);
    bench.add("work", ["a".to_owned()]).await;
    let running = bench.start("one", vec![step.clone()], vec![]);
    sleep(Duration::from_secs(119)).await;
    assert_eq!(step.runs().len(), 1);
    sleep(Duration::from_secs(2)).await;
    running.end().await;
    assert_eq!(step.runs().len(), 2, "should nobody have it after all, its lease runs out");
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_cut_off_well_before_its_lease_ends() {
    for (lease, limit) in [(120, 10), (8, 5)] {
        let bench = Bench::new();
        let step = TestStep::new(1, |task| async move {
            if task.attempts > 1 { Ok(Outcome::Finished) } else { pending().await }
        });
        bench.add("work", ["a".to_owned()]).await;
        let config = RunnerConfig { task_lease: Duration::from_secs(lease), ..RunnerConfig::new("one") };
        let running = bench.start_with(config, vec![step.clone()], vec![]);
        sleep(Duration::from_secs(60)).await;
        running.end().await;
        let [gap] = step.gaps().try_into().unwrap();
        let least = Duration::from_secs(limit);
        assert!(gap >= least + SECOND / 2 && gap <= least + SECOND * 2, "{gap:?}");
        assert_eq!((step.attempts(), bench.tasks().await), (vec![1, 2], vec![]));
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_run_at_once_than_there_are_slots() {
    let bench = Bench::new();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, highest) = (now.clone(), most.clone());
    let step = TestStep::new(2, move |_| {
        let (now, most) = (counted.clone(), highest.clone());
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            sleep(SECOND).await;
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(Outcome::Finished)
        }
    });
    bench.add("work", (0..6).map(|n| n.to_string())).await;
    let running = bench.start("one", vec![step.clone()], vec![]);
    sleep(SECOND * 7 / 2).await;
    assert_eq!(
        (most.load(Ordering::SeqCst), bench.tasks().await),
        (2, vec![]),
        "three seconds for three pairs"
    );
    running.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_step_that_panics_takes_no_slot_with_it() {
    let bench = Bench::new();
    let step = TestStep::new(1, |task| async move {
        assert!(task.key != "bad" || task.attempts > 1, "as told");
        Ok(Outcome::Finished)
    });
    bench.add("work", ["bad".to_owned(), "good".to_owned()]).await;
    let running = bench.start("one", vec![step.clone()], vec![]);
    sleep(Duration::from_secs(5)).await;
    assert_eq!(step.runs().len(), 2);
    sleep(Duration::from_secs(120)).await;
    running.end().await;
    assert_eq!((step.runs().len(), bench.tasks().await), (3, vec![]), "its lease ran out, and it was done");
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_what_is_under_way_end_and_begins_nothing_new() {
    let bench = Bench::new();
    let step = TestStep::new(1, |_| async {
        sleep(Duration::from_secs(5)).await;
        Ok(Outcome::Finished)
    });
    bench.add("work", ["a".to_owned(), "b".to_owned()]).await;
    let running = bench.start("one", vec![step.clone()], vec![]);
    sleep(SECOND).await;
    running.end().await;
    assert_eq!((bench.seconds(), step.runs().len()), (5, 1));
    let [task] = bench.tasks().await.try_into().unwrap();
    assert_eq!((task.key.as_str(), task.state), ("b", TaskState::Waiting));
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_wait_for_a_turn() {
    let bench = Bench::new();
    let step = TestStep::new(1, |_| async { Ok(Outcome::NotYet(SECOND * 3)) });
    bench.add("work", ["a".to_owned()]).await;
    let running = bench.start("one", vec![step.clone()], vec![]);
    sleep(SECOND).await;
    running.end().await;
    assert_eq!(bench.seconds(), 1);
    let [task] = bench.tasks().await.try_into().unwrap();
    assert_eq!(task.state, TaskState::Waiting);
}

/// Several tasks for each key: of one key only one runs at a time, whoever runs it.
#[tokio::test(start_paused = true)]
async fn two_runners_share_the_work_and_never_the_task() {
    let bench = Bench::new();
    let running_now: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let step = || {
        let running_now = running_now.clone();
        TestStep::new(4, move |task| {
            let running_now = running_now.clone();
            async move {
                assert!(running_now.lock().unwrap().insert(task.key.clone()), "{} runs twice", task.key);
                sleep(Duration::from_millis(300)).await;
                running_now.lock().unwrap().remove(&task.key);
                Ok(Outcome::Finished)
            }
        })
    };
    let due_at = bench.clock.now();
    let task = |(key, sequence): (u64, u64)| {
        let key = key.to_string();
        NewTask { kind: "work", key, sequence, payload: String::new(), due_at }
    };
    let tasks = (0..10).flat_map(|key| (0..3).map(move |n| (key, n))).map(task).collect();
    bench.store.append(Append { tasks, ..Append::default() }).await.unwrap();
    let (one, other) = (step(), step());
    let first = bench.start("one", vec![one.clone()], vec![]);
    let second = bench.start("other", vec![other.clone()], vec![]);
    sleep(Duration::from_secs(30)).await;
    first.end().await;
    second.end().await;
    assert_eq!((one.runs().len() + other.runs().len(), bench.tasks().await), (30, vec![]));
    assert!(!one.runs().is_empty() && !other.runs().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_work_of_a_dead_process_is_taken_over_when_its_lease_ends() {
    let bench = Bench::new();
    bench.add("work", ["a".to_owned()]).await;
    let two_minutes = Duration::from_secs(120);
    bench.store.lease_tasks(&["work"], "dead", bench.clock.now(), two_minutes, 1).await.unwrap();
    let step = TestStep::telling(&[finished]);
    let running = bench.start("one", vec![step.clone()], vec![]);
    sleep(Duration::from_secs(119)).await;
    assert_eq!(step.runs().len(), 0);
    sleep(Duration::from_secs(2)).await;
    running.end().await;
    assert_eq!((step.attempts(), bench.tasks().await), (vec![2], vec![]));
}
