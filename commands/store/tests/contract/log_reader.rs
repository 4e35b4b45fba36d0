//! The log read with the next page on its way.

use windlass_store::{Database, LogPosition};

use crate::fixture::{append, postgres_database, sqlite_database};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_is_read_once_and_in_order_in_sqlite() {
    let (database, _home) = sqlite_database().await;
    read_in_pages(&database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_is_read_once_and_in_order_in_postgres() {
    let (database, _home) = postgres_database().await;
    read_in_pages(&database).await;
}

async fn read_in_pages(database: &Database) {
    use windlass_store::EventStore;
    let mut all = Vec::new();
    for id in ["a", "b", "c", "d", "e", "f", "g"] {
        let new = append(id, vec![], &["One", "Two", "Three"]);
        all.extend(database.append(new).await.unwrap().streams.remove(0));
    }
    // Transactions of other tests on the same server hold the horizon back.
    while database.read_log(LogPosition::START, 100).await.unwrap().len() < all.len() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    for size in [1, 4, 7, 21, 22] {
        let mut log = database.log_after(LogPosition::START, size);
        let mut read = Vec::new();
        loop {
            let page = log.next().await.unwrap();
            assert!(page.len() <= size as usize);
            if page.is_empty() {
                break;
            }
            read.extend(page);
        }
        assert_eq!(read, all, "in pages of {size}");
        assert_eq!(log.next().await.unwrap(), vec![], "it has ended");
    }
    let mut log = database.log_after(all[4].at, 100);
    assert_eq!(log.next().await.unwrap(), all[5..]);
}
