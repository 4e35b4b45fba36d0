//! Who did something, why, and on whose order, in words.

use windlass_domain::{Actor, Metadata};

use super::event::Event;

/// Who did it.
pub(super) fn who(actor: &Actor) -> String {
    match actor {
        Actor::Client { subject, client_domain: None } => format!("the user {subject}"),
        Actor::Client { subject, client_domain: Some(wallet) } => {
            format!("the user {subject} through the wallet {wallet}")
        }
        Actor::System { component } => format!("Windlass ({component})"),
        Actor::Rail { provider } => format!("the rail {provider}"),
    }
}

/// On whose order: what Windlass does by itself, it does for whoever began the transfer.
pub(super) fn on_order_of(actor: &Actor, initiator: &Actor) -> String {
    match actor {
        Actor::System { .. } => who(initiator),
        Actor::Client { .. } | Actor::Rail { .. } => who(actor),
    }
}

/// The task, request or observation that this answers.
pub(super) fn why(metadata: &Metadata, event: &Event) -> String {
    if let Some(cause) = &metadata.causation_id {
        return task(cause).unwrap_or_else(|| format!("in answer to {cause}"));
    }
    match (&metadata.actor, event) {
        (_, Event::Inbound(_)) | (Actor::System { .. } | Actor::Rail { .. }, _) => {
            let seen = match &metadata.actor {
                Actor::Rail { provider } => format!("in the statement of the rail {provider}"),
                _ => "on the ledger".to_owned(),
            };
            format!("it was seen {seen}")
        }
        (Actor::Client { .. }, _) => "the user asked for it".to_owned(),
    }
}

/// `task:KIND:KEY:SEQUENCE` in words.
fn task(cause: &str) -> Option<String> {
    let (kind, rest) = cause.strip_prefix("task:")?.split_once(':')?;
    let (key, sequence) = rest.rsplit_once(':')?;
    Some(format!("the task {kind} of {key}, written with its event {sequence}, was due"))
}
