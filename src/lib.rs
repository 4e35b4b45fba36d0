//! Windlass as a library: [`config::Config`] is read, [`anchor::Anchor`] wires the ports and runs.
//!
//! The binary is [`run`] and nothing else. Who adds event handlers writes `windlass::Builder::new().feed(…).run()`.

pub mod anchor;
mod audit;
mod builder;
pub mod cli;
pub mod config;
mod copy;
pub mod demo;
mod erase;
mod events;
pub mod handlers;
mod key_file;
mod logging;
mod parts;
mod replay;
mod report;
mod rotate;
mod run;
mod sandbox;
mod sealing;
mod secrets;
mod server;
mod subscriptions;
mod system;
mod tokens;
pub mod work;

pub use builder::Builder;
// What event handlers are made of.
pub use windlass_projections::feed;
pub use {windlass_domain as domain, windlass_store as store, windlass_workers as workers};

/// Runs the command line of this process with Windlass' own event handlers.
pub fn run() -> std::process::ExitCode {
    Builder::new().run()
}
