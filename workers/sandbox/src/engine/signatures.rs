//! Weighing signatures against an account's signers, as the network does: each signature counts
//! once, the first ones that reach the threshold are used, and none may be left over.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha256};
use stellar_xdr::{
    AccountEntry, AccountId, DecoratedSignature, PublicKey, SignerKey, SignerKeyEd25519SignedPayload, Uint256,
};

/// No signer weighs more than this, whatever its entry says.
const MAX_WEIGHT: u32 = 255;

/// Answers of earlier checks, so that door and ledger check each signature only once.
#[derive(Debug, Default)]
pub(super) struct Verified(Mutex<HashMap<Check, bool>>);

/// One check: the signed hash, the place of the signature, the key.
type Check = ([u8; 32], usize, [u8; 32]);

/// The signatures of one transaction (or fee bump), and which of them have counted.
pub(super) struct Signatures<'a> {
    hash: [u8; 32],
    signatures: &'a [DecoratedSignature],
    used: Vec<bool>,
    verified: &'a Verified,
}

/// A key and what it weighs.
pub(super) type Weighted = (SignerKey, u32);

impl<'a> Signatures<'a> {
    pub(super) fn new(hash: [u8; 32], signatures: &'a [DecoratedSignature], verified: &'a Verified) -> Self {
        Self { hash, signatures, used: vec![false; signatures.len()], verified }
    }

    /// Whether the account's signers reach this weight. Weight 0 still asks for one signature.
    pub(super) fn meet_account(&mut self, account: &AccountEntry, needed: u32) -> bool {
        let [master, ..] = account.thresholds.0;
        let master = (master > 0).then(|| (key_of(&account.account_id), u32::from(master)));
        let others = account.signers.iter().map(|s| (s.key.clone(), s.weight));
        self.meet(master.into_iter().chain(others).collect(), needed)
    }

    /// Whether the key of an account that does not exist (yet) has signed.
    pub(super) fn meet_missing_account(&mut self, id: &AccountId) -> bool {
        self.meet(vec![(key_of(id), 1)], 0)
    }

    /// Whether signatures of these keys reach the needed weight together; marks those it used.
    pub(super) fn meet(&mut self, mut signers: Vec<Weighted>, needed: u32) -> bool {
        let mut weight = 0;
        for (key, signer_weight) in &signers {
            if matches!(key, SignerKey::PreAuthTx(Uint256(hash)) if *hash == self.hash) {
                weight += signer_weight.min(&MAX_WEIGHT);
                if weight >= needed {
                    return true;
                }
            }
        }
        for kind in [is_hash_x, is_ed25519, is_signed_payload] {
            for (index, signature) in self.signatures.iter().enumerate() {
                let Some(found) =
                    signers.iter().position(|(key, _)| kind(key) && self.signed_by(index, signature, key))
                else {
                    continue;
                };
                if let Some(used) = self.used.get_mut(index) {
                    *used = true;
                }
                weight += signers.remove(found).1.min(MAX_WEIGHT);
                if weight >= needed {
                    return true;
                }
            }
        }
        false
    }

    /// Whether every signature has counted for something.
    pub(super) fn all_used(&self) -> bool {
        self.used.iter().all(|used| *used)
    }

    fn signed_by(&self, index: usize, signature: &DecoratedSignature, key: &SignerKey) -> bool {
        match key {
            SignerKey::PreAuthTx(_) => false,
            SignerKey::HashX(Uint256(hash)) => {
                signature.hint.0 == last_four(hash)
                    && Sha256::digest(signature.signature.0.as_slice()).as_slice() == hash
            }
            SignerKey::Ed25519(Uint256(key)) => {
                signature.hint.0 == last_four(key)
                    && self.verified.remember((self.hash, index, *key), || {
                        verify(key, &self.hash, &signature.signature.0)
                    })
            }
            SignerKey::Ed25519SignedPayload(signer) => {
                signature.hint.0 == payload_hint(signer)
                    && verify(&signer.ed25519.0, &signer.payload, &signature.signature.0)
            }
        }
    }
}

impl Verified {
    fn remember(&self, what: Check, check: impl FnOnce() -> bool) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known.entry(what).or_insert_with(check)
    }
}

fn is_hash_x(key: &SignerKey) -> bool {
    matches!(key, SignerKey::HashX(_))
}

fn is_ed25519(key: &SignerKey) -> bool {
    matches!(key, SignerKey::Ed25519(_))
}

fn is_signed_payload(key: &SignerKey) -> bool {
    matches!(key, SignerKey::Ed25519SignedPayload(_))
}

/// The account's own key as a signer.
pub(super) fn key_of(id: &AccountId) -> SignerKey {
    let PublicKey::PublicKeyTypeEd25519(key) = &id.0;
    SignerKey::Ed25519(key.clone())
}

fn verify(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_bytes(key), signature.try_into()) else {
        return false;
    };
    key.verify_strict(message, &signature).is_ok()
}

/// The hint of a payload signature: that of the key, combined with the payload's end.
fn payload_hint(signer: &SignerKeyEd25519SignedPayload) -> [u8; 4] {
    let mut end = last_four(&signer.payload);
    for (byte, key) in end.iter_mut().zip(last_four(&signer.ed25519.0)) {
        *byte ^= key;
    }
    end
}

/// The last four bytes; what is shorter is filled with zeros behind.
fn last_four(bytes: &[u8]) -> [u8; 4] {
    let tail = bytes.get(bytes.len().saturating_sub(4)..).unwrap_or(bytes);
    let mut four = [0; 4];
    for (byte, value) in four.iter_mut().zip(tail) {
        *byte = *value;
    }
    four
}
