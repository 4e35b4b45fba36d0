//! No statement walks through a whole table, whether that is empty or large, and pages come in order without a sort.

use sqlx::{Connection, Executor, PgConnection, Row};
use windlass_test_postgres::Database as Home;

use super::super::sql;
use super::shapes::{Counts, builds, of_each_part, projected, text};
use super::{connection, fresh};
use crate::sql::job::AppendJob;
use crate::sql::texts::{self, PORTABLE};
use crate::{Dialect, InlineProjection, Statement};

/// Streams of three events, tasks of every sort, names.
const MANY: &str = "
    INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
        SELECT 'Transfer', 't' || n, s, 'Tick', '1', '{}', '{}'
        FROM generate_series(1, 10000) AS n, generate_series(1, 3) AS s;
    INSERT INTO tasks (kind, key, sequence, payload, due_at, parked, leased_until, running_key)
        SELECT 'pay', 't' || n, 1, '', n, (n % 7 = 0)::int,
            CASE WHEN n % 100 = 0 THEN n END, CASE WHEN n % 100 = 0 THEN 't' || n END
        FROM generate_series(1, 20000) AS n;
    INSERT INTO reservations SELECT 'memo', n::text, 't' || n, n FROM generate_series(1, 10000) AS n;
    INSERT INTO commands SELECT n::text, '', '', 0 FROM generate_series(1, 10000) AS n;
    INSERT INTO counts SELECT 't' || n, 3, NULL FROM generate_series(1, 10000) AS n;
    ANALYZE";

/// A small database and a large one, each with a connection that has the store's settings.
async fn small_and_large() -> Vec<(Home, PgConnection)> {
    let mut both = Vec::new();
    for is_large in [false, true] {
        let (home, store) = fresh(vec![std::sync::Arc::new(Counts)]).await;
        store.write_one(Statement::script(Counts.schema(Dialect::Postgres), "_2")).await.unwrap();
        let mut connection = connection(&home).await;
        if is_large {
            connection.execute(sqlx::raw_sql(MANY)).await.unwrap();
        }
        both.push((home, connection));
    }
    both
}

/// The plan that is made once and for all parameters.
async fn plan(connection: &mut PgConnection, sql: &str) -> Vec<String> {
    let parameters = (1..).take_while(|number| sql.contains(&format!("${number}"))).count();
    let nulls = vec!["NULL"; parameters].join(", ");
    let arguments = if nulls.is_empty() { nulls } else { format!("({nulls})") };
    connection.execute(sqlx::raw_sql(&format!("PREPARE planned AS {sql}"))).await.unwrap();
    let explain = format!("EXPLAIN EXECUTE planned{arguments}");
    let rows = connection.fetch_all(sqlx::raw_sql(&explain)).await.unwrap();
    connection.execute(sqlx::raw_sql("DEALLOCATE planned")).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn pages_of_the_log_streams_and_due_tasks_come_from_an_index_without_a_sort() {
    for (_home, mut connection) in small_and_large().await {
        for (sql, index, condition) in [
            (
                sql::READ_LOG,
                "events_log on events",
                "Index Cond: ((ROW(tx, \"position\") > ROW($1, $2)) AND (tx < $0))",
            ),
            (sql::HELD_BACK, "events_log on events", "Index Cond: (tx >= "),
            (sql::LOAD, "events_pkey on events", "Index Cond: ((aggregate_type = "),
            (
                sql::STREAMS,
                "events_pkey on events",
                "Index Cond: ((aggregate_type = $1) AND (aggregate_id > $2))",
            ),
            (sql::LEASE_TASKS, "tasks_due on tasks t", "Index Cond: (due_at <= $3)"),
            (sql::NEXT_DUE, "tasks_due on tasks t", ""),
            (texts::WAITING_TASKS, "tasks_due on tasks", ""),
            (texts::PARKED_TASKS, "tasks_parked on tasks", ""),
            (texts::DROP_EXPIRED, "reservations_expiry on reservations", "Index Cond: (expires_at <= $1)"),
        ] {
            let plan = plan(&mut connection, sql).await;
            let has = |text: &str| plan.iter().any(|step| step.contains(text));
            assert!(has(&format!("using {index}")), "{sql}: {plan:#?}");
            assert!(has(condition), "{sql}: {plan:#?}");
            // The few tasks that run may be sorted.
            let sorts = has("Sort") && sql != sql::NEXT_DUE;
            assert!(!sorts, "{sql}: {plan:#?}");
        }
        connection.close().await.unwrap();
    }
}

#[tokio::test]
async fn nothing_walks_through_a_whole_table_but_the_list_of_all_tasks() {
    let without = [texts::ALL_TASKS, texts::CREATE_SCHEMA_VERSIONS];
    for (_home, mut connection) in small_and_large().await {
        for sql in sql::ALL.iter().chain(PORTABLE).filter(|sql| !without.contains(sql)) {
            for step in plan(&mut connection, sql).await {
                let walk = step.contains("Seq Scan") && !step.contains("on projection_epoch");
                assert!(!walk, "{sql}: {step}");
            }
        }
        connection.close().await.unwrap();
    }
}

#[tokio::test]
async fn no_append_walks_through_a_whole_table() {
    let projected = projected();
    let jobs = of_each_part(&projected);
    for (_home, mut connection) in small_and_large().await {
        for builds in builds() {
            let alone = jobs.iter().map(|job| vec![job]);
            for group in alone.chain([jobs.iter().collect::<Vec<&AppendJob>>()]) {
                let text = text(&group, &projected, &builds);
                let plan = plan(&mut connection, &text).await;
                assert!(!plan.iter().any(|step| step.contains("Seq Scan")), "{text}: {plan:#?}");
            }
        }
        connection.close().await.unwrap();
    }
}
