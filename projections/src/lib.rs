//! The read side: rows that are written in the append's transaction (`inline`), what follows the log (`feed`), what
//! API and workers ask (`query`), and the tamper evidence (`seal`).

pub mod feed;
pub mod inline;
mod query;
pub mod seal;
mod view;

use std::sync::Arc;

use windlass_store::InlineProjection;

pub use query::{
    Backend, Page, Queries, QueryError, SourceAccount, TimelineEvent, TransferFilter, audit, sep24,
};
pub use view::TransferView;
pub use windlass_store::{LogPosition, ParsePositionError};

/// Every inline projection of Windlass, to be handed to the store.
pub fn inline_projections() -> Vec<Arc<dyn InlineProjection>> {
    vec![Arc::new(inline::Transfers), Arc::new(inline::StellarTransactions)]
}
