//! Steps, duties and the runner over the memory store, with a ledger and a rail that answer as a test tells them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect has failed"
)]

mod bench;
mod clock;
mod errors;
mod expire;
mod ledger;
mod pay;
mod pay_out;
mod publish;
mod rail;
mod runner;
mod runner_duties;
mod runner_once;
mod script;
mod submit;
mod subscriptions;
mod watch;
mod world;
