//! Event handlers that follow the log: a [`Feed`] keeps tables, exactly once; an [`Effect`] does something outside, at
//! least once. Neither is ever part of an append, and neither slows one down.

mod effect;
mod error;
mod filter;
mod statement;
mod traits;
mod view;

pub use effect::{Effect, idempotency_key};
pub use error::HandlerError;
pub use filter::Filter;
pub use statement::FeedStatement;
pub use traits::Feed;
pub use view::FeedView;
pub use windlass_store::Start;
