//! Windlass as a library: [`config::Config`] is read, [`anchor::Anchor`] wires the ports and runs.
//!
//! The binary is [`run`] and nothing else.

pub mod anchor;
mod audit;
pub mod cli;
pub mod config;
pub mod demo;
mod events;
mod logging;
mod run;
mod sandbox;
mod secrets;
mod server;
mod system;
mod tokens;

pub use run::run;
