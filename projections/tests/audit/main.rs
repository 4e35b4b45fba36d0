//! What auditors are told: the golden log, read from memory, SQLite and PostgreSQL alike.
#![expect(clippy::unwrap_used, reason = "a test that meets what it does not expect has failed")]

mod log;
mod stores;
mod timeline;
