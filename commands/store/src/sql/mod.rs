//! What the stores in SQLite and in PostgreSQL have in common: one writes as the other does, with the same tables.

pub(crate) mod engine;
mod event_store;
pub(crate) mod job;
pub(crate) mod part;
pub(crate) mod projected;
pub(crate) mod refusal;
pub(crate) mod rows;
pub(crate) mod texts;

pub(crate) use engine::{Engine, Failure, Transaction};
