//! What auditors read: a transfer's timeline, and the log. Whoever reads is logged, with what was read.

mod events;
mod query;
mod stream;
mod transfer;

pub(crate) use events::events;
pub(crate) use stream::Streams;
pub(crate) use transfer::{transfer, transfer_events};
