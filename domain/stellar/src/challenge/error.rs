//! Why a challenge is refused, in words for the wallet's developer.

use crate::{AccountId, EnvelopeError, MuxedAccount};

/// What was wrong with a signed challenge. `operation` counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    /// Not to be read (SEP10-038, SEP10-058).
    #[error("the transaction cannot be read: {0}")]
    Envelope(#[from] EnvelopeError),
    /// A fee bump around it (SEP10-038).
    #[error("the transaction is a fee bump; send the challenge itself")]
    FeeBump,
    /// More operations than any challenge has (SEP10-058).
    #[error("the transaction has {found} operations, a challenge has at most {max}")]
    TooManyOperations {
        /// How many it has.
        found: usize,
        /// How many it may have.
        max: usize,
    },
    /// Not our challenge (SEP10-039).
    #[error("the transaction's source account is {found}, where the server's {expected} is needed")]
    Source {
        /// Whose it is.
        found: MuxedAccount,
        /// Whose it should be.
        expected: AccountId,
    },
    /// Valid for ever (SEP10-028, SEP10-040).
    #[error("the transaction has no time bounds, or they do not end")]
    Unbounded,
    /// Its time has not come (SEP10-040).
    #[error("the challenge is not valid before {min_time} (unix time)")]
    NotYetValid {
        /// When it will be, in unix seconds.
        min_time: u64,
    },
    /// Its time is over (SEP10-040).
    #[error("the challenge expired at {max_time} (unix time); ask for a new one")]
    Expired {
        /// Since when, in unix seconds.
        max_time: u64,
    },
    /// Nothing in it (SEP10-041).
    #[error("the transaction has no operations")]
    NoOperations,
    /// Something that would move money or change an account (SEP10-042, SEP10-052).
    #[error("operation {operation} is not manage_data, as every operation of a challenge must be")]
    NotManageData {
        /// Which.
        operation: usize,
    },
    /// The first operation names the client by its source account (SEP10-042).
    #[error("the first operation has no source account; it must be the account that logs in")]
    NoClientAccount,
    /// For another anchor, or for a domain that is not served here (SEP10-043, SEP10-T19).
    #[error(
        "the first operation is named '{found}', where '<home domain> auth' of a domain served here is needed"
    )]
    HomeDomain {
        /// Its name.
        found: String,
    },
    /// Not 64 characters of base64 for 48 bytes (SEP10-043, SEP10-T11).
    #[error("the first operation's value is not the base64 of 48 bytes")]
    Nonce,
    /// Not issued here, or changed since (SEP10-044).
    #[error("the transaction is not signed by the server {0} for this network, or was changed after that")]
    NotSignedByServer(AccountId),
    /// A client domain operation that names no usable account (SEP10-052).
    #[error("the client_domain operation's source must be a plain account (G…) other than the server's")]
    ClientDomainSource,
    /// A client domain that is no text (SEP10-032).
    #[error("the client_domain operation's value is not a domain")]
    ClientDomainValue,
    /// More than one of them (SEP10-051).
    #[error("the transaction has more than one client_domain operation")]
    SeveralClientDomains,
    /// The wallet's own server has not signed (SEP10-051).
    #[error("the transaction is not signed by the client domain's account {0}")]
    NotSignedByClientDomain(AccountId),
    /// An operation of somebody else's (SEP10-052).
    #[error("operation {operation} must have the server {expected} as its source account")]
    OperationSource {
        /// Which.
        operation: usize,
        /// Whose it should be.
        expected: AccountId,
    },
    /// A challenge for another server (SEP10-053).
    #[error("the web_auth_domain operation says '{found}', this server is '{expected}'")]
    WebAuthDomain {
        /// What it says.
        found: String,
        /// What would be right.
        expected: String,
    },
    /// It could execute (SEP10-054).
    #[error("the transaction's sequence number is {0}, where 0 is needed")]
    Sequence(i64),
    /// Neither none nor an id (SEP10-055).
    #[error("the transaction's memo must be of type id, or none")]
    Memo,
    /// Two users at once (SEP10-055).
    #[error("the transaction has a memo together with a muxed account (M…)")]
    MemoWithMuxed,
    /// The wallet has not signed (SEP10-045).
    #[error("the transaction is not signed by the account that logs in")]
    NotSignedByClient,
    /// A signature that belongs to nobody who may sign (SEP10-046).
    #[error("signature {signature} is not by a signer of the account, or is not valid")]
    UnknownSignature {
        /// Which, counted from 1 in the envelope without the server's and the client domain's.
        signature: usize,
    },
    /// One signer, two signatures (SEP10-046, SEP10-T08).
    #[error("{0} has signed more than once")]
    DuplicateSignature(AccountId),
    /// Too few signers (SEP10-047).
    #[error("the signatures weigh {weight}, the account asks for {needed}")]
    Weight {
        /// What there is.
        weight: u32,
        /// What it takes.
        needed: u32,
    },
    /// The account is not on the ledger, so only its master key counts (SEP10-049).
    #[error("the account is not on the ledger, so exactly its own signature is needed, not {0}")]
    SignatureCount(usize),
    /// The account is not on the ledger, and the signature is another's (SEP10-050).
    #[error("the account is not on the ledger, and the signature is not by its own key")]
    NotSignedByMasterKey,
}
