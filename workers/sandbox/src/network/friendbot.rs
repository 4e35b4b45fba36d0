//! Friendbot: gives new accounts their first lumens, a hundred at a time in one transaction,
//! because its own account has but one per ledger.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest, Sha256};
use stellar_xdr::{
    AccountId, CreateAccountOp, DecoratedSignature, Memo, MuxedAccount, Operation, OperationBody,
    Preconditions, PublicKey, Signature, SignatureHint, Transaction, TransactionEnvelope, TransactionExt,
    TransactionV1Envelope, Uint256,
};
use tokio::sync::oneshot;

use crate::engine::{BASE_FEE, Ledger, SignedTransaction, root_key};

/// What a new account gets, in stroops.
pub const GIFT: i64 = 10_000 * 10_000_000;
/// What friendbot itself starts with, in stroops: half of all lumens.
const FUND: i64 = crate::engine::TOTAL_COINS / 2;
/// How many operations a transaction can hold.
const BATCH: usize = 100;
/// How many may wait for a gift.
const MAX_WAITING: usize = 10_000;

/// Who asks for lumens, and where to say in which transaction they come.
type Request = (AccountId, oneshot::Sender<[u8; 32]>);

pub struct Friendbot {
    key: SigningKey,
    root: SigningKey,
    requests: Mutex<Vec<Request>>,
    /// A batch that found no room in its ledger yet.
    held: Mutex<Option<Batch>>,
}

/// One transaction of gifts, and who waits for it.
pub struct Batch {
    pub tx: Arc<SignedTransaction>,
    requests: Vec<Request>,
}

impl Friendbot {
    pub fn new(passphrase: &str) -> Self {
        let seed = Sha256::digest(format!("friendbot of {passphrase}").as_bytes());
        Self {
            key: SigningKey::from_bytes(&seed.into()),
            root: root_key(passphrase),
            requests: Mutex::default(),
            held: Mutex::default(),
        }
    }

    /// Its own account.
    pub fn account(&self) -> AccountId {
        account_id(&self.key)
    }

    /// The transaction by which the root account creates friendbot's; the first of a network.
    pub fn foundation(&self, ledger: &Ledger) -> Result<SignedTransaction, stellar_xdr::Error> {
        creation(&self.root, vec![(account_id(&self.key), FUND)], ledger)
    }

    /// Asks for an account to be created; the answer is the hash of the transaction that tries
    /// to. None if too many wait.
    pub fn ask(&self, account: AccountId) -> Option<oneshot::Receiver<[u8; 32]>> {
        let mut requests = self.requests();
        if requests.len() >= MAX_WAITING {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        requests.push((account, sender));
        Some(receiver)
    }

    /// The gifts for the next ledger, if anybody asked. Who asks for an account that exists by
    /// now is sent away: the channel closes.
    pub fn batch(&self, ledger: &Ledger) -> Option<Batch> {
        if let Some(held) = self.held().take() {
            return Some(held);
        }
        let mut waiting = self.requests();
        waiting.retain(|(account, _)| ledger.account(account).is_none());
        let mut accounts: BTreeSet<AccountId> = BTreeSet::new();
        let requests: Vec<Request> = waiting
            .extract_if(.., |(account, _)| {
                accounts.contains(account) || (accounts.len() < BATCH && accounts.insert(account.clone()))
            })
            .collect();
        if requests.is_empty() {
            return None;
        }
        let gifts = accounts.into_iter().map(|account| (account, GIFT)).collect();
        let tx = Arc::new(creation(&self.key, gifts, ledger).ok()?);
        Some(Batch { tx, requests })
    }

    /// Keeps a batch that did not come into the ledger for the next one, as it is: its
    /// transaction may still wait.
    pub fn hold(&self, batch: Batch) {
        *self.held() = Some(batch);
    }

    fn held(&self) -> MutexGuard<'_, Option<Batch>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn requests(&self) -> MutexGuard<'_, Vec<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Batch {
    /// Tells everybody that the transaction is in a ledger.
    pub fn done(self) {
        for (_, sender) in self.requests {
            // Who no longer listens needs no answer.
            let _ = sender.send(self.tx.hash());
        }
    }
}

fn creation(
    payer: &SigningKey,
    gifts: Vec<(AccountId, i64)>,
    ledger: &Ledger,
) -> Result<SignedTransaction, stellar_xdr::Error> {
    let source = account_id(payer);
    let operations: Vec<Operation> = gifts
        .into_iter()
        .map(|(destination, starting_balance)| Operation {
            source_account: None,
            body: OperationBody::CreateAccount(CreateAccountOp { destination, starting_balance }),
        })
        .collect();
    let number = ledger.account(&source).map_or(0, |account| account.seq_num.0);
    let tx = Transaction {
        fee: BASE_FEE.saturating_mul(u32::try_from(operations.len()).unwrap_or(u32::MAX)),
        source_account: MuxedAccount::from(source),
        seq_num: number.saturating_add(1).into(),
        cond: Preconditions::None,
        memo: Memo::None,
        operations: operations.try_into()?,
        ext: TransactionExt::V0,
    };
    let hash = tx.hash(ledger.network_id())?;
    let [.., a, b, c, d] = payer.verifying_key().to_bytes();
    let signature = DecoratedSignature {
        hint: SignatureHint([a, b, c, d]),
        signature: Signature(payer.sign(&hash).to_bytes().try_into()?),
    };
    let envelope = TransactionEnvelope::Tx(TransactionV1Envelope { tx, signatures: [signature].try_into()? });
    SignedTransaction::new(envelope, ledger.network_id())
}

fn account_id(key: &SigningKey) -> AccountId {
    let key = Uint256(key.verifying_key().to_bytes());
    AccountId(PublicKey::PublicKeyTypeEd25519(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_that_could_not_be_kept_leaves_nothing_behind() {
        let mut ledger = Ledger::genesis("a network", 1_000);
        ledger.commit();
        let friendbot = Friendbot::new("a network");
        let tx = friendbot.foundation(&ledger).unwrap();
        let before = format!("{ledger:?}");
        let [first] = ledger.close(1_005, &[&tx]).try_into().unwrap();
        assert!(ledger.account(&friendbot.account()).is_some());
        ledger.revert();
        assert_eq!(format!("{ledger:?}"), before);
        let [again] = ledger.close(1_005, &[&tx]).try_into().unwrap();
        assert_eq!(first, again);
    }

    #[test]
    fn a_batch_names_each_account_once_and_sends_away_who_has_one() {
        let mut ledger = Ledger::genesis("a network", 1_000);
        let friendbot = Friendbot::new("a network");
        let foundation = friendbot.foundation(&ledger).unwrap();
        ledger.close(1_005, &[&foundation]);
        let new = account_id(&root_key("another"));
        let mut sent_away = friendbot.ask(account_id(&root_key("a network"))).unwrap();
        let mut first = friendbot.ask(new.clone()).unwrap();
        let mut second = friendbot.ask(new).unwrap();
        let batch = friendbot.batch(&ledger).unwrap();
        assert_eq!(batch.tx.operations().len(), 1);
        let hash = batch.tx.hash();
        friendbot.hold(batch);
        friendbot.batch(&ledger).unwrap().done();
        assert_eq!(first.try_recv(), Ok(hash));
        assert_eq!(second.try_recv(), Ok(hash));
        assert!(sent_away.try_recv().is_err());
        assert!(friendbot.batch(&ledger).is_none());
    }
}
