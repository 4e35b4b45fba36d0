//! Windlass as a library: [`config::Config`] is read, [`anchor::Anchor`] wires the ports and runs.
//!
//! The binary is [`run`] and nothing else.

pub mod anchor;
pub mod cli;
pub mod config;
mod copy;
pub mod demo;
mod erase;
mod events;
mod key_file;
mod logging;
mod report;
mod rotate;
mod run;
mod sandbox;
mod secrets;
mod server;
mod system;

pub use run::run;
