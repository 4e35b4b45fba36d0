//! The HTTP face: SEP-1, SEP-10, SEP-24, the pages that users see, what auditors read, and health.
//!
//! Handlers read a request, call a command or a query, and shape the answer. They hold no rules and no SQL.

mod api;
mod audit;
mod auth;
mod config;
mod error;
mod fields;
mod guard;
mod health;
mod pages;
mod router;
mod sep01;
mod sep10;
mod sep24;
mod serve;
mod timeline;

pub use api::{Api, ConfigError};
pub use auth::{InvalidName, OperatorTokens, Role, UnknownRole};
pub use config::{ApiConfig, ChallengeRate, Organization, SandboxLinks};
pub use router::router;
pub use serve::serve;
