//! Event handlers: each follows the log from its own checkpoint, on one process at a time, and holds up nobody else.

mod build;
mod duty;
mod handler;
mod page;
mod reading;

pub use build::{BuildError, BuildProgress, FeedBuild};
pub use duty::Subscribe;
pub use handler::Handler;
