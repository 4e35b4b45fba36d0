//! Where a database is, as `DATABASE_URL` writes it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(PostgresLocation),
}

/// A PostgreSQL server, and how to speak to it.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresLocation {
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, perhaps through a pooler.
    pub url: String,
    /// A way past the pooler, for `LISTEN`. Without one, and where a pooler is in between, what other processes do is
    /// found by polling.
    pub direct_url: Option<String>,
    /// How many prepared statements a connection keeps; 0 for poolers that hand a connection to others between two
    /// transactions.
    pub statement_cache: usize,
    /// How many connections this process opens at most.
    pub connections: u32,
    /// How long to wait for a connection.
    pub patience: Duration,
}

/// The text is no database's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
pub struct ParseLocationError;

impl Location {
    /// Reads `sqlite:PATH` or `postgres://…`.
    ///
    /// # Errors
    /// [`ParseLocationError`] for anything else.
    pub fn parse(url: &str) -> Result<Self, ParseLocationError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            let path = PathBuf::from(path);
            return if path.as_os_str().is_empty() {
                Err(ParseLocationError)
            } else {
                Ok(Self::Sqlite(path))
            };
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(PostgresLocation::new(url)));
        }
        Err(ParseLocationError)
    }
}

impl PostgresLocation {
    /// With the usual settings.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            direct_url: None,
            statement_cache: 256,
            connections: 16,
            patience: Duration::from_secs(10),
        }
    }
}

impl fmt::Display for Location {
    /// Without a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(location) => f.write_str(&without_password(&location.url)),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for PostgresLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.url))
    }
}

/// The address up to the user's name, and from the host on; what follows a question mark may be a secret too.
fn without_password(url: &str) -> String {
    let url = url.split_once('?').map_or(url, |(url, _)| url);
    let Some((scheme, rest)) = url.split_once("://") else { return "postgres://…".to_owned() };
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split_once(':').map_or(user, |(user, _)| user);
            format!("{scheme}://{user}@{host}")
        }
        None => format!("{scheme}://{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_which_database() {
        assert_eq!(Location::parse("sqlite:data/w.db"), Ok(Location::Sqlite("data/w.db".into())));
        assert_eq!(Location::parse("sqlite:///var/w.db"), Ok(Location::Sqlite("/var/w.db".into())));
        assert!(matches!(Location::parse("postgresql://h/d"), Ok(Location::Postgres(_))));
        for wrong in ["", "sqlite:", "mysql://h/d", "w.db"] {
            assert_eq!(Location::parse(wrong), Err(ParseLocationError), "{wrong}");
        }
    }

    #[test]
    fn no_password_is_ever_shown() {
        for url in ["postgres://me:pa@ss@h:1/d?password=pass", "postgres://me:pass@h:1/d"] {
            let location = Location::parse(url).unwrap();
            assert_eq!(format!("{location} {location:?}"), "postgres://me@h:1/d postgres://me@h:1/d");
        }
    }
}
