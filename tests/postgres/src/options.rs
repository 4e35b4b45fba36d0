//! How a server is set up.

/// How a server is set up; [`Options::default`] is for tests, [`Options::durable`] for benchmarks.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether what is committed survives a crash of the *machine*. Without it everything is faster, and what is
    /// committed still survives the server's own end, however sudden.
    pub fsync: bool,
    /// Lines of `postgresql.conf`, name and value; they win over ours.
    pub settings: Vec<(String, String)>,
    /// The port on 127.0.0.1; a free one where none is named.
    pub port: Option<u16>,
}

impl Options {
    /// Durability as PostgreSQL has it by default.
    #[must_use]
    pub fn durable() -> Self {
        Self { fsync: true, ..Self::default() }
    }

    /// What is to stand at the end of `postgresql.conf`, for sockets in that folder (a path without quotes).
    pub(crate) fn configuration(&self, sockets: &str) -> String {
        let mut lines = format!(
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = '{sockets}'\nmax_connections = 300\n"
        );
        if !self.fsync {
            // A commit is still written to the log at once (`synchronous_commit`): it costs next to nothing without
            // fsync, and tests that stop the server count on it.
            lines.push_str("fsync = off\nfull_page_writes = off\n");
        }
        for (name, value) in &self.settings {
            lines.push_str(&format!("{name} = '{}'\n", value.replace('\'', "''")));
        }
        lines
    }
}
