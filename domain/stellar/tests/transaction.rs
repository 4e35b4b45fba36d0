//! Transactions against envelopes that another SDK built and signed (`golden/`).

use windlass_stellar::{
    AccountId, Envelope, EnvelopeError, Keypair, Memo, MuxedAccount, Network, Operation, StellarAsset,
    Stroops, TimeBounds, Transaction, TransactionError,
};

const TRANSACTION: &str = include_str!("golden/transaction.b64");
const V0: &str = include_str!("golden/v0.b64");
const FEE_BUMP: &str = include_str!("golden/fee_bump.b64");
const TRANSACTION_HASH: &str = "a77eb31a83f63bbe34c44df590d522b66b3e7fc01f3c4b0af1f6e389a01cc776";
const MAX_TIME: u64 = 1_790_000_060;

fn key(seed: u8) -> Keypair {
    Keypair::from_seed_bytes([seed; 32])
}

fn network() -> Network {
    Network::new(Network::TESTNET)
}

fn stroops(count: i64) -> Stroops {
    Stroops::new(count).unwrap_or_default()
}

fn one_payment() -> Transaction {
    Transaction {
        source: key(2).account_id(),
        sequence: 42,
        fee_per_operation: stroops(250),
        time_bounds: TimeBounds::until(MAX_TIME),
        memo: Memo::None,
        operations: vec![pay(key(1).account_id())],
    }
}

fn pay(to: AccountId) -> Operation {
    Operation::payment(to.into(), StellarAsset::Native, stroops(1))
}

#[test]
fn every_operation_is_built_and_signed_as_another_sdk_does_it() {
    let (client, issuer) = (key(2), key(4).account_id());
    let usd: StellarAsset = format!("USD:{issuer}").parse().unwrap();
    let user = MuxedAccount { account: client.account_id(), id: Some(7) };
    let signed = Transaction {
        memo: Memo::Text("réf 7".into()),
        operations: vec![
            Operation::payment(user, usd, stroops(125_000_000)),
            pay(key(1).account_id()).with_source(key(3).account_id()),
            Operation::create_account(issuer, stroops(20_000_000)),
            Operation::change_trust(usd, stroops(1_000_000_000)),
            Operation::set_home_domain("anchor.example").unwrap(),
            Operation::manage_data("config.memo_required", Some(b"1")).unwrap(),
            Operation::manage_data("gone", None).unwrap(),
        ],
        ..one_payment()
    }
    .sign(&network(), &[&client, &key(3)])
    .unwrap();

    assert_eq!(signed.envelope, TRANSACTION);
    assert_eq!(signed.hash.to_string(), TRANSACTION_HASH);
    assert_eq!((signed.source, signed.sequence, signed.max_time), (client.account_id(), 42, MAX_TIME));
}

#[test]
fn an_envelope_of_version_1_is_read() {
    let envelope = Envelope::read(TRANSACTION, &network()).unwrap();
    assert_eq!(envelope.hash.to_string(), TRANSACTION_HASH);
    assert_eq!(envelope.source(), key(2).account_id().into());
    assert_eq!(envelope.sequence(), 42);
    assert_eq!(envelope.time_bounds(), Some(TimeBounds { min: 0, max: MAX_TIME }));
    assert_eq!(envelope.fee_bump, None);
    let hints: Vec<_> = envelope.signatures().iter().map(|signature| signature.hint.0).collect();
    assert_eq!(hints, [key(2).hint(), key(3).hint()]);
    for (signature, signer) in envelope.signatures().iter().zip([key(2), key(3)]) {
        assert!(signer.account_id().verifies(envelope.hash.as_bytes(), &signature.signature));
    }
}

#[test]
fn an_envelope_of_version_0_is_read_as_the_transaction_that_it_means() {
    let envelope = Envelope::read(V0, &network()).unwrap();
    assert_eq!(envelope.hash.to_string(), "017c07d387fcf24de1697ee0d7cf2a7d01d8725bc9d638b76d4238a11b467141");
    assert_eq!((envelope.source(), envelope.sequence()), (key(2).account_id().into(), 42));
    assert_eq!(envelope.time_bounds(), Some(TimeBounds { min: 5, max: MAX_TIME }));
    assert_eq!(envelope.signatures().len(), 1);
}

#[test]
fn a_fee_bump_gives_its_own_hash_and_the_inner_one() {
    let envelope = Envelope::read(FEE_BUMP, &network()).unwrap();
    assert_eq!(envelope.hash.to_string(), "d982ed7a2220ba10f659ef6a6612239845d196cbea4407dc1b3f14a96c314ff1");
    let bump = envelope.fee_bump.unwrap();
    assert_eq!(bump.inner_hash.to_string(), TRANSACTION_HASH);
    assert_eq!(bump.fee_source, key(1).account_id().into());
    assert_eq!((envelope.source(), envelope.sequence()), (key(2).account_id().into(), 42));
    let [signature] = envelope.signatures() else { panic!("one signature is around the fee bump") };
    assert!(key(1).account_id().verifies(envelope.hash.as_bytes(), &signature.signature));
}

#[test]
fn the_hash_depends_on_the_network() {
    let other = Envelope::read(TRANSACTION, &Network::new(Network::PUBLIC)).unwrap();
    assert_ne!(other.hash.to_string(), TRANSACTION_HASH);
}

#[test]
fn signing_an_envelope_adds_one_signature_and_changes_nothing_else() {
    let signed = one_payment().sign(&network(), &[&key(2)]).unwrap();
    let both = one_payment().sign(&network(), &[&key(2), &key(3)]).unwrap();
    let envelope = Envelope::read(&signed.envelope, &network()).unwrap();
    assert_eq!(envelope.sign(&key(3)).unwrap(), both.envelope);
}

#[test]
fn a_transaction_beyond_a_limit_is_refused_by_its_name() {
    let sign = |transaction: Transaction| transaction.sign(&network(), &[&key(2)]);
    let payments = |count| vec![pay(key(1).account_id()); count];

    assert!(sign(Transaction { operations: payments(100), ..one_payment() }).is_ok());
    for count in [0, 101] {
        let refused = sign(Transaction { operations: payments(count), ..one_payment() });
        assert_eq!(refused.unwrap_err(), TransactionError::Operations(count));
    }
    let endless = Transaction { time_bounds: TimeBounds::until(0), ..one_payment() };
    assert_eq!(sign(endless).unwrap_err(), TransactionError::Unbounded);
    // Without this the payment would go out without its memo.
    let memo = Memo::Text("é".repeat(15));
    assert_eq!(sign(Transaction { memo, ..one_payment() }).unwrap_err(), TransactionError::MemoTooLong(30));
    for fee in [stroops(i64::from(u32::MAX) + 1), Stroops::MAX] {
        let costly = Transaction { fee_per_operation: fee, ..one_payment() };
        assert_eq!(sign(costly).unwrap_err(), TransactionError::Fee(fee));
    }
    let (many, signer) = (21, key(2));
    let refused = one_payment().sign(&network(), &vec![&signer; many]);
    assert_eq!(refused.unwrap_err(), TransactionError::Signatures(many));
}

#[test]
fn an_envelope_with_twenty_signatures_takes_no_more() {
    let signer = key(2);
    let full = one_payment().sign(&network(), &[&signer; 20]).unwrap();
    let envelope = Envelope::read(&full.envelope, &network()).unwrap();
    assert_eq!(envelope.sign(&key(3)), Err(EnvelopeError::Signatures));
}

/// SEP10-T13: a plus sign that a form turned into a space is not put back.
#[test]
fn whatever_is_no_envelope_is_refused() {
    let read = |text: &str| Envelope::read(text, &network());
    let with_spaces = TRANSACTION.replace('+', " ");
    assert_ne!(with_spaces, TRANSACTION);
    for text in [&with_spaces, "====", "AAAA AAAA", "ÄÖÜ", &format!("{TRANSACTION}\n")] {
        assert!(matches!(read(text), Err(EnvelopeError::Base64(_))), "{text}");
    }
    let cut = &TRANSACTION[..TRANSACTION.len() - 8];
    for text in ["", "AAAA", cut, &format!("{cut}{cut}"), &"/".repeat(400)] {
        assert!(matches!(read(text), Err(EnvelopeError::Xdr(_))), "{text}");
    }
    let length = Envelope::MAX_LENGTH + 1;
    let max = Envelope::MAX_LENGTH;
    assert_eq!(read(&"A".repeat(length)).unwrap_err(), EnvelopeError::TooLong { length, max });
}
