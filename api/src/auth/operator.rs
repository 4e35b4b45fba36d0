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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;
    const HOUR: Duration = Duration::from_secs(3600);

    fn tokens(secret: &str) -> OperatorTokens {
        OperatorTokens::new(&SecretString::from(secret), "https://anchor.example").unwrap()
    }

    #[test]
    fn a_token_says_who_and_what_and_only_to_who_has_the_secret() {
        let own = tokens("0123456789abcdef0123456789abcdef");
        let token = own.issue(Role::Auditor, "Grace Hopper", "1", NOW, HOUR).unwrap().unwrap();
        let claims = own.read(&token, NOW).unwrap();
        assert_eq!((claims.sub.as_str(), claims.role.as_deref()), ("Grace Hopper", Some("auditor")));
        let other = tokens("another secret of 32 characters!");
        assert_eq!(other.read(&token, NOW), Err(TokenError::Invalid));
        // Not even wallets' tokens of the same secret are of this kind.
        let wallets = Tokens::new(b"0123456789abcdef0123456789abcdef", "https://anchor.example");
        assert_eq!(wallets.read(Usage::Session, &token, NOW), Err(TokenError::Invalid));
        let session = wallets.claims(Usage::Session, "Grace Hopper", "1", NOW, HOUR);
        let session = Claims { role: Some("auditor".to_owned()), ..session };
        let session = wallets.issue(Usage::Session, &session).unwrap();
        assert_eq!(own.read(&session, NOW), Err(TokenError::Invalid));
    }

    #[test]
    fn secrets_that_can_be_guessed_and_names_that_forge_lines_are_refused() {
        let short = SecretString::from("31 characters are not enough...");
        assert!(matches!(
            OperatorTokens::new(&short, "https://anchor.example"),
            Err(ConfigError::SecretTooShort(31))
        ));
        let tokens = tokens("0123456789abcdef0123456789abcdef");
        for name in ["", "  ", "Grace\nHopper", &"x".repeat(65)] {
            assert_eq!(tokens.issue(Role::Auditor, name, "1", NOW, HOUR), Err(InvalidName), "{name:?}");
        }
        assert!("boss".parse::<Role>().is_err());
    }
}
