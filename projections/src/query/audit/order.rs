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
        (Actor::Rail { provider }, _) => format!("it was seen in the statement of the rail {provider}"),
        (Actor::Client { .. }, _) => "the user asked for it".to_owned(),
        (Actor::System { component }, _) if component.starts_with("watch") => {
            "it was seen on the ledger".to_owned()
        }
        (Actor::System { .. }, Event::Inbound(_)) => "it was seen".to_owned(),
        (Actor::System { component }, _) => format!("{component} decided it by itself"),
    }
}

/// `task:KIND:KEY:SEQUENCE` in words, or `task:KIND` as older logs have it.
fn task(cause: &str) -> Option<String> {
    let task = cause.strip_prefix("task:")?;
    let Some((kind, rest)) = task.split_once(':') else { return Some(format!("the task {task} was due")) };
    let (key, sequence) = rest.rsplit_once(':')?;
    Some(format!("the task {kind} of {key}, written with its event {sequence}, was due"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_told_with_what_it_was_about() {
        let told = task("task:pay:01955600-0100-7000-8000-000000000001:6").unwrap();
        assert_eq!(
            told,
            "the task pay of 01955600-0100-7000-8000-000000000001, written with its event 6, was due"
        );
        assert_eq!(task("task:pay").unwrap(), "the task pay was due");
        assert_eq!(task("01955600-0100-7000-8000-000000000001"), None);
    }
}
