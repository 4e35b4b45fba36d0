//! The challenge that the server hands out (SEP10-026 to SEP10-035).

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{AUTH, CLIENT_DOMAIN, WEB_AUTH_DOMAIN};
use crate::{
    AccountId, Keypair, Memo, MuxedAccount, Network, Operation, OperationError, Stroops, TimeBounds,
    Transaction, TransactionError,
};

/// The longest home domain, in bytes: with ` auth` behind it, it must fit into a data entry's name (SEP10-T12).
pub const MAX_HOME_DOMAIN: usize = 64 - AUTH.len();
/// The longest web auth domain, in bytes: it must fit into a data entry's value (SEP10-T12).
pub const MAX_WEB_AUTH_DOMAIN: usize = 64;

/// Why no challenge can be made of this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeBuildError {
    /// A muxed account names the user already (SEP10-008).
    #[error("a memo cannot be given together with a muxed account (M…)")]
    MemoWithMuxed,
    /// The server signs every challenge, so its own key proves nothing about a wallet.
    #[error("the client domain's signing key is this server's own")]
    ClientDomainIsServer,
    /// A domain is too long for the ledger (SEP10-T12).
    #[error(transparent)]
    Domain(#[from] OperationError),
    /// The time does not fit, or the like.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
}

/// All that goes into a challenge.
#[derive(Clone, Debug)]
pub struct Challenge<'a> {
    /// The network whose passphrase is signed.
    pub network: &'a Network,
    /// The key of `SIGNING_KEY`.
    pub server: &'a Keypair,
    /// Who logs in; the `M…` form is kept.
    pub client: MuxedAccount,
    /// The user within a shared account, if the account does not name one.
    pub memo: Option<u64>,
    /// The domain that the wallet logs in to.
    pub home_domain: &'a str,
    /// The host of `WEB_AUTH_ENDPOINT`, with its port if that is not the default.
    pub web_auth_domain: &'a str,
    /// The wallet's domain with the `SIGNING_KEY` of its stellar.toml, if that is to be proven.
    pub client_domain: Option<(&'a str, AccountId)>,
    /// Random bytes, fresh for each challenge.
    pub nonce: [u8; 48],
    /// The time, in unix seconds.
    pub now: u64,
    /// For how many seconds it may be signed; 900 is usual.
    pub lifetime: u64,
}

impl Challenge<'_> {
    /// The envelope, signed by the server, as base64 XDR. It can never execute: its sequence number is 0.
    ///
    /// # Errors
    /// [`ChallengeBuildError`] for what cannot be asked, or is too long.
    pub fn build(&self) -> Result<String, ChallengeBuildError> {
        let server = self.server.account_id();
        if self.memo.is_some() && self.client.id.is_some() {
            return Err(ChallengeBuildError::MemoWithMuxed);
        }
        let nonce = STANDARD.encode(self.nonce);
        let mut operations = vec![
            Operation::manage_data(&format!("{}{AUTH}", self.home_domain), Some(nonce.as_bytes()))?
                .with_source(self.client),
            Operation::manage_data(WEB_AUTH_DOMAIN, Some(self.web_auth_domain.as_bytes()))?
                .with_source(server),
        ];
        if let Some((domain, account)) = self.client_domain {
            if account == server {
                return Err(ChallengeBuildError::ClientDomainIsServer);
            }
            operations
                .push(Operation::manage_data(CLIENT_DOMAIN, Some(domain.as_bytes()))?.with_source(account));
        }
        let transaction = Transaction {
            source: server,
            sequence: 0,
            fee_per_operation: Stroops::BASE_FEE,
            time_bounds: TimeBounds { min: self.now, max: self.now.saturating_add(self.lifetime) },
            memo: self.memo.map_or(Memo::None, Memo::Id),
            operations,
        };
        Ok(transaction.sign(self.network, &[self.server])?.envelope)
    }
}
