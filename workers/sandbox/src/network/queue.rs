//! What waits for the next ledger: one transaction per source account, and never again what was
//! just applied. The answers are those of stellar-core's transaction queue.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use stellar_xdr::{AccountId, TransactionResult, TransactionResultExt, TransactionResultResult};

use crate::engine::{AccountView, CloseWindow, Ledger, MAX_OPERATIONS, SignedTransaction};

/// For how many ledgers an envelope that was applied or dropped is not taken again.
const BANNED_LEDGERS: usize = 9;
/// After how many ledgers a transaction that found no room is dropped.
const PATIENCE: u32 = 4;
/// How many operations may wait.
const MAX_WAITING: usize = MAX_OPERATIONS as usize * PATIENCE as usize;
/// By how much a fee bump must outbid the transaction that it replaces.
const OUTBID: i128 = 10;

/// What the network says to a transaction at once.
#[derive(Debug)]
pub enum Answer {
    /// It waits for the next ledger. That says nothing about its success.
    Pending,
    /// This very envelope waits already.
    Duplicate,
    /// Not now: another of its source waits, or the envelope was just applied, or all is full.
    TryAgainLater,
    /// Refused for good, at no cost.
    Refused(TransactionResult),
}

#[derive(Debug, Default)]
pub struct Queue {
    /// By source account.
    waiting: HashMap<AccountId, Waiting>,
    operations: usize,
    arrivals: u64,
    /// Hashes of envelopes, newest ledger first.
    banned: VecDeque<HashSet<[u8; 32]>>,
}

#[derive(Debug)]
struct Waiting {
    tx: Arc<SignedTransaction>,
    arrival: u64,
    ledgers: u32,
}

impl Queue {
    /// Lets a transaction wait, or says why not; `verdict` is what the door says to it.
    pub fn offer(
        &mut self,
        ledger: &Ledger,
        tx: Arc<SignedTransaction>,
        verdict: Result<(), TransactionResult>,
    ) -> Answer {
        if self.is_banned(&tx) {
            return Answer::TryAgainLater;
        }
        let source = tx.source();
        let present = self.waiting.get(&source).map(|waiting| Arc::clone(&waiting.tx));
        if let Some(answer) = present.as_ref().and_then(|present| beside(present, &tx)) {
            return answer;
        }
        let freed = present.as_ref().map_or(0, |tx| tx.operations().len());
        if self.operations - freed + tx.operations().len() > MAX_WAITING {
            return Answer::TryAgainLater;
        }
        if let Err(result) = verdict {
            return Answer::Refused(result);
        }
        if !self.can_pay_all(ledger, &tx) {
            return refused(&tx, TransactionResultResult::TxInsufficientBalance);
        }
        self.operations = self.operations - freed + tx.operations().len();
        self.arrivals += 1;
        let waiting = Waiting { tx, arrival: self.arrivals, ledgers: 0 };
        self.waiting.insert(source, waiting);
        Answer::Pending
    }

    /// What goes into the next ledger, in the order of arrival. What the door would refuse by now
    /// is dropped. Where there is not room for all, higher fees go first.
    pub fn select(&mut self, ledger: &Ledger, close_time: u64) -> Vec<Arc<SignedTransaction>> {
        let window = CloseWindow { earliest: close_time, latest: close_time };
        self.drop_where(|waiting| ledger.check(&waiting.tx, window).is_err());
        let mut all: Vec<&Waiting> = self.waiting.values().collect();
        all.sort_by(|a, b| rate_order(&b.tx, &a.tx).then(a.arrival.cmp(&b.arrival)));
        let mut room = usize::try_from(ledger.header().max_tx_set_size).unwrap_or(usize::MAX);
        all.retain(|waiting| {
            let operations = waiting.tx.operations().len();
            let fits = operations <= room;
            room -= if fits { operations } else { 0 };
            fits
        });
        all.sort_by_key(|waiting| waiting.arrival);
        all.into_iter().map(|waiting| Arc::clone(&waiting.tx)).collect()
    }

    /// Notes that a ledger closed with these transactions.
    pub fn closed(&mut self, applied: &[Arc<SignedTransaction>]) {
        self.banned.push_front(HashSet::new());
        self.banned.truncate(BANNED_LEDGERS);
        let applied: HashSet<[u8; 32]> = applied.iter().map(|tx| tx.envelope_hash()).collect();
        self.drop_where(|waiting| applied.contains(&waiting.tx.envelope_hash()));
        for waiting in self.waiting.values_mut() {
            waiting.ledgers += 1;
        }
        self.drop_where(|waiting| waiting.ledgers >= PATIENCE);
    }

    fn drop_where(&mut self, mut unwanted: impl FnMut(&Waiting) -> bool) {
        if self.banned.is_empty() {
            self.banned.push_front(HashSet::new());
        }
        let newest = self.banned.front_mut();
        let dropped: Vec<Waiting> =
            self.waiting.extract_if(|_, waiting| unwanted(waiting)).map(|(_, waiting)| waiting).collect();
        self.operations -= dropped.iter().map(|w| w.tx.operations().len()).sum::<usize>();
        if let Some(newest) = newest {
            newest.extend(dropped.iter().map(|waiting| waiting.tx.envelope_hash()));
        }
    }

    fn is_banned(&self, tx: &SignedTransaction) -> bool {
        let hash = tx.envelope_hash();
        self.banned.iter().any(|ledger| ledger.contains(&hash))
    }

    /// Whether the payer can afford this bid on top of all others that wait on it.
    fn can_pay_all(&self, ledger: &Ledger, tx: &SignedTransaction) -> bool {
        let payer = tx.fee_source();
        let others: i64 = self
            .waiting
            .values()
            .filter(|w| w.tx.fee_source() == payer && w.tx.source() != tx.source())
            .map(|w| w.tx.fee_bid())
            .fold(0, i64::saturating_add);
        others == 0
            || ledger.account(&payer).is_some_and(|account| {
                account.available_balance(ledger.header().base_reserve) >= others.saturating_add(tx.fee_bid())
            })
    }
}

/// What to say to a transaction whose source has one waiting; none if it may take its place.
fn beside(present: &SignedTransaction, tx: &SignedTransaction) -> Option<Answer> {
    let inside =
        present.fee_bump().is_some() && tx.fee_bump().is_none() && present.inner_hash() == tx.inner_hash();
    if present.envelope_hash() == tx.envelope_hash() || inside {
        return Some(Answer::Duplicate);
    }
    let (number, waiting) = (tx.transaction().seq_num.0, present.transaction().seq_num.0);
    if number < waiting {
        return Some(refused(tx, TransactionResultResult::TxBadSeq));
    }
    if tx.fee_bump().is_none() || number != waiting {
        return Some(Answer::TryAgainLater);
    }
    outbid(present, tx)
}

/// A fee bump replaces what waits only at ten times its fee per operation.
fn outbid(present: &SignedTransaction, tx: &SignedTransaction) -> Option<Answer> {
    let bid = i128::from(tx.fee_bid()) * i128::from(present.fee_operations());
    let needed = i128::from(present.fee_bid()) * i128::from(tx.fee_operations()) * OUTBID;
    if bid >= needed {
        return None;
    }
    let per = i128::from(present.fee_operations().max(1));
    let least = i64::try_from((needed + per - 1) / per).unwrap_or(i64::MAX);
    Some(Answer::Refused(TransactionResult {
        fee_charged: least,
        result: TransactionResultResult::TxInsufficientFee,
        ext: TransactionResultExt::V0,
    }))
}

fn refused(tx: &SignedTransaction, code: TransactionResultResult) -> Answer {
    Answer::Refused(TransactionResult {
        fee_charged: tx.fee_operations().max(1) * i64::from(crate::engine::BASE_FEE),
        result: code,
        ext: TransactionResultExt::V0,
    })
}

/// By what they bid per operation.
fn rate_order(a: &SignedTransaction, b: &SignedTransaction) -> std::cmp::Ordering {
    let left = i128::from(a.fee_bid()) * i128::from(b.fee_operations());
    let right = i128::from(b.fee_bid()) * i128::from(a.fee_operations());
    left.cmp(&right)
}

#[cfg(test)]
mod tests {
    use stellar_xdr::{
        AccountEntry, LedgerEntryData, MuxedAccount, Operation, OperationBody, PaymentOp, PublicKey,
        Thresholds, Transaction, Uint256,
    };

    use super::*;
    use crate::engine::root_key;

    /// A network of accounts that anybody may sign for by name, with room for so many operations.
    fn ledger_with(names: &[&str], room: u32) -> Ledger {
        let mut ledger = Ledger::genesis("a network", 1_000);
        let mut header = ledger.header().clone();
        header.max_tx_set_size = room;
        ledger.restore_header(header);
        for name in names {
            let data = LedgerEntryData::Account(AccountEntry {
                account_id: account(name),
                balance: 1_000_000_000,
                thresholds: Thresholds([1, 0, 0, 0]),
                ..AccountEntry::default()
            });
            let entry = stellar_xdr::LedgerEntry { data, ..stellar_xdr::LedgerEntry::default() };
            ledger.restore(entry.to_key(), Some(entry));
        }
        ledger
    }

    fn account(name: &str) -> AccountId {
        let key = root_key(name).verifying_key().to_bytes();
        AccountId(PublicKey::PublicKeyTypeEd25519(Uint256(key)))
    }

    /// A payment of one stroop to oneself.
    fn transaction(name: &str, fee: u32, ledger: &Ledger) -> Arc<SignedTransaction> {
        use ed25519_dalek::Signer as _;
        let source = MuxedAccount::from(account(name));
        let payment = Operation {
            source_account: None,
            body: OperationBody::Payment(PaymentOp {
                destination: source.clone(),
                amount: 1,
                ..PaymentOp::default()
            }),
        };
        let tx = Transaction {
            source_account: source,
            fee,
            seq_num: 1.into(),
            operations: [payment].try_into().unwrap(),
            ..Transaction::default()
        };
        let key = root_key(name);
        let [.., a, b, c, d] = key.verifying_key().to_bytes();
        let hash = tx.hash(ledger.network_id()).unwrap();
        let signature = stellar_xdr::DecoratedSignature {
            hint: stellar_xdr::SignatureHint([a, b, c, d]),
            signature: stellar_xdr::Signature(key.sign(&hash).to_bytes().try_into().unwrap()),
        };
        let envelope = stellar_xdr::TransactionEnvelope::Tx(stellar_xdr::TransactionV1Envelope {
            tx,
            signatures: [signature].try_into().unwrap(),
        });
        Arc::new(SignedTransaction::new(envelope, ledger.network_id()).unwrap())
    }

    #[test]
    fn where_there_is_not_room_for_all_higher_fees_go_first_and_the_rest_waits() {
        let ledger = ledger_with(&["a", "b", "c"], 2);
        let mut queue = Queue::default();
        let [a, b, c] =
            [("a", 300), ("b", 100), ("c", 200)].map(|(name, fee)| transaction(name, fee, &ledger));
        for tx in [&b, &c, &a] {
            let answer = queue.offer(&ledger, Arc::clone(tx), Ok(()));
            assert!(matches!(answer, Answer::Pending));
        }
        let hashes = |txs: &[Arc<SignedTransaction>]| -> Vec<_> { txs.iter().map(|tx| tx.hash()).collect() };
        let first = queue.select(&ledger, 1_000);
        assert_eq!(hashes(&first), [c.hash(), a.hash()]);
        queue.closed(&first);
        assert_eq!(hashes(&queue.select(&ledger, 1_000)), [b.hash()]);
    }

    #[test]
    fn who_finds_no_room_for_four_ledgers_is_dropped_and_banned() {
        let ledger = ledger_with(&["a"], 0);
        let mut queue = Queue::default();
        let tx = transaction("a", 100, &ledger);
        queue.offer(&ledger, Arc::clone(&tx), Ok(()));
        for _ in 0..PATIENCE {
            assert!(queue.select(&ledger, 1_000).is_empty());
            queue.closed(&[]);
        }
        let answer = queue.offer(&ledger, tx, Ok(()));
        assert!(matches!(answer, Answer::TryAgainLater));
        assert_eq!(queue.operations, 0);
    }
}
