//! An event handler of either sort.

use std::sync::Arc;

use time::OffsetDateTime;
use windlass_projections::feed::{Effect, Feed, Filter, Start};
use windlass_store::{
    NewSubscription, Statement, StoreError, Subscription, SubscriptionKind, Subscriptions, Table,
};

/// An event handler.
#[derive(Clone)]
pub enum Handler {
    /// Keeps tables, exactly once.
    Feed(Arc<dyn Feed>),
    /// Does something outside, at least once.
    Effect(Arc<dyn Effect>),
}

impl Handler {
    /// Its name, unique among event handlers.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Feed(feed) => feed.name(),
            Self::Effect(effect) => effect.name(),
        }
    }

    /// What sort of handler it is.
    pub fn kind(&self) -> SubscriptionKind {
        match self {
            Self::Feed(_) => SubscriptionKind::Feed,
            Self::Effect(_) => SubscriptionKind::Effect,
        }
    }

    /// The version of its rows; of an effect, 1.
    pub fn version(&self) -> u32 {
        match self {
            Self::Feed(feed) => feed.version(),
            Self::Effect(_) => 1,
        }
    }

    /// Its tables; an effect has none.
    pub fn tables(&self) -> &'static [Table] {
        match self {
            Self::Feed(feed) => feed.tables(),
            Self::Effect(_) => &[],
        }
    }

    /// Whether it may begin anew, or leave an event out.
    pub fn can_be_rebuilt(&self) -> bool {
        match self {
            Self::Feed(feed) => feed.can_be_rebuilt(),
            Self::Effect(_) => true,
        }
    }

    pub(super) fn filter(&self) -> Filter {
        match self {
            Self::Feed(feed) => feed.filter(),
            Self::Effect(effect) => effect.filter(),
        }
    }

    fn start(&self) -> Start {
        match self {
            Self::Feed(feed) => feed.start(),
            Self::Effect(effect) => effect.start(),
        }
    }

    /// Its subscription; where it never ran, this is the moment at which it begins, and its tables are made.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] where a newer program has written its rows; others of the database.
    pub async fn establish(
        &self,
        subscriptions: &Subscriptions,
        now: OffsetDateTime,
    ) -> Result<Subscription, StoreError> {
        let new = NewSubscription {
            name: self.name(),
            kind: self.kind(),
            version: self.version(),
            start: self.start(),
        };
        let tables = match self {
            Self::Feed(feed) => Some(Statement::script(feed.schema(subscriptions.database().dialect()), "")),
            Self::Effect(_) => None,
        };
        subscriptions.establish(new, tables, now).await
    }
}
