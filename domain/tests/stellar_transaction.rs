//! An envelope's life, as one table: each command at each stage.

use cqrs_es::test::TestFramework;
use time::{Duration, OffsetDateTime};
use windlass_domain::{
    ports::ResultCodes,
    stellar_transaction::{
        PreparedTransaction, StellarTransaction, StellarTransactionCommand as Command,
        StellarTransactionEvent as Event, StellarTransactionRefusal as Refusal,
    },
    transfer::DeathProof,
};
use windlass_stellar::{AccountId, Stroops, TransactionHash};

fn prepared() -> Box<PreparedTransaction> {
    Box::new(PreparedTransaction {
        hash: TransactionHash::from_bytes([1; 32]),
        envelope: "AAAA".into(),
        source: AccountId::from_bytes([2; 32]),
        sequence: 7,
        max_time: OffsetDateTime::UNIX_EPOCH,
        members: vec![],
    })
}

fn proof() -> DeathProof {
    DeathProof { ledger: 9, closed_at: OffsetDateTime::UNIX_EPOCH + Duration::SECOND, account_sequence: 6 }
}

/// Each command with the event that it leads to where it is news.
fn commands() -> [(Command, Event); 5] {
    let (ledger, closed_at, fee_charged) = (8, OffsetDateTime::UNIX_EPOCH, Stroops::BASE_FEE);
    let codes = ResultCodes { transaction: "tx_failed".into(), operations: vec!["op_no_trust".into()] };
    [
        (Command::Prepare(prepared()), Event::Prepared(prepared())),
        (Command::RecordSubmitted, Event::Submitted),
        (
            Command::Confirm { ledger, closed_at, fee_charged },
            Event::Confirmed { ledger, closed_at, fee_charged },
        ),
        (Command::Fail { ledger, codes: codes.clone() }, Event::Failed { ledger, codes }),
        (Command::ProveDead(proof()), Event::ProvenDead(proof())),
    ]
}

/// What a command at some stage comes to.
#[derive(Clone, Copy)]
enum Then {
    News,
    AlreadySo,
    Refused(fn() -> Refusal),
}

const NOT_PREPARED: Then = Then::Refused(|| Refusal::NotPrepared);
const ALREADY_PREPARED: Then = Then::Refused(|| Refusal::AlreadyPrepared);
const SETTLED: Then = Then::Refused(|| Refusal::AlreadySettled);

#[test]
fn an_envelope_is_prepared_once_sent_once_and_settled_once() {
    use Then::{AlreadySo, News};
    let [prepared, submitted, confirmed, failed, dead] = commands().map(|(_, event)| event);
    let stages = [
        (vec![], [News, NOT_PREPARED, NOT_PREPARED, NOT_PREPARED, NOT_PREPARED]),
        (vec![prepared.clone()], [ALREADY_PREPARED, News, News, News, News]),
        (vec![prepared.clone(), submitted.clone()], [ALREADY_PREPARED, AlreadySo, News, News, News]),
        (vec![prepared.clone(), confirmed], [ALREADY_PREPARED, AlreadySo, AlreadySo, SETTLED, SETTLED]),
        (vec![prepared.clone(), failed], [ALREADY_PREPARED, AlreadySo, SETTLED, AlreadySo, SETTLED]),
        (vec![prepared, submitted, dead], [ALREADY_PREPARED, AlreadySo, SETTLED, SETTLED, AlreadySo]),
    ];
    for (history, outcomes) in stages {
        for ((command, event), then) in commands().into_iter().zip(outcomes) {
            let when = TestFramework::<StellarTransaction>::with(()).given(history.clone()).when(command);
            match then {
                News => when.then_expect_events(vec![event]),
                AlreadySo => when.then_expect_events(vec![]),
                Then::Refused(refusal) => when.then_expect_error(refusal()),
            }
        }
    }
}
