//! Servers of one's own, and the one that is shared.

use std::{process::Stdio, thread};

use windlass_test_postgres::{Cluster, Mode, Options, fresh_database, shared_cluster};

/// What a query gives, without decoration.
fn ask(cluster: &Cluster, url: &str, query: &str) -> anyhow::Result<String> {
    let answer = cluster.run("psql", ["--no-align", "--tuples-only", "--quiet", "--command", query, url])?;
    Ok(answer.trim_end().to_owned())
}

#[test]
fn what_is_committed_is_there_after_every_way_of_stopping() {
    let cluster = Cluster::start(Options::default()).unwrap();
    cluster.create_database("kept").unwrap();
    let url = cluster.url("kept");
    ask(&cluster, &url, "CREATE TABLE stops (mode text)").unwrap();
    for mode in [Mode::Smart, Mode::Fast, Mode::Immediate] {
        ask(&cluster, &url, &format!("INSERT INTO stops VALUES ('{mode:?}')")).unwrap();
        cluster.stop(mode).unwrap();
        ask(&cluster, &url, "SELECT 1").unwrap_err();
        cluster.start_again().unwrap();
    }
    cluster.restart(Mode::Fast).unwrap();
    let stops = ask(&cluster, &url, "SELECT string_agg(mode, ' ') FROM stops").unwrap();
    assert_eq!(stops, "Smart Fast Immediate");
}

#[test]
fn a_server_has_the_settings_and_the_durability_that_were_asked_for() {
    let settings = vec![("cluster_name".to_owned(), "it's mine".to_owned())];
    let cluster = Cluster::start(Options { settings, ..Options::durable() }).unwrap();
    let shown = |cluster: &Cluster, setting: &str| {
        ask(cluster, &cluster.url("postgres"), &format!("SHOW {setting}")).unwrap()
    };
    assert_eq!(shown(&cluster, "cluster_name"), "it's mine");
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        assert_eq!(shown(&cluster, setting), "on", "{setting}");
    }
    let shared = shared_cluster().unwrap();
    assert_eq!(shown(shared, "fsync"), "off");
    assert_eq!(shown(shared, "max_connections"), "300");
    assert_ne!(shared.port(), cluster.port());
}

#[test]
fn a_server_starts_on_the_port_that_was_asked_for_or_says_why_not() {
    let port = {
        let gone = Cluster::start(Options::default()).unwrap();
        gone.port()
    };
    let options = Options { port: Some(port), ..Options::default() };
    let cluster = Cluster::start(options.clone()).unwrap();
    assert_eq!(cluster.port(), port);
    let refusal = format!("{:#}", Cluster::start(options).unwrap_err());
    assert!(refusal.contains("Address already in use"), "{refusal}");
}

#[test]
fn the_folder_goes_with_the_server() {
    let cluster = Cluster::start(Options::default()).unwrap();
    let folder = cluster.folder().to_owned();
    assert!(folder.join("data/postmaster.pid").exists());
    drop(cluster);
    assert!(!folder.exists());
}

#[test]
fn each_test_has_an_empty_database_of_its_own_while_it_runs() {
    let cluster = shared_cluster().unwrap();
    let tests: Vec<_> = (0..8)
        .map(|number| {
            thread::spawn(move || {
                let database = fresh_database().unwrap();
                let url = database.url();
                ask(cluster, &url, "CREATE TABLE mine (number int)").unwrap();
                ask(cluster, &database.socket_url(), &format!("INSERT INTO mine VALUES ({number})")).unwrap();
                assert_eq!(ask(cluster, &url, "SELECT number FROM mine").unwrap(), number.to_string());
                assert_eq!(ask(cluster, &url, "SELECT current_database()").unwrap(), database.name());
                url
            })
        })
        .collect();
    for test in tests {
        let url = test.join().unwrap();
        let refusal = ask(cluster, &url, "SELECT 1").unwrap_err().to_string();
        assert!(refusal.contains("does not exist"), "{refusal}");
    }
}

#[test]
fn a_database_goes_although_somebody_is_connected() {
    let cluster = shared_cluster().unwrap();
    let database = fresh_database().unwrap();
    let name = database.name().to_owned();
    let mut sleeper = cluster.client("psql");
    sleeper.args(["--quiet", "--command", "SELECT pg_sleep(60)", &name]).stderr(Stdio::null());
    let mut sleeper = sleeper.spawn().unwrap();
    let connected = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'");
    while ask(cluster, &cluster.url("postgres"), &connected).unwrap() == "0" {
        assert!(sleeper.try_wait().unwrap().is_none(), "it did not connect");
    }
    drop(database);
    assert!(!sleeper.wait().unwrap().success());
    let databases = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
    assert_eq!(ask(cluster, &cluster.url("postgres"), &databases).unwrap(), "0");
}
