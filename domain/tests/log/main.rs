//! The log's format: a golden log that is read for ever, and the catalogue of events.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot read its files fails")]

mod catalogue;
mod golden;
mod render;
mod replay;
mod source;
