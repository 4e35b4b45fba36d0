//! The engine against stellar-core: 768 transactions with the results and states that the real
//! engine gave (`tests/vectors/classic.json`, or the file that the variable `VECTORS` names).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of a test end it when the file is not as expected"
)]

mod file;
mod state;

use std::collections::{BTreeMap, BTreeSet};

use file::{Step, Vectors};
use stellar_xdr::{LedgerHeader, OperationBody, TransactionResult, WriteXdr};
use windlass_sandbox::engine::{CloseWindow, Ledger, SignedTransaction, is_supported};
use windlass_stellar::ResultNames;

/// How many steps of `classic.json` the engine must agree with, so that none is lost unnoticed.
const CHECKED_AT_LEAST: usize = 450;

#[test]
fn golden_vectors_give_the_results_and_states_of_stellar_core() {
    let vectors = Vectors::read();
    let mut ledger = genesis(&vectors);
    let mut checked: BTreeMap<&str, usize> = BTreeMap::new();
    let mut passed_over: BTreeMap<&str, usize> = BTreeMap::new();
    let mut not_implemented: BTreeMap<String, usize> = BTreeMap::new();
    for step in &vectors.steps {
        let tx = SignedTransaction::from_base64(&step.envelope_xdr, ledger.network_id());
        let missing = tx.as_ref().map_or_else(|_| BTreeSet::new(), |tx| missing(step, tx));
        if missing.is_empty() {
            take(&mut ledger, step, tx.ok());
            *checked.entry(&step.kind).or_default() += 1;
        } else {
            pass_over(&mut ledger, step);
            *passed_over.entry(&step.kind).or_default() += 1;
            for operation in missing {
                *not_implemented.entry(operation).or_default() += 1;
            }
        }
    }
    println!("checked {} steps: {checked:?}", checked.values().sum::<usize>());
    println!("passed over {} steps: {passed_over:?}", passed_over.values().sum::<usize>());
    println!("for these operations (steps): {not_implemented:?}");
    let least = if vectors.is_projects_own { CHECKED_AT_LEAST } else { 1 };
    assert!(checked.values().sum::<usize>() >= least);
}

/// Takes one step as the network would, and compares all that the file says about it.
fn take(ledger: &mut Ledger, step: &Step, tx: Option<SignedTransaction>) {
    let at = format!("step {} {}", step.n, step.name);
    let Some(tx) = tx else {
        assert_eq!(step.result_xdr, None, "{at} does not decode here");
        return;
    };
    assert_eq!(hex::encode(tx.hash()), step.hash, "{at}: hash");
    let now = ledger.close_time();
    let window = CloseWindow { earliest: now, latest: now };
    let result = match ledger.check(&tx, window) {
        Err(result) => {
            assert_eq!(step.submitted, "rejected", "{at}: refused with {result:?}");
            result
        }
        Ok(()) => {
            assert_eq!(step.submitted, "accepted", "{at}: not refused");
            assert_eq!(Some(ledger.sequence() + 1), step.ledger, "{at}: ledger");
            let [result] = ledger.close(step.close_time.unwrap(), &[&tx]).try_into().unwrap();
            ledger.commit();
            let fee_pool = step.fee_pool.as_deref().map(|pool| pool.parse().unwrap());
            assert_eq!(Some(ledger.header().fee_pool), fee_pool, "{at}: fee pool");
            result
        }
    };
    assert_same_result(&at, &result, step);
    for (key, expected) in &step.state_after {
        if state::is_kept(key) {
            let got = state::describe(ledger, key);
            assert_eq!(got, *expected, "{at}: {key}");
        }
    }
}

fn assert_same_result(at: &str, result: &TransactionResult, step: &Step) {
    let xdr = result.to_xdr_base64(stellar_xdr::Limits::none()).unwrap();
    assert_eq!(Some(xdr), step.result_xdr, "{at}: {result:?}");
    let codes = ResultNames::of(result);
    assert_eq!(Some(codes.transaction), step.tx_code, "{at}");
    assert_eq!(codes.inner_transaction, step.inner_tx_code, "{at}");
    assert_eq!(codes.operations, step.op_codes.clone().unwrap_or_default(), "{at}");
}

/// Takes the state after a step as given.
fn pass_over(ledger: &mut Ledger, step: &Step) {
    let mut header = ledger.header().clone();
    if step.submitted == "accepted" {
        header.ledger_seq = step.ledger.unwrap();
        header.scp_value.close_time = step.close_time.unwrap().into();
        header.fee_pool = step.fee_pool.as_deref().unwrap().parse().unwrap();
    }
    ledger.restore_header(header);
    for (key, entry) in &step.state_after {
        if state::is_kept(key) {
            let entry = state::entry(entry);
            ledger.restore(state::key(key), entry);
        }
    }
}

fn genesis(vectors: &Vectors) -> Ledger {
    let mut header = LedgerHeader {
        ledger_version: vectors.protocol_version,
        ledger_seq: vectors.genesis_ledger,
        total_coins: vectors.total_coins.parse().unwrap(),
        fee_pool: vectors.genesis_fee_pool.parse().unwrap(),
        base_fee: vectors.base_fee,
        base_reserve: vectors.base_reserve,
        max_tx_set_size: vectors.max_tx_set_ops,
        ..LedgerHeader::default()
    };
    header.scp_value.close_time = vectors.genesis_close_time.into();
    let network_id = hex::decode(&vectors.network_id).unwrap().try_into().unwrap();
    let mut ledger = Ledger::new(network_id, header);
    for account in &vectors.genesis {
        let entry = state::account_entry(account);
        ledger.restore(entry.to_key(), Some(entry));
    }
    ledger
}

/// What a step needs that the engine does not have and the real network does.
fn missing(step: &Step, tx: &SignedTransaction) -> BTreeSet<String> {
    let operations =
        tx.operations().iter().filter(|op| !is_supported(&op.body) && op.body != OperationBody::Inflation);
    let mut missing: BTreeSet<String> =
        operations.map(|operation| operation.body.name().to_owned()).collect();
    if missing.is_empty() && step.touched.iter().any(|key| !state::is_kept(key)) {
        missing.insert("(removes offers)".to_owned());
    }
    missing
}
