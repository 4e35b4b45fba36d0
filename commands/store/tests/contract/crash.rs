//! A process that is killed while it writes: what it was promised is there, and whole.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use tokio::task::JoinSet;
use windlass_store::{Database, EventStore, Location, Statement};

use crate::fixture::{Histories, append, transfer};

const URL: &str = "WINDLASS_TEST_CRASH_URL";
const STREAMS: usize = 4;

async fn open(url: &str) -> Database {
    Database::open(&Location::parse(url).unwrap(), vec![Arc::new(Histories)]).await.unwrap()
}

#[tokio::test]
async fn what_was_acknowledged_survives_being_killed_at_any_moment_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("w.db").display());
    let differing =
        "SELECT e.aggregate_id FROM events AS e LEFT JOIN histories AS h ON h.key = e.aggregate_id
        GROUP BY e.aggregate_id
        HAVING h.sequence IS NOT count(*) OR json_array_length(h.events) IS NOT count(*)";
    kill_again_and_again(&url, differing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_being_killed_at_any_moment_in_postgres() {
    let home = windlass_test_postgres::fresh_database().unwrap();
    let differing = "SELECT e.aggregate_id FROM events AS e LEFT JOIN histories AS h ON h.key = e.aggregate_id
        GROUP BY e.aggregate_id, h.sequence, h.events
        HAVING h.sequence IS DISTINCT FROM count(*) OR json_array_length(h.events::json) IS DISTINCT FROM count(*)";
    kill_again_and_again(&home.url(), differing).await;
}

async fn kill_again_and_again(url: &str, differing: &'static str) {
    for round in 0..6 {
        let mut writer = start(url);
        let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines().map(Result::unwrap);
        let told = lines.by_ref().filter_map(|line| acknowledged(&line));
        let mut promised: Vec<(String, u64)> = told.take(7 + 11 * round).collect();
        writer.kill().unwrap();
        writer.wait().unwrap();
        promised.extend(lines.filter_map(|line| acknowledged(&line)));

        let store = open(url).await;
        for (id, sequence) in promised {
            let events = store.load(&transfer(&id)).await.unwrap();
            assert!(events.len() as u64 >= sequence, "{id} has lost its event {sequence}");
        }
        let differing = store.read(Statement::new(differing)).await.unwrap();
        let differing: Vec<String> = differing.iter().map(|row| row.get(0).unwrap()).collect();
        assert!(differing.is_empty(), "rows and log differ for {differing:?}");
        store.close().await;
    }
}

/// The process that is killed; without a database there is nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by the test above, which kills it"]
async fn a_process_that_appends_without_end() {
    let Ok(url) = std::env::var(URL) else { return };
    let store = open(&url).await;
    let mut writers = JoinSet::new();
    for stream in 0..STREAMS {
        let store = store.clone();
        writers.spawn(async move {
            let id = format!("t{stream}");
            loop {
                let history = store.load(&transfer(&id)).await.unwrap();
                let events = &["Tick", "Tock"][..1 + history.len() % 2];
                let appended = store.append(append(&id, history, events)).await.unwrap();
                let last = appended.streams[0].last().unwrap().sequence;
                // One write, so that no line is torn.
                let line = format!("acknowledged {id} {last}\n");
                std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
            }
        });
    }
    // One ends only by failing, as when nobody reads what it says any more.
    writers.join_next().await;
}

fn start(url: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "crash::a_process_that_appends_without_end"])
        .env(URL, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Stream and sequence, from a whole line that the writer wrote.
fn acknowledged(line: &str) -> Option<(String, u64)> {
    let (_, told) = line.split_once("acknowledged ")?;
    let (id, sequence) = told.split_once(' ')?;
    Some((id.to_owned(), sequence.parse().ok()?))
}
