//! Backups as the book describes them, restored, and gone on with: no reader loses its order.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect has failed"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::{Connection, Executor, SqliteConnection};
use windlass_store::{
    Append, Database, EventStore, Location, LogPosition, NewEvent, RecordedEvent, StreamAppend, StreamId,
};
use windlass_test_postgres::{Cluster, Mode, Options};

async fn open(url: &str) -> Database {
    Database::open(&Location::parse(url).unwrap(), vec![]).await.unwrap()
}

async fn add(database: &Database, id: &str) -> LogPosition {
    let stream = StreamId::new("transfer", id);
    let history = database.load(&stream).await.unwrap();
    let event = NewEvent {
        event_type: "Begun".to_owned(),
        event_version: "1".to_owned(),
        payload: "{ \"n\": 1.0 }".to_owned(),
        metadata: "{}".to_owned(),
    };
    let streams = vec![StreamAppend { stream, history, events: vec![event] }];
    let appended = database.append(Append { streams, ..Append::default() }).await.unwrap();
    appended.streams[0][0].at
}

async fn add_all(database: &Database, prefix: &str, count: u32) {
    for n in 0..count {
        add(database, &format!("{prefix}-{n}")).await;
    }
}

async fn read(database: &Database, after: LogPosition) -> Vec<RecordedEvent> {
    while database.is_held_back().await.unwrap() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    database.read_log(after, 10_000).await.unwrap()
}

/// Uses up transactions of the cluster.
fn burn(cluster: &Cluster) {
    let many = "DO $$ BEGIN FOR n IN 1..5000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$";
    cluster.run("psql", ["-c", many]).unwrap();
}

/// Dumps the database `anchor` of one cluster, and restores it into another that has none.
fn move_by_dump(from: &Cluster, to: &Cluster) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("anchor.dump").display().to_string();
    from.run("pg_dump", ["-Fc", "-f", &file, "anchor"]).unwrap();
    to.create_database("anchor").unwrap();
    to.run("pg_restore", ["--exit-on-error", "-d", "anchor", &file]).unwrap();
}

/// Four processes open the restored database at once and append; whoever had read up to `seen` reads exactly what is new.
async fn goes_on(cluster: &Cluster, before: &[RecordedEvent], name: &str) {
    let url = cluster.url("anchor");
    let opened = tokio::join!(open(&url), open(&url), open(&url), open(&url));
    let processes = [opened.0, opened.1, opened.2, opened.3];
    assert_eq!(read(&processes[0], LogPosition::START).await, before);
    let seen = before.last().unwrap().at;
    let mut new = BTreeSet::new();
    let mut reader = seen;
    let mut read_on = vec![];
    for round in 0..10 {
        let add = |process: usize| add_named(&processes[process], format!("{name}-{round}-{process}"));
        let added = tokio::join!(add(0), add(1), add(2), add(3));
        new.extend([added.0, added.1, added.2, added.3]);
        let page = read(&processes[round % 4], reader).await;
        reader = page.last().map_or(reader, |event| event.at);
        read_on.extend(page);
    }
    read_on.extend(read(&processes[0], reader).await);
    assert!(new.iter().all(|at| *at > seen), "an event came before {seen:?}: {new:?}");
    assert_eq!(read_on.iter().map(|event| event.at).collect::<Vec<_>>(), new.into_iter().collect::<Vec<_>>());
    // Somebody who was in the middle of it goes on there as well.
    let middle = before[before.len() / 2].at;
    assert_eq!(read(&processes[1], middle).await.len(), before.len() - before.len() / 2 - 1 + read_on.len());
    for process in processes {
        process.close().await;
    }
}

async fn add_named(database: &Database, id: String) -> LogPosition {
    add(database, &id).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_is_restored_into_a_new_cluster_twice_and_readers_keep_their_order() {
    let old = Cluster::start(Options::default()).unwrap();
    old.create_database("anchor").unwrap();
    burn(&old);
    let database = open(&old.url("anchor")).await;
    add_all(&database, "old", 50).await;
    let before = read(&database, LogPosition::START).await;
    database.close().await;

    let new = Cluster::start(Options::default()).unwrap();
    move_by_dump(&old, &new);
    goes_on(&new, &before, "new").await;

    // The offset is in the dump, and is not enough for a cluster that is newer still.
    let before = read(&open(&new.url("anchor")).await, LogPosition::START).await;
    let newest = Cluster::start(Options::default()).unwrap();
    move_by_dump(&new, &newest);
    goes_on(&newest, &before, "newest").await;

    // Into a cluster that is ahead, it is more than enough.
    let before = read(&open(&newest.url("anchor")).await, LogPosition::START).await;
    let ahead = Cluster::start(Options::default()).unwrap();
    burn(&ahead);
    burn(&ahead);
    move_by_dump(&newest, &ahead);
    goes_on(&ahead, &before, "ahead").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_merely_reconnects_to_the_restored_log_keeps_the_order() {
    let old = Cluster::start(Options::default()).unwrap();
    old.create_database("anchor").unwrap();
    burn(&old);
    let database = open(&old.url("anchor")).await;
    add_all(&database, "old", 20).await;
    let before = read(&database, LogPosition::START).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("anchor.dump").display().to_string();
    old.run("pg_dump", ["-Fc", "-f", &file, "anchor"]).unwrap();
    let port = old.port();
    old.stop(Mode::Fast).unwrap();

    let new = Cluster::start(Options { port: Some(port), ..Options::default() }).unwrap();
    new.create_database("anchor").unwrap();
    new.run("pg_restore", ["--exit-on-error", "-d", "anchor", &file]).unwrap();
    // The process is the same as before; what it appends at first may meet a connection that is gone.
    let mut tries = 0;
    let first = loop {
        let stream = StreamId::new("transfer", "after");
        match database.load(&stream).await {
            Ok(_) => break add(&database, "after").await,
            Err(error) => assert!(tries < 50, "{error}"),
        }
        tries += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    add_all(&database, "later", 20).await;
    let seen = before.last().unwrap().at;
    assert!(first > seen, "{first} came before {seen}");
    let after = read(&database, seen).await;
    assert_eq!((after.len(), after[0].at), (21, first));
    assert!(after.is_sorted_by_key(|event| event.at));
    database.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sqlite_file_is_backed_up_while_it_is_written_and_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("windlass.db"), folder.path().join("backup.db"));
    let database = Database::sqlite(&path, vec![]).await.unwrap();
    add_all(&database, "old", 20).await;
    let before = read(&database, LogPosition::START).await;
    let writing = tokio::spawn({
        let database = database.clone();
        async move { add_all(&database, "meanwhile", 200).await }
    });
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    connection.execute(&*format!("VACUUM INTO '{}'", copy.display())).await.unwrap();
    writing.await.unwrap();

    let restored = Database::sqlite(&copy, vec![]).await.unwrap();
    let there = read(&restored, LogPosition::START).await;
    assert_eq!(there[..20], before);
    assert_eq!(there, read(&database, LogPosition::START).await[..there.len()]);
    let last = there.last().unwrap().at;
    let new = add(&restored, "after").await;
    assert_eq!(read(&restored, last).await.iter().map(|event| event.at).collect::<Vec<_>>(), [new]);
}
