//! `GET /auth`: a challenge. Nothing is written: the server's own signature proves that it was issued (SEP10-077).

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Extension, Json,
    extract::{ConnectInfo, State},
};
use serde::Serialize;
use windlass_stellar::{Challenge, ChallengeBuildError, Memo, MuxedAccount};

use crate::{
    Api,
    error::ApiError,
    fields::{Fields, QueryFields},
};

/// The answer: these two and no other attributes (SEP10-025).
#[derive(Serialize)]
pub(crate) struct ChallengeResponse {
    transaction: String,
    network_passphrase: String,
}

pub(crate) async fn challenge(
    State(api): State<Arc<Api>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    QueryFields(query): QueryFields,
) -> Result<Json<ChallengeResponse>, ApiError> {
    let client: MuxedAccount =
        query.parse("account")?.ok_or_else(|| ApiError::bad_request("account is required"))?;
    let memo = memo(&query)?;
    let home_domain = &api.config.home_domain;
    if query.get("home_domain").is_some_and(|asked| asked != home_domain) {
        return Err(ApiError::BadRequest(format!("home_domain: only {home_domain} is served here")));
    }
    let now = api.clock.now();
    let peer = peer.map(|Extension(ConnectInfo(address))| address.ip());
    if !api.challenges.admits(client.account, peer, now) {
        return Err(ApiError::TooManyRequests);
    }
    let mut nonce = [0; 48];
    api.ids.random(&mut nonce);
    let challenge = Challenge {
        network: &api.config.network,
        server: &api.config.signing_key,
        client,
        memo,
        home_domain,
        web_auth_domain: &api.config.web_auth_domain,
        // Wallets' domains are not verified, so they are passed over (SEP10-011).
        client_domain: None,
        nonce,
        now: now.unix_timestamp().unsigned_abs(),
        lifetime: api.config.auth_timeout.as_secs(),
    };
    let transaction = challenge.build().map_err(|error| match error {
        ChallengeBuildError::MemoWithMuxed => ApiError::BadRequest(format!("memo: {error}")),
        error => {
            tracing::error!(%error, "a challenge could not be built");
            ApiError::Internal
        }
    })?;
    Ok(Json(ChallengeResponse {
        transaction,
        network_passphrase: api.config.network.passphrase().to_owned(),
    }))
}

fn memo(query: &Fields) -> Result<Option<u64>, ApiError> {
    match query.get("memo").map(|memo| Memo::parse("id", memo)).transpose() {
        Ok(Some(Memo::Id(id))) => Ok(Some(id)),
        Ok(_) => Ok(None),
        Err(error) => Err(ApiError::BadRequest(format!("memo: {error}"))),
    }
}
