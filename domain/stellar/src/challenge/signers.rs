//! Who signed a challenge, held against the account's signers on the ledger (V8, V9).

use std::collections::BTreeSet;

use stellar_xdr as xdr;

use super::{ChallengeError, ClientDomain, ReceivedChallenge};
use crate::{AccountId, Envelope, MuxedAccount, TransactionHash, keys::signature_hint};

/// The account's signers, from the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSigners {
    /// The weight that is asked for: the account's medium threshold, unless less or more will do (SEP10-072).
    pub threshold: u8,
    /// Each ed25519 key with its weight, the master key included. Other kinds of signers do not belong here (SEP10-T07).
    pub signers: Vec<(AccountId, u8)>,
}

/// A challenge that the account's owner has signed. One token may be issued for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedChallenge {
    /// Its hash, under which it is spent (SEP10-056).
    pub hash: TransactionHash,
    /// Who has logged in, in the form in which it was asked for.
    pub account: MuxedAccount,
    /// The user within a shared account.
    pub memo: Option<u64>,
    /// The home domain, as it is configured here.
    pub home_domain: String,
    /// The wallet's domain, proven by its signature.
    pub client_domain: Option<ClientDomain>,
    /// Until when it is valid, in unix seconds: so long it must be remembered as spent.
    pub max_time: u64,
}

impl ReceivedChallenge {
    /// Holds the signatures against the account's signers; `None` only if the ledger says for certain that there is
    /// no such account (SEP10-T06): then its own key alone counts.
    ///
    /// # Errors
    /// [`ChallengeError`] of the signatures.
    pub fn verify_signers(
        self,
        signers: Option<&AccountSigners>,
    ) -> Result<VerifiedChallenge, ChallengeError> {
        match signers {
            Some(signers) => self.verify_weight(signers)?,
            None => self.verify_master_key()?,
        }
        let Self { hash, account, memo, home_domain, client_domain, max_time, .. } = self;
        Ok(VerifiedChallenge { hash, account, memo, home_domain, client_domain, max_time })
    }

    /// V8: every signature is by another signer, and together they weigh enough. The server never counts (SEP10-048),
    /// neither does a signer without weight (SEP10-T05).
    fn verify_weight(&self, account: &AccountSigners) -> Result<(), ChallengeError> {
        let may_sign = |(key, weight): &&(AccountId, u8)| *weight > 0 && *key != self.server;
        let mut signed = BTreeSet::new();
        let mut weight = 0;
        for (signature, number) in self.signatures.left.iter().zip(1..) {
            let (key, its_weight) = account
                .signers
                .iter()
                .filter(may_sign)
                .find(|(key, _)| self.signatures.is_by(signature, key))
                .ok_or(ChallengeError::UnknownSignature { signature: number })?;
            if !signed.insert(*key) {
                return Err(ChallengeError::DuplicateSignature(*key));
            }
            weight += u32::from(*its_weight);
        }
        // Where the threshold is 0, one signer is enough, but not none: there is a signature, and it weighs (SEP10-T04).
        let needed = u32::from(account.threshold);
        if weight < needed { Err(ChallengeError::Weight { weight, needed }) } else { Ok(()) }
    }

    /// V9: exactly one signature, by the master key.
    fn verify_master_key(&self) -> Result<(), ChallengeError> {
        match self.signatures.left.as_slice() {
            [one] if self.signatures.is_by(one, &self.account.account) => Ok(()),
            [_] => Err(ChallengeError::NotSignedByMasterKey),
            several => Err(ChallengeError::SignatureCount(several.len())),
        }
    }
}

/// The signatures of an envelope that are not yet accounted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signatures {
    hash: TransactionHash,
    left: Vec<xdr::DecoratedSignature>,
}

impl Signatures {
    pub(super) fn new(envelope: &Envelope) -> Self {
        Self { hash: envelope.hash, left: envelope.signatures().to_vec() }
    }

    /// Takes one signature by `key` out of the set; false if there is none.
    pub(super) fn take(&mut self, key: &AccountId) -> bool {
        let found = self.left.iter().position(|signature| self.is_by(signature, key));
        found.map(|index| self.left.remove(index)).is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    fn is_by(&self, signature: &xdr::DecoratedSignature, key: &AccountId) -> bool {
        signature.hint.0 == signature_hint(key) && key.verifies(self.hash.as_bytes(), &signature.signature)
    }
}
