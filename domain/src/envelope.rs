//! What every event carries beside its payload: who, when, and in answer to what.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Subject, SubjectError};

/// An event's metadata. Written as a JSON object of strings, as cqrs-es reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Names this event for ever.
    pub event_id: Uuid,
    /// When it happened in the world: a ledger's close, a booking; else when it was recorded.
    #[serde(with = "time::serde::rfc3339")]
    pub occurred_at: OffsetDateTime,
    /// On whose order.
    pub actor: Actor,
    /// The same for all that follows from one request.
    pub correlation_id: Uuid,
    /// The event or task that this is an answer to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<String>,
}

/// On whose order something happened. Written `client:G…`, `system:pay`, `rail:sandbox-bank`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A logged-in user, perhaps through a known wallet.
    Client {
        /// Who.
        subject: Subject,
        /// The wallet's domain, where it proved it.
        client_domain: Option<String>,
    },
    /// A part of Windlass.
    System {
        /// Which: the worker's name.
        component: String,
    },
    /// A rail told us.
    Rail {
        /// Its name.
        provider: String,
    },
}

impl Actor {
    /// A part of Windlass.
    pub fn system(component: impl Into<String>) -> Self {
        Self::System { component: component.into() }
    }
}

/// The text names no actor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActorError {
    /// An unknown kind.
    #[error("'{0}' is no actor: client:…, system:… or rail:… is needed")]
    Kind(String),
    /// The client's subject cannot be read.
    #[error(transparent)]
    Subject(#[from] SubjectError),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client { subject, client_domain: None } => write!(f, "client:{subject}"),
            Self::Client { subject, client_domain: Some(domain) } => write!(f, "client:{subject}@{domain}"),
            Self::System { component } => write!(f, "system:{component}"),
            Self::Rail { provider } => write!(f, "rail:{provider}"),
        }
    }
}

impl FromStr for Actor {
    type Err = ActorError;

    fn from_str(text: &str) -> Result<Self, ActorError> {
        match text.split_once(':') {
            Some(("client", rest)) => {
                let (subject, domain) = match rest.split_once('@') {
                    Some((subject, domain)) => (subject, Some(domain.to_owned())),
                    None => (rest, None),
                };
                Ok(Self::Client { subject: subject.parse()?, client_domain: domain })
            }
            Some(("system", component)) => Ok(Self::system(component)),
            Some(("rail", provider)) => Ok(Self::Rail { provider: provider.to_owned() }),
            _ => Err(ActorError::Kind(text.chars().take(40).collect())),
        }
    }
}

windlass_stellar::serde_as_string!(Actor);

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn metadata_is_a_map_of_strings() {
        let g = "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ";
        for actor in [
            format!("client:{g}:7@wallet.example"),
            format!("client:{g}"),
            "system:pay".into(),
            "rail:b".into(),
        ] {
            let metadata = Metadata {
                event_id: Uuid::nil(),
                occurred_at: OffsetDateTime::UNIX_EPOCH,
                actor: actor.parse().unwrap(),
                correlation_id: Uuid::nil(),
                causation_id: None,
            };
            let json = serde_json::to_string(&metadata).unwrap();
            let map: HashMap<String, String> = serde_json::from_str(&json).unwrap();
            assert_eq!(map["actor"], actor);
            assert_eq!(serde_json::from_str::<Metadata>(&json).unwrap(), metadata);
        }
        assert!("robot:7".parse::<Actor>().is_err());
    }
}
