//! A pooler between store and server: a real one where `WINDLASS_TEST_PGBOUNCER` names its program, and otherwise only the
//! store's behaviour for one.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use windlass_store::{Location, PostgresLocation};
use windlass_test_postgres::{Database, shared_cluster};

const PROGRAM: &str = "WINDLASS_TEST_PGBOUNCER";

/// The way to that database which a transaction pooler leaves.
pub(crate) fn location(database: &Database) -> Location {
    let url = match std::env::var(PROGRAM) {
        Ok(program) => format!("postgres://postgres@127.0.0.1:{}/{}", port(&program), database.name()),
        Err(_) => database.url(),
    };
    Location::Postgres(PostgresLocation { statement_cache: 0, ..PostgresLocation::new(url) })
}

/// The port of the pooler before the tests' server, started by the first that asks. A shell ends it with this process.
fn port(program: &str) -> u16 {
    static PORT: OnceLock<u16> = OnceLock::new();
    *PORT.get_or_init(|| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let server = shared_cluster().unwrap().port();
        // The shell takes it away: the pooler reads it as another user, who cannot see a temporary folder of ours.
        let file = std::env::temp_dir().join(format!("windlass-pooler-{}.ini", std::process::id()));
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={server} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n\
             default_pool_size = 4\nmax_client_conn = 2000\nlogfile =\npidfile =\n"
        );
        fs::write(&file, settings).unwrap();
        let line = r#""$0" -q $1 "$2" & cat; kill $!; rm "$2""#;
        let user = if cfg!(unix) && is_root() { "-upostgres" } else { "-q" };
        let mut shell = Command::new("sh");
        shell.args(["-c", line, program, user]).arg(&file).stdin(Stdio::piped());
        // Its input stays open as long as this process lives.
        std::mem::forget(shell.spawn().unwrap());
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        port
    })
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}
