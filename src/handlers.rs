//! Event handlers: Windlass' own and those of whoever embeds it.

use std::{collections::BTreeSet, sync::Arc};

use anyhow::{Result, ensure};
use windlass_projections::{feed::Feed, inline_projections, seal::SealFeed};
use windlass_store::InlineProjection;
use windlass_workers::Handler;

/// The event handlers of an anchor.
#[derive(Clone)]
pub struct Handlers {
    /// Written in each append's transaction.
    pub inline: Vec<Arc<dyn InlineProjection>>,
    /// Following the log.
    pub subscriptions: Vec<Handler>,
}

impl Default for Handlers {
    /// Windlass' own.
    fn default() -> Self {
        Self { inline: inline_projections(), subscriptions: vec![Handler::Feed(Arc::new(SealFeed))] }
    }
}

impl Handlers {
    /// Refuses what could not be told apart later.
    ///
    /// # Errors
    /// Where two have one name, or a name has other letters than it may.
    pub fn check(&self) -> Result<()> {
        let names = self.inline.iter().map(|projection| projection.name());
        let mut known = BTreeSet::new();
        for name in names.chain(self.subscriptions.iter().map(Handler::name)) {
            let is_plain =
                |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
            ensure!(
                !name.is_empty() && name.chars().all(is_plain),
                "the event handler '{name}' needs a name of small letters, digits and _"
            );
            ensure!(
                known.insert(name),
                "there are two event handlers '{name}': each needs a name of its own"
            );
        }
        Ok(())
    }

    /// Those that keep tables from the log.
    pub fn feeds(&self) -> impl Iterator<Item = &Arc<dyn Feed>> {
        self.subscriptions.iter().filter_map(|handler| match handler {
            Handler::Feed(feed) => Some(feed),
            Handler::Effect(_) => None,
        })
    }

    /// The handler of that name that follows the log.
    pub fn subscription(&self, name: &str) -> Option<&Handler> {
        self.subscriptions.iter().find(|handler| handler.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use windlass_projections::feed::{Effect, HandlerError};
    use windlass_store::RecordedEvent;

    use super::*;

    struct Named(&'static str);

    #[async_trait]
    impl Effect for Named {
        fn name(&self) -> &'static str {
            self.0
        }

        async fn handle(&self, _: &RecordedEvent, _: &str) -> Result<(), HandlerError> {
            Ok(())
        }
    }

    fn with(names: &[&'static str]) -> Handlers {
        let mut handlers = Handlers::default();
        handlers.subscriptions.extend(names.iter().map(|name| Handler::Effect(Arc::new(Named(name)))));
        handlers
    }

    #[test]
    fn each_handler_has_a_name_of_its_own() {
        with(&["chat", "search_2"]).check().unwrap();
        let twice = with(&["chat", "chat"]).check().unwrap_err().to_string();
        assert_eq!(twice, "there are two event handlers 'chat': each needs a name of its own");
        // Inline projections count, too.
        with(&["transfers"]).check().unwrap_err();
    }

    #[test]
    fn a_name_has_small_letters_digits_and_underscores() {
        for name in ["", "Chat", "chat@2", "chat room", "chät"] {
            assert!(with(&[name]).check().is_err(), "{name}");
        }
    }
}
