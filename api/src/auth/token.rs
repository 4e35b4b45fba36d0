//! Tokens: JWTs (HS256), each kind with a key of its own and a checked audience, so that none passes for another
//! (SEP10-066, SEP10-T18).

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use time::OffsetDateTime;

use crate::error::ApiError;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usage {
    /// A SEP-10 session.
    Session,
    /// The one-time link to a transfer's interactive pages.
    InteractiveLink,
    /// A transfer's interactive pages, once they were opened.
    InteractiveSession,
    /// A transfer's status page.
    MoreInfo,
    /// Somebody who works for the anchor. Its key comes from a secret of its own.
    Operator,
}

impl Usage {
    const fn audience(self) -> &'static str {
        match self {
            Self::Session => "windlass:session",
            Self::InteractiveLink => "windlass:interactive-link",
            Self::InteractiveSession => "windlass:interactive-session",
            Self::MoreInfo => "windlass:more-info",
            Self::Operator => "windlass:operator",
        }
    }
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// Who issued it: the host URL (SEP10-060).
    pub(crate) iss: String,
    /// What it is for.
    pub(crate) aud: String,
    /// Who has logged in (SEP10-061), the transfer's id, or the operator's name.
    pub(crate) sub: String,
    /// When it was issued, in unix seconds.
    pub(crate) iat: i64,
    /// When it ends, in unix seconds.
    pub(crate) exp: i64,
    /// Names it: the challenge's hash, the link's or the session's id.
    pub(crate) jti: String,
    /// The home domain that the user logged in to (SEP10-T19).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) home_domain: Option<String>,
    /// The wallet's domain, where it proved it (SEP10-064).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_domain: Option<String>,
    /// What somebody who works for the anchor may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<String>,
}

/// Why a token does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenError {
    /// Its time is over; all else was right.
    Expired,
    /// Forged, of another kind, or no token at all.
    Invalid,
}

/// Issues and reads tokens.
pub(crate) struct Tokens {
    issuer: String,
    secret: Vec<u8>,
}

impl Tokens {
    pub(crate) fn new(secret: &[u8], issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), secret: secret.to_vec() }
    }

    /// Claims of that kind, from now on.
    pub(crate) fn claims(
        &self,
        usage: Usage,
        subject: impl ToString,
        id: impl ToString,
        now: OffsetDateTime,
        lifetime: Duration,
    ) -> Claims {
        Claims {
            iss: self.issuer.clone(),
            aud: usage.audience().to_owned(),
            sub: subject.to_string(),
            iat: now.unix_timestamp(),
            exp: now.unix_timestamp().saturating_add_unsigned(lifetime.as_secs()),
            jti: id.to_string(),
            home_domain: None,
            client_domain: None,
            role: None,
        }
    }

    /// The token that says so.
    pub(crate) fn issue(&self, usage: Usage, claims: &Claims) -> Result<String, ApiError> {
        let key = EncodingKey::from_secret(&self.derive(usage.audience(), b""));
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).map_err(|error| {
            tracing::error!(%error, "a token could not be signed");
            ApiError::Internal
        })
    }

    /// What a token of that kind says.
    pub(crate) fn read(&self, usage: Usage, token: &str, now: OffsetDateTime) -> Result<Claims, TokenError> {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[usage.audience()]);
        rules.set_issuer(&[&self.issuer]);
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // Compared below, with the clock that all else goes by.
        rules.validate_exp = false;
        let key = DecodingKey::from_secret(&self.derive(usage.audience(), b""));
        let claims =
            jsonwebtoken::decode::<Claims>(token, &key, &rules).map_err(|_| TokenError::Invalid)?.claims;
        if claims.exp <= now.unix_timestamp() { Err(TokenError::Expired) } else { Ok(claims) }
    }

    /// What a form of that session carries, so that no other site can send it.
    pub(crate) fn form_proof(&self, session_id: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("windlass:form", session_id.as_bytes()))
    }

    /// Whether a form carries what its session gave it. Takes the same time for every wrong proof.
    pub(crate) fn is_form_proof(&self, session_id: &str, proof: &str) -> bool {
        URL_SAFE_NO_PAD.decode(proof).is_ok_and(|proof| {
            self.mac("windlass:form", session_id.as_bytes())
                .is_some_and(|mac| mac.verify_slice(&proof).is_ok())
        })
    }

    fn derive(&self, label: &str, data: &[u8]) -> Vec<u8> {
        self.mac(label, data).map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default()
    }

    /// HMAC takes keys of any length, so this is never `None`.
    fn mac(&self, label: &str, data: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        mac.update(label.as_bytes());
        mac.update(&[0]);
        mac.update(data);
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USAGES: [Usage; 5] =
        [Usage::Session, Usage::InteractiveLink, Usage::InteractiveSession, Usage::MoreInfo, Usage::Operator];
    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn tokens() -> Tokens {
        Tokens::new(&[7; 32], "https://anchor.example")
    }

    fn claims(tokens: &Tokens, usage: Usage) -> Claims {
        tokens.claims(usage, "subject", "id", NOW, Duration::from_secs(60))
    }

    /// SEP10-T18, SEP24-038
    #[test]
    fn a_token_counts_only_as_what_it_was_issued_for() {
        let tokens = tokens();
        for issued in USAGES {
            let claims = claims(&tokens, issued);
            let token = tokens.issue(issued, &claims).unwrap();
            for read in USAGES {
                let expected = if read == issued { Ok(claims.clone()) } else { Err(TokenError::Invalid) };
                assert_eq!(tokens.read(read, &token, NOW), expected, "{issued:?} as {read:?}");
            }
        }
    }

    /// SEP10-066: neither the right key with another audience nor with another issuer is enough.
    #[test]
    fn audience_and_issuer_are_checked_beside_the_signature() {
        let tokens = tokens();
        let good = claims(&tokens, Usage::MoreInfo);
        for changed in [
            Claims { aud: Usage::Session.audience().to_owned(), ..good.clone() },
            Claims { iss: "https://other.example".to_owned(), ..good.clone() },
        ] {
            let token = tokens.issue(Usage::MoreInfo, &changed).unwrap();
            assert_eq!(tokens.read(Usage::MoreInfo, &token, NOW), Err(TokenError::Invalid));
        }
    }

    #[test]
    fn a_token_ends_at_its_second() {
        let tokens = tokens();
        let token = tokens.issue(Usage::MoreInfo, &claims(&tokens, Usage::MoreInfo)).unwrap();
        let at = |seconds| tokens.read(Usage::MoreInfo, &token, NOW + time::Duration::seconds(seconds));
        assert!(at(59).is_ok());
        assert_eq!(at(60), Err(TokenError::Expired));
        let forged = Tokens::new(&[8; 32], "https://anchor.example");
        assert_eq!(forged.read(Usage::MoreInfo, &token, NOW), Err(TokenError::Invalid));
    }

    #[test]
    fn a_form_proof_belongs_to_its_session() {
        let tokens = tokens();
        let proof = tokens.form_proof("one");
        assert!(tokens.is_form_proof("one", &proof));
        for (session, proof) in
            [("two", proof.as_str()), ("one", ""), ("one", "AAAA"), ("one", "not base64!")]
        {
            assert!(!tokens.is_form_proof(session, proof), "{session} {proof}");
        }
    }
}
