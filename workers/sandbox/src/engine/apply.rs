//! Closing a ledger: all fees are taken first, then each transaction is tried as a whole. A
//! failed one keeps its fee and its sequence number, and nothing else.

use sha2::{Digest, Sha256};
use stellar_xdr::{
    AccountId, Hash, LedgerEntryData, Limits, OperationResult, SignerKey, TransactionResult,
    TransactionResultResult as Code, Uint256, WriteXdr,
};

use super::Ledger;
use super::account::note_sequence_use;
use super::door::{CloseWindow, Fee, Moment, Stage};
use super::envelope::SignedTransaction;
use super::operations::{self, Operating, remove_signer};
use super::result::{bumped, untried, with_fee};
use super::signatures::Signatures;

impl Ledger {
    /// Closes the next ledger with these transactions, in this order, and gives their results.
    ///
    /// The transactions have passed [`check`](Self::check). What changed stands in
    /// [`changes`](Self::changes) until [`commit`](Self::commit) or [`revert`](Self::revert).
    pub fn close<T: AsRef<SignedTransaction>>(
        &mut self,
        close_time: u64,
        transactions: &[T],
    ) -> Vec<TransactionResult> {
        let previous = self.header.to_xdr(Limits::none()).unwrap_or_default();
        self.replaced_header.get_or_insert(self.header.clone());
        self.header.previous_ledger_hash = Hash(Sha256::digest(previous).into());
        self.header.ledger_seq = self.header.ledger_seq.saturating_add(1);
        self.header.scp_value.close_time = close_time.into();
        let fees: Vec<i64> = transactions.iter().map(|tx| self.charge_fee(tx.as_ref())).collect();
        transactions.iter().zip(fees).map(|(tx, fee)| with_fee(fee, self.apply(tx.as_ref()))).collect()
    }

    /// Takes the fee, below the reserve if need be, and says how much it was.
    fn charge_fee(&mut self, tx: &SignedTransaction) -> i64 {
        let Some(mut payer) = self.account(&tx.fee_source()).cloned() else {
            return 0;
        };
        let fee = tx.fee_bid().min(self.least_fee(tx.fee_operations())).min(payer.balance);
        payer.balance -= fee;
        self.header.fee_pool = self.header.fee_pool.saturating_add(fee);
        self.put(LedgerEntryData::Account(payer));
        fee
    }

    fn apply(&mut self, tx: &SignedTransaction) -> Code {
        match tx.fee_bump() {
            Some(bump) => {
                self.remove_used_up_signer(&bump.source, bump.hash);
                let code = self.apply_transaction(tx, Fee::Bumped);
                bumped(tx.inner_hash(), code)
            }
            None => self.apply_transaction(tx, Fee::Taken),
        }
    }

    fn apply_transaction(&mut self, tx: &SignedTransaction, fee: Fee) -> Code {
        let mut signatures = Signatures::new(tx.inner_hash(), tx.signatures(), &tx.verified);
        if let Err(code) = self.prepare(tx, fee, &mut signatures) {
            return code;
        }
        let before = self.mark();
        let mut results = Vec::with_capacity(tx.operations().len());
        let mut success = true;
        for operation in tx.operations() {
            let before = self.mark();
            results.push(match operations::apply(self, &Operating::new(operation, tx)) {
                Ok(result) => OperationResult::OpInner(result),
                Err(failed) => {
                    self.undo(before);
                    success = false;
                    failed.0
                }
            });
        }
        let results = results.try_into().unwrap_or_default();
        if success {
            Code::TxSuccess(results)
        } else {
            self.undo(before);
            Code::TxFailed(results)
        }
    }

    /// Checks the transaction again and uses up its sequence number and one-time signers, which
    /// stay used whatever becomes of the operations.
    fn prepare(
        &mut self,
        tx: &SignedTransaction,
        fee: Fee,
        signatures: &mut Signatures<'_>,
    ) -> Result<(), Code> {
        let close_time = self.close_time();
        let moment = Moment {
            sequence: self.sequence(),
            window: CloseWindow { earliest: close_time, latest: close_time },
        };
        let valid = self.check_common(tx, moment, fee, signatures);
        let stage = valid.as_ref().err().map(|(stage, _)| *stage);
        if stage != Some(Stage::Sequence) {
            self.use_sequence(tx);
        }
        if let Err((stage, code)) = valid {
            if stage == Stage::Balance {
                self.remove_used_up_signers(tx);
            }
            return Err(code);
        }
        let mut results = untried(tx.operations());
        let mut signed = true;
        for (operation, result) in tx.operations().iter().zip(&mut results) {
            let operating = Operating::new(operation, tx);
            if let Err(failed) = operations::check_signed(self, &operating, signatures) {
                *result = failed.0;
                signed = false;
            }
        }
        self.remove_used_up_signers(tx);
        if !signed {
            return Err(Code::TxFailed(results.try_into().unwrap_or_default()));
        }
        if !signatures.all_used() {
            return Err(Code::TxBadAuthExtra);
        }
        Ok(())
    }

    fn use_sequence(&mut self, tx: &SignedTransaction) {
        if let Some(mut account) = self.account(&tx.source()).cloned() {
            account.seq_num = tx.transaction().seq_num.clone();
            note_sequence_use(&mut account, self.sequence(), self.close_time());
            self.put(LedgerEntryData::Account(account));
        }
    }

    fn remove_used_up_signers(&mut self, tx: &SignedTransaction) {
        self.remove_used_up_signer(&tx.source(), tx.inner_hash());
        for operation in tx.operations() {
            let operating = Operating::new(operation, tx);
            self.remove_used_up_signer(operating.source(), tx.inner_hash());
        }
    }

    /// A transaction that was authorised beforehand, by its hash, is so only once.
    fn remove_used_up_signer(&mut self, id: &AccountId, hash: [u8; 32]) {
        let key = SignerKey::PreAuthTx(Uint256(hash));
        if let Some(mut account) =
            self.account(id).filter(|account| account.signers.iter().any(|signer| signer.key == key)).cloned()
        {
            remove_signer(self, &mut account, &key);
            self.put(LedgerEntryData::Account(account));
        }
    }
}
