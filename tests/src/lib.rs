//! The harness of the whole-system tests: real processes, spoken to over HTTP, and the [`books`] checked at the end.
//!
//! A [`World`] is a sandbox process, any number of `serve` and `work` processes on one database, SQLite or
//! PostgreSQL. A [`wallet`] goes through it as a user would; [`faults`] make network and bank misbehave.

pub mod balancer;
pub mod books;
pub mod crash_points;
pub mod faults;
pub mod parallel;
mod ports;
mod process;
pub mod proxy;
mod wait;
pub mod wallet;
mod world;

pub use ports::free_port;
pub use process::{Process, Program};
pub use wait::{LONG, until};
pub use world::{On, World};
