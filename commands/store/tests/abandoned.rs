//! What is abandoned midway, as by a time limit, leaves no transaction open for the next user of its connection.

use std::time::Duration;

use windlass_store::{Database, Location, Statement};

const OPEN: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%'";

#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_transaction_is_not_committed_by_the_next_user_of_its_connection() {
    let server = windlass_test_postgres::fresh_database().unwrap();
    let database = Database::open(&Location::parse(&server.url()).unwrap(), vec![]).await.unwrap();
    database.write_one(Statement::new("CREATE TABLE notes (id bigint)")).await.unwrap();
    for _ in 0..8 {
        let insert = || Statement::new("INSERT INTO notes (id) VALUES (1) RETURNING id");
        let slow = Statement::new("SELECT 1 FROM (SELECT pg_sleep(0.2)) AS slept");
        let writing = database.write_if(insert(), vec![slow, insert()], Some(Duration::from_secs(2)));
        tokio::time::timeout(Duration::from_millis(60), writing).await.unwrap_err();
        // Whoever comes next, and commits.
        database.write(vec![Statement::new("SELECT 1"), Statement::new("SELECT 1")]).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    let count =
        async |query| database.read_one(Statement::new(query)).await.unwrap().unwrap().count(0).unwrap();
    assert_eq!(count("SELECT count(*) FROM notes").await, 0, "half a transaction was committed");
    assert_eq!(count(OPEN).await, 0, "a transaction was left open");
}
