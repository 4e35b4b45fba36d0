//! A server ends with the process that started it, however that ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot start PostgreSQL fails")]

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use windlass_test_postgres::{Cluster, Options};

const LONG: Duration = Duration::from_secs(30);

/// Another process with a server of its own.
struct Other {
    process: Child,
    folder: PathBuf,
    server: u32,
}

impl Other {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_throwaway-postgres"));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(process.stdout.take().unwrap()).lines().nth(1).unwrap().unwrap();
        let folder = PathBuf::from(said);
        let pid = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
        let server = pid.lines().next().unwrap().parse().unwrap();
        assert!(runs(server, &folder), "the server does not run");
        Self { process, folder, server }
    }

    fn leaves_nothing(&self) {
        let start = Instant::now();
        while self.folder.exists() || runs(self.server, &self.folder) {
            assert!(start.elapsed() < LONG, "{} is still there", self.folder.display());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Whether the server of that folder runs under that id; a dead process that nobody waited for has no command line.
fn runs(server: u32, folder: &Path) -> bool {
    let line = fs::read(format!("/proc/{server}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line).contains(folder.to_str().unwrap())
}

#[test]
fn a_killed_process_leaves_neither_server_nor_folder() {
    let mut other = Other::start();
    other.process.kill().unwrap();
    other.process.wait().unwrap();
    other.leaves_nothing();
}

#[test]
fn a_process_that_ends_by_itself_leaves_neither_server_nor_folder() {
    let mut other = Other::start();
    // This closes its input.
    assert!(other.process.wait().unwrap().success());
    other.leaves_nothing();
}

#[test]
fn a_child_of_the_process_keeps_nothing_alive() {
    let cluster = Cluster::start(Options::default()).unwrap();
    let folder = cluster.folder().to_owned();
    let mut child = Command::new("sleep").arg("60").spawn().unwrap();
    // This returns when the guardian has ended.
    drop(cluster);
    let outlived = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(outlived && !folder.exists());
}
