//! `windlass tokens`: tokens for those who work for the anchor.

use anyhow::{Context, Result};
use windlass_api::OperatorTokens;
use windlass_domain::ports::{Clock, Ids};
use windlass_store::EventStore;

use crate::{
    anchor::{open_database, open_vault},
    cli::TokensIssue,
    config::Config,
    handlers::Handlers,
    secrets::operator_secret,
    system::{SystemClock, SystemIds},
};

/// A token as `options` say, signed with the anchor's secret.
///
/// # Errors
/// Where there is no secret, or the database that keeps the sandbox's cannot be used.
pub async fn issue(config: &Config, handlers: &Handlers, options: &TokensIssue) -> Result<String> {
    let secret = match &config.operator_secret {
        Some(secret) => Some(secret.clone()),
        None => {
            let database = open_database(config, handlers).await?;
            let secret = operator_secret(config, &open_vault(config, &database).await?, &SystemIds).await?;
            database.close().await;
            secret
        }
    };
    let secret = secret.context(
        "SECRET_OPERATOR_JWT_SECRET is needed: at least 32 characters, the same that the server has",
    )?;
    let tokens = OperatorTokens::new(&secret, &config.host_url)?;
    let token =
        tokens.issue(options.role, &options.name, SystemIds.id(), SystemClock.now(), options.valid)?;
    token.context("the token could not be signed")
}
