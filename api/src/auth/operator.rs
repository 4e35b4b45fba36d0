//! Tokens of those who work for the anchor: HS256 with a secret of their own, so that no wallet's token passes for one.

use std::{fmt, str::FromStr, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use time::OffsetDateTime;

use super::{Claims, TokenError, Tokens, Usage};
use crate::ConfigError;

/// The longest name, in bytes.
const MAX_NAME: usize = 64;

/// What somebody who works for the anchor may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Reads the whole log, and changes nothing.
    Auditor,
}

/// There is no such role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no role: auditor is one")]
pub struct UnknownRole(String);

/// The name cannot stand in a token and in the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 64 bytes and no control characters")]
pub struct InvalidName;

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auditor => f.write_str("auditor"),
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        match text {
            "auditor" => Ok(Self::Auditor),
            other => Err(UnknownRole(other.chars().take(40).collect())),
        }
    }
}

/// Issues and reads the tokens of those who work for the anchor.
pub struct OperatorTokens(Tokens);

impl OperatorTokens {
    /// With that secret, of the anchor at that address.
    ///
    /// # Errors
    /// [`ConfigError::SecretTooShort`] for one that could be guessed.
    pub fn new(secret: &SecretString, host_url: &str) -> Result<Self, ConfigError> {
        let secret = secret.expose_secret().as_bytes();
        crate::api::check_secret(secret)?;
        Ok(Self(Tokens::new(secret, host_url)))
    }

    /// A token for `name` with that role, good from `now` for `lifetime`. `id` names it; `None` where it cannot be signed.
    ///
    /// # Errors
    /// [`InvalidName`] for a name that cannot stand in it.
    pub fn issue(
        &self,
        role: Role,
        name: &str,
        id: impl ToString,
        now: OffsetDateTime,
        lifetime: Duration,
    ) -> Result<Option<String>, InvalidName> {
        if name.trim().is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
            return Err(InvalidName);
        }
        let claims = self.0.claims(Usage::Operator, name, id, now, lifetime);
        let claims = Claims { role: Some(role.to_string()), ..claims };
        Ok(self.0.issue(Usage::Operator, &claims).ok())
    }

    pub(crate) fn read(&self, token: &str, now: OffsetDateTime) -> Result<Claims, TokenError> {
        self.0.read(Usage::Operator, token, now)
    }
}
