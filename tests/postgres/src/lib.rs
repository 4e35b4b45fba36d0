//! A PostgreSQL database of its own for every test, on a server that ends with the test's process.
//!
//! Most tests take a [`fresh_database`] of the one server which their process shares. A test that stops its server, or
//! needs settings, starts a [`Cluster`] of its own. `cargo run -p windlass-test-postgres` gives one to try things with.

mod binaries;
mod cluster;
mod folder;
mod fresh;
mod guardian;
mod options;
mod owner;
mod ports;

pub use cluster::{Cluster, Mode};
pub use fresh::{Database, fresh_database, shared_cluster};
pub use options::Options;
