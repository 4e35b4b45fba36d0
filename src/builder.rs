//! For those who embed Windlass: its event handlers and theirs, and then its command line.

use std::{process::ExitCode, sync::Arc};

use windlass_projections::feed::{Effect, Feed};
use windlass_store::InlineProjection;
use windlass_workers::Handler;

use crate::{handlers::Handlers, run};

/// An anchor with event handlers of one's own. See `docs/event-handlers.md`.
#[derive(Clone, Default)]
pub struct Builder {
    handlers: Handlers,
}

impl Builder {
    /// With Windlass' own event handlers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds rows that are written in each append's transaction.
    #[must_use]
    pub fn inline(mut self, projection: impl InlineProjection + 'static) -> Self {
        self.handlers.inline.push(Arc::new(projection));
        self
    }

    /// Adds tables that are kept from the log, exactly once.
    #[must_use]
    pub fn feed(mut self, feed: impl Feed + 'static) -> Self {
        self.handlers.subscriptions.push(Handler::Feed(Arc::new(feed)));
        self
    }

    /// Adds something that is done outside for events, at least once.
    #[must_use]
    pub fn effect(mut self, effect: impl Effect + 'static) -> Self {
        self.handlers.subscriptions.push(Handler::Effect(Arc::new(effect)));
        self
    }

    /// Runs the command line of this process.
    pub fn run(self) -> ExitCode {
        run::run(self.handlers)
    }
}
