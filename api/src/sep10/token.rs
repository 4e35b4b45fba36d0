//! `POST /auth`: a signed challenge for a token. All that can be checked here comes before the ledger is asked, and a
//! challenge is spent only by a token (SEP10-077).

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use time::{Duration, OffsetDateTime};
use windlass_commands::CommandError;
use windlass_domain::{Subject, ports::LedgerAccount};
use windlass_stellar::{AccountSigners, ReceivedChallenge, Rules, VerifiedChallenge};

use crate::{Api, auth::Usage, error::ApiError, fields::Fields};

/// Clocks of several processes differ: a spent challenge is remembered a little longer than it could be used.
const CLOCK_GRACE: Duration = Duration::MINUTE;

#[derive(Serialize)]
pub(crate) struct TokenResponse {
    token: String,
}

pub(crate) async fn token(
    State(api): State<Arc<Api>>,
    fields: Fields,
) -> Result<Json<TokenResponse>, ApiError> {
    let transaction =
        fields.get("transaction").ok_or_else(|| ApiError::bad_request("transaction is required"))?;
    let now = api.clock.now();
    let rules = Rules {
        network: &api.config.network,
        server: api.config.signing_key.account_id(),
        home_domains: std::slice::from_ref(&api.config.home_domain),
        web_auth_domain: &api.config.web_auth_domain,
        now: now.unix_timestamp().unsigned_abs(),
    };
    let refused = |error: windlass_stellar::ChallengeError| ApiError::BadRequest(error.to_string());
    let received = ReceivedChallenge::read(transaction, &rules).map_err(refused)?;
    let account = api.account(received.account.account).await?;
    let verified = received.verify_signers(account.map(signers).as_ref()).map_err(refused)?;
    spend(&api, &verified).await?;
    tracing::info!(account = %verified.account, "a user logs in");
    Ok(Json(TokenResponse { token: issue(&api, verified, now)? }))
}

/// The medium threshold: a session may say where money goes (SEP10-047, SEP10-072).
fn signers(account: LedgerAccount) -> AccountSigners {
    AccountSigners {
        threshold: account.thresholds.medium,
        signers: account.signers.iter().map(|signer| (signer.key, signer.weight)).collect(),
    }
}

async fn spend(api: &Api, challenge: &VerifiedChallenge) -> Result<(), ApiError> {
    let until = i64::try_from(challenge.max_time).ok();
    let until = until.and_then(|time| OffsetDateTime::from_unix_timestamp(time).ok());
    let until = until.and_then(|time| time.checked_add(CLOCK_GRACE)).ok_or(ApiError::Internal)?;
    api.commands.spend_challenge(challenge.hash, until).await.map_err(|error| match error {
        CommandError::AlreadyUsed => {
            ApiError::bad_request("this challenge was already used; ask for a new one")
        }
        error => error.into(),
    })
}

fn issue(api: &Api, challenge: VerifiedChallenge, now: OffsetDateTime) -> Result<String, ApiError> {
    let subject = Subject::new(challenge.account, challenge.memo)
        .map_err(|error| ApiError::BadRequest(error.to_string()))?;
    let lifetime = api.config.jwt_timeout;
    let mut claims = api.tokens.claims(Usage::Session, subject, challenge.hash, now, lifetime);
    claims.home_domain = Some(challenge.home_domain);
    claims.client_domain = challenge.client_domain.map(|wallet| wallet.domain);
    api.tokens.issue(Usage::Session, &claims)
}
