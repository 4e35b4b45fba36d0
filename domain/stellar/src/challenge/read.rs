//! Every check of a signed challenge that needs nothing from outside, in the SEP's order (V1 to V7, V10 to V14).

use base64::{Engine, engine::general_purpose::STANDARD};
use stellar_xdr as xdr;

use super::{AUTH, CLIENT_DOMAIN, ChallengeError, WEB_AUTH_DOMAIN, signers::Signatures};
use crate::{AccountId, Envelope, EnvelopeError, Memo, MuxedAccount, Network, TransactionHash};

/// The longest text that is read: a challenge with 20 signatures has about 3,000 characters (SEP10-058).
const MAX_LENGTH: usize = 8 * 1024;
/// Three are defined; some more are reserved for the future (SEP10-033, SEP10-058).
const MAX_OPERATIONS: usize = 10;
/// How far the clock of the process that issued a challenge may be ahead of ours, in seconds (SEP10-057).
const CLOCK_GRACE: u64 = 300;

/// What a challenge is held against.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The network whose passphrase must have been signed.
    pub network: &'a Network,
    /// `SIGNING_KEY`.
    pub server: AccountId,
    /// The home domains that are served here.
    pub home_domains: &'a [String],
    /// The host of `WEB_AUTH_ENDPOINT`, as challenges are built with it.
    pub web_auth_domain: &'a str,
    /// The time, in unix seconds.
    pub now: u64,
}

/// A challenge that was issued here, is in its time and is well formed; who signed it is not known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedChallenge {
    /// Its hash, under which it is spent (SEP10-056).
    pub hash: TransactionHash,
    /// Who logs in, in the form in which it was asked for.
    pub account: MuxedAccount,
    /// The user within a shared account.
    pub memo: Option<u64>,
    /// The home domain, as it is configured here.
    pub home_domain: String,
    /// The wallet's domain, proven by its signature.
    pub client_domain: Option<ClientDomain>,
    /// Until when it is valid, in unix seconds: so long it must be remembered as spent.
    pub max_time: u64,
    pub(super) server: AccountId,
    /// Without the server's and the client domain's.
    pub(super) signatures: Signatures,
}

/// A wallet's domain, which has signed the challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientDomain {
    /// The domain.
    pub domain: String,
    /// The `SIGNING_KEY` of its stellar.toml when the challenge was built.
    pub account: AccountId,
}

impl ReceivedChallenge {
    /// Reads a signed challenge (base64 XDR) and makes every check that needs no ledger.
    ///
    /// # Errors
    /// [`ChallengeError`]: the first check that fails, in the SEP's order.
    pub fn read(text: &str, rules: &Rules<'_>) -> Result<Self, ChallengeError> {
        let envelope = read_envelope(text, rules)?;
        let max_time = check_time(&envelope, rules.now)?;
        let operations = &envelope.transaction.operations;
        let (first, others) = operations.split_first().ok_or(ChallengeError::NoOperations)?;
        let (account, home_domain) = read_first(first, rules)?;

        let mut signatures = Signatures::new(&envelope);
        if !signatures.take(&rules.server) {
            return Err(ChallengeError::NotSignedByServer(rules.server));
        }
        let client_domain = read_client_domain(others, rules.server)?;
        if let Some(client_domain) = &client_domain
            && !signatures.take(&client_domain.account)
        {
            return Err(ChallengeError::NotSignedByClientDomain(client_domain.account));
        }
        check_others(others, rules)?;
        if envelope.sequence() != 0 {
            return Err(ChallengeError::Sequence(envelope.sequence()));
        }
        let memo = read_memo(&envelope, account)?;
        if signatures.is_empty() {
            return Err(ChallengeError::NotSignedByClient);
        }
        Ok(Self {
            hash: envelope.hash,
            account,
            memo,
            home_domain,
            client_domain,
            max_time,
            server: rules.server,
            signatures,
        })
    }
}

/// V1, V2.
fn read_envelope(text: &str, rules: &Rules<'_>) -> Result<Envelope, ChallengeError> {
    if text.len() > MAX_LENGTH {
        return Err(EnvelopeError::TooLong { length: text.len(), max: MAX_LENGTH }.into());
    }
    let envelope = Envelope::read(text, rules.network)?;
    if envelope.fee_bump.is_some() {
        return Err(ChallengeError::FeeBump);
    }
    let found = envelope.transaction.operations.len();
    if found > MAX_OPERATIONS {
        return Err(ChallengeError::TooManyOperations { found, max: MAX_OPERATIONS });
    }
    if envelope.source() != MuxedAccount::from(rules.server) {
        return Err(ChallengeError::Source { found: envelope.source(), expected: rules.server });
    }
    Ok(envelope)
}

/// V3: gives the end of its time.
fn check_time(envelope: &Envelope, now: u64) -> Result<u64, ChallengeError> {
    let bounds = envelope.time_bounds().filter(|bounds| bounds.max != 0).ok_or(ChallengeError::Unbounded)?;
    if bounds.min > now.saturating_add(CLOCK_GRACE) {
        return Err(ChallengeError::NotYetValid { min_time: bounds.min });
    }
    if now > bounds.max {
        return Err(ChallengeError::Expired { max_time: bounds.max });
    }
    Ok(bounds.max)
}

/// V5, V6: who logs in, and where.
fn read_first(first: &xdr::Operation, rules: &Rules<'_>) -> Result<(MuxedAccount, String), ChallengeError> {
    let data = manage_data(first).ok_or(ChallengeError::NotManageData { operation: 1 })?;
    let account = first.source_account.as_ref().ok_or(ChallengeError::NoClientAccount)?;
    let name = data.data_name.to_utf8_string_lossy();
    let home_domain = name
        .strip_suffix(AUTH)
        .and_then(|domain| rules.home_domains.iter().find(|served| *served == domain))
        .ok_or_else(|| ChallengeError::HomeDomain { found: name.clone() })?;
    let nonce = data.data_value.as_ref().and_then(|value| STANDARD.decode(value.0.as_slice()).ok());
    if nonce.is_none_or(|nonce| nonce.len() != 48) {
        return Err(ChallengeError::Nonce);
    }
    Ok((MuxedAccount::from_xdr(account), home_domain.clone()))
}

/// The first half of V10: whose signature it needs.
fn read_client_domain(
    others: &[xdr::Operation],
    server: AccountId,
) -> Result<Option<ClientDomain>, ChallengeError> {
    let mut named = others.iter().filter(|operation| is_client_domain(operation));
    let Some(operation) = named.next() else { return Ok(None) };
    if named.next().is_some() {
        return Err(ChallengeError::SeveralClientDomains);
    }
    let account = match operation.source_account.as_ref().map(MuxedAccount::from_xdr) {
        Some(MuxedAccount { account, id: None }) if account != server => account,
        _ => return Err(ChallengeError::ClientDomainSource),
    };
    let domain = manage_data(operation)
        .and_then(|data| data.data_value.as_ref())
        .and_then(|value| String::from_utf8(value.to_vec()).ok())
        .ok_or(ChallengeError::ClientDomainValue)?;
    Ok(Some(ClientDomain { domain, account }))
}

/// V11, V12.
fn check_others(others: &[xdr::Operation], rules: &Rules<'_>) -> Result<(), ChallengeError> {
    let server = MuxedAccount::from(rules.server).to_xdr();
    for (operation, number) in others.iter().zip(2..) {
        let data = manage_data(operation).ok_or(ChallengeError::NotManageData { operation: number })?;
        if is_client_domain(operation) {
            continue;
        }
        if operation.source_account.as_ref() != Some(&server) {
            return Err(ChallengeError::OperationSource { operation: number, expected: rules.server });
        }
        let value = data.data_value.as_ref().map(|value| value.0.as_slice()).unwrap_or_default();
        if data.data_name.as_slice() == WEB_AUTH_DOMAIN.as_bytes()
            && value != rules.web_auth_domain.as_bytes()
        {
            return Err(ChallengeError::WebAuthDomain {
                found: String::from_utf8_lossy(value).into_owned(),
                expected: rules.web_auth_domain.to_owned(),
            });
        }
    }
    Ok(())
}

/// V14.
fn read_memo(envelope: &Envelope, account: MuxedAccount) -> Result<Option<u64>, ChallengeError> {
    match Memo::from_xdr(&envelope.transaction.memo) {
        Memo::None => Ok(None),
        Memo::Id(_) if account.id.is_some() => Err(ChallengeError::MemoWithMuxed),
        Memo::Id(id) => Ok(Some(id)),
        Memo::Text(_) | Memo::Hash(_) | Memo::Return(_) => Err(ChallengeError::Memo),
    }
}

fn is_client_domain(operation: &xdr::Operation) -> bool {
    manage_data(operation).is_some_and(|data| data.data_name.as_slice() == CLIENT_DOMAIN.as_bytes())
}

fn manage_data(operation: &xdr::Operation) -> Option<&xdr::ManageDataOp> {
    match &operation.body {
        xdr::OperationBody::ManageData(data) => Some(data),
        _ => None,
    }
}
