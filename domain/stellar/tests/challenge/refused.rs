//! A good challenge is taken; each way to spoil it is refused for its own reason.

#![expect(clippy::indexing_slicing, reason = "a wrong index in a change fails the test that makes it")]

use windlass_stellar::{
    ChallengeError as E, ClientDomain, Envelope, EnvelopeError, Keypair, Network, Operation, StellarAsset,
    Stroops, xdr,
};

use crate::support::*;

#[test]
fn a_good_challenge_tells_who_logs_in_and_where() {
    let text = Request { memo: Some(u64::MAX), ..Request::with_wallet() }.signed_by(&[client(), wallet()]);
    let received = read(&text).unwrap();
    assert_eq!(received.hash, Envelope::read(&text, &network()).unwrap().hash);
    assert_eq!(received.account, client().account_id().into());
    assert_eq!(received.memo, Some(u64::MAX));
    assert_eq!(received.home_domain, "anchor.example");
    let domain = ClientDomain { domain: "wallet.example".into(), account: wallet().account_id() };
    assert_eq!(received.client_domain, Some(domain));
    assert_eq!(received.max_time, NOW + 900);
}

/// SEP10-T10
#[test]
fn a_muxed_account_keeps_its_form() {
    let text = Request { client: muxed_client(), ..Request::plain() }.signed_by(&[client()]);
    assert_eq!(read(&text).unwrap().account, muxed_client());
}

/// SEP10-033
#[test]
fn further_operations_of_the_server_are_passed_over() {
    let more =
        |tx: &mut xdr::Transaction| push(tx, data("future", Some(b"1")).with_source(server().account_id()));
    let text = Request::plain().forged(more, &[server(), client()]);
    assert!(read(&text).is_ok());
}

/// SEP10-031 SEP10-053: the operation may be missing, as in challenges of SEP-10 before 3.0.
#[test]
fn a_challenge_without_web_auth_domain_is_taken() {
    let without = |tx: &mut xdr::Transaction| edit(tx, |operations| drop(operations.remove(1)));
    assert!(read(&Request::plain().forged(without, &[server(), client()])).is_ok());
}

/// SEP10-040 SEP10-057 SEP10-028
#[test]
fn a_challenge_is_taken_within_its_time_only() {
    let text = Request::plain().signed_by(&[client()]);
    assert!(read_at(&text, NOW).is_ok());
    assert!(read_at(&text, NOW + 900).is_ok());
    assert_eq!(read_at(&text, NOW + 901), Err(E::Expired { max_time: NOW + 900 }));
    // Another process of ours may have issued it by a clock that is ahead; the end is never moved.
    assert!(read_at(&text, NOW - 300).is_ok());
    assert_eq!(read_at(&text, NOW - 301), Err(E::NotYetValid { min_time: NOW }));
    assert_eq!(read_at(&text, u64::MAX), Err(E::Expired { max_time: NOW + 900 }));
}

/// SEP10-038 SEP10-058
#[test]
fn what_is_no_transaction_is_refused() {
    let base64 = |text: &str| matches!(read(text), Err(E::Envelope(EnvelopeError::Base64(_))));
    assert!(base64("not a transaction"));
    let good = Request::plain().signed_by(&[client()]);
    let lost_plus = good.replace('+', " ");
    assert!(lost_plus != good && base64(&lost_plus), "SEP10-T13");
    assert!(matches!(read(""), Err(E::Envelope(EnvelopeError::Xdr(_)))));
    assert!(matches!(read(&good[..good.len() - 8]), Err(E::Envelope(EnvelopeError::Xdr(_)))));
    let long = read(&"A".repeat(8193)).unwrap_err();
    assert_eq!(long, E::Envelope(EnvelopeError::TooLong { length: 8193, max: 8192 }));
}

/// SEP10-038
#[test]
fn a_fee_bump_around_a_good_challenge_is_refused() {
    let good = Envelope::read(&Request::plain().signed_by(&[client()]), &network()).unwrap();
    let inner = xdr::TransactionV1Envelope {
        tx: good.transaction.clone(),
        signatures: good.signatures().to_vec().try_into().unwrap(),
    };
    let bump = xdr::TransactionEnvelope::TxFeeBump(xdr::FeeBumpTransactionEnvelope {
        tx: xdr::FeeBumpTransaction {
            fee_source: inner.tx.source_account.clone(),
            fee: 1000,
            inner_tx: xdr::FeeBumpTransactionInnerTx::Tx(inner),
            ext: xdr::FeeBumpTransactionExt::V0,
        },
        signatures: good.signatures().to_vec().try_into().unwrap(),
    });
    assert_eq!(read(&encode(&bump)), Err(E::FeeBump));
}

/// SEP10-058: XDR itself has room for 20.
#[test]
fn a_challenge_with_twenty_one_signatures_is_refused() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let full = Request::plain().signed_by(&vec![client(); 19]);
    assert!(read(&full).is_ok());
    let mut bytes = STANDARD.decode(full).unwrap();
    let signature = bytes[bytes.len() - 72..].to_vec();
    let count = bytes.len() - 20 * 72 - 1;
    assert_eq!(bytes[count], 20);
    bytes[count] = 21;
    bytes.extend(signature);
    assert!(matches!(read(&STANDARD.encode(bytes)), Err(E::Envelope(EnvelopeError::Xdr(_)))));
}

/// SEP10-034 SEP10-044 SEP10-076
#[test]
fn a_challenge_that_was_changed_or_signed_elsewhere_is_refused() {
    let ours = server().account_id();
    let later = |tx: &mut xdr::Transaction| tx.cond = until(NOW + 9000);
    for keys in [vec![client()], vec![], vec![wallet(), client()]] {
        assert_eq!(read(&Request::plain().forged(later, &keys)), Err(E::NotSignedByServer(ours)));
    }
    // The server's signature over the unchanged challenge does not cover the changed one.
    let good = Envelope::read(&Request::plain().signed_by(&[client()]), &network()).unwrap();
    let mut tx = good.transaction.clone();
    later(&mut tx);
    let signatures = good.signatures().to_vec().try_into().unwrap();
    let changed = encode(&xdr::TransactionEnvelope::Tx(xdr::TransactionV1Envelope { tx, signatures }));
    assert_eq!(read(&changed), Err(E::NotSignedByServer(ours)));
    // Nor does one for another network.
    let hash = good.transaction.hash(*Network::new(Network::PUBLIC).id()).unwrap();
    let hash = windlass_stellar::TransactionHash::from_bytes(hash);
    let signatures = vec![server().sign_hash(&hash), client().sign_hash(&hash)].try_into().unwrap();
    let tx = good.transaction;
    let elsewhere = encode(&xdr::TransactionEnvelope::Tx(xdr::TransactionV1Envelope { tx, signatures }));
    assert_eq!(read(&elsewhere), Err(E::NotSignedByServer(ours)));
}

type Change = fn(&mut xdr::Transaction);

/// Each row spoils one thing of a challenge that server, client and the wallet's domain then sign.
#[test]
fn each_way_to_spoil_a_challenge_is_refused_for_its_own_reason() {
    let ours = server().account_id();
    let web = |found: &str| E::WebAuthDomain { found: found.into(), expected: WEB_AUTH_DOMAIN.into() };
    let home = |found: &str| E::HomeDomain { found: found.into() };
    let foreign = |operation| E::OperationSource { operation, expected: ours };
    let rows: Vec<(&str, Change, E)> = vec![
        (
            "SEP10-039 source is another account",
            |tx| tx.source_account = key(9).account_id().to_xdr().into(),
            E::Source { found: key(9).account_id().into(), expected: ours },
        ),
        (
            "SEP10-039 source is the server, but muxed",
            |tx| tx.source_account = muxed_server().to_xdr(),
            E::Source { found: muxed_server(), expected: ours },
        ),
        ("SEP10-040 no time bounds", |tx| tx.cond = xdr::Preconditions::None, E::Unbounded),
        ("SEP10-028 endless time bounds", |tx| tx.cond = until(0), E::Unbounded),
        ("SEP10-040 over", |tx| tx.cond = until(NOW), E::Expired { max_time: NOW }),
        ("SEP10-041 no operations", |tx| edit(tx, Vec::clear), E::NoOperations),
        (
            "SEP10-058 too many operations",
            |tx| (0..8).for_each(|_| push(tx, data("more", None).with_source(server().account_id()))),
            E::TooManyOperations { found: 11, max: 10 },
        ),
        (
            "SEP10-042 first operation is a payment",
            |tx| replace(tx, 0, payment().with_source(client().account_id())),
            E::NotManageData { operation: 1 },
        ),
        ("SEP10-042 first operation has no source", |tx| source(tx, 0, None), E::NoClientAccount),
        ("SEP10-043 foreign home domain", |tx| rename(tx, 0, "evil.example auth"), home("evil.example auth")),
        ("SEP10-043 home domain alone", |tx| rename(tx, 0, "anchor.example"), home("anchor.example")),
        ("SEP10-043 auth alone", |tx| rename(tx, 0, " auth"), home(" auth")),
        (
            "SEP10-043 longer home domain",
            |tx| rename(tx, 0, "xanchor.example auth"),
            home("xanchor.example auth"),
        ),
        ("SEP10-043 other case", |tx| rename(tx, 0, "Anchor.example auth"), home("Anchor.example auth")),
        ("SEP10-043 no value", |tx| value(tx, 0, None), E::Nonce),
        ("SEP10-T11 64 bytes that are not base64", |tx| value(tx, 0, Some(&[0xff; 64])), E::Nonce),
        ("SEP10-043 base64 of 45 bytes", |tx| value(tx, 0, Some(&[b'A'; 60])), E::Nonce),
        (
            "SEP10-043 base64 of 47 bytes",
            |tx| value(tx, 0, Some(format!("{}=", "A".repeat(63)).as_bytes())),
            E::Nonce,
        ),
        ("SEP10-052 client domain without source", |tx| source(tx, 2, None), E::ClientDomainSource),
        (
            "SEP10-052 client domain with a muxed source",
            |tx| source(tx, 2, Some(muxed_client().to_xdr())),
            E::ClientDomainSource,
        ),
        (
            "SEP10-051 client domain with the server as source",
            |tx| source(tx, 2, Some(server().account_id().to_xdr().into())),
            E::ClientDomainSource,
        ),
        ("SEP10-032 client domain without value", |tx| value(tx, 2, None), E::ClientDomainValue),
        ("SEP10-032 client domain that is no text", |tx| value(tx, 2, Some(&[0xff])), E::ClientDomainValue),
        (
            "SEP10-051 two client domains",
            |tx| push(tx, data("client_domain", Some(b"evil.example")).with_source(wallet().account_id())),
            E::SeveralClientDomains,
        ),
        (
            "SEP10-051 client domain's account has not signed",
            |tx| source(tx, 2, Some(key(9).account_id().to_xdr().into())),
            E::NotSignedByClientDomain(key(9).account_id()),
        ),
        (
            "SEP10-052 a later operation is a payment",
            |tx| push(tx, payment().with_source(server().account_id())),
            E::NotManageData { operation: 4 },
        ),
        (
            "SEP10-052 web auth domain is the client's",
            |tx| source(tx, 1, Some(client().account_id().to_xdr().into())),
            foreign(2),
        ),
        ("SEP10-052 web auth domain without source", |tx| source(tx, 1, None), foreign(2)),
        (
            "SEP10-052 another operation of the client's",
            |tx| push(tx, data("mine", Some(b"1")).with_source(client().account_id())),
            foreign(4),
        ),
        ("SEP10-053 another web auth domain", |tx| value(tx, 1, Some(b"evil.example")), web("evil.example")),
        (
            "SEP10-053 web auth domain without port",
            |tx| value(tx, 1, Some(b"auth.anchor.example")),
            web("auth.anchor.example"),
        ),
        ("SEP10-053 no web auth domain in it", |tx| value(tx, 1, None), web("")),
        (
            "SEP10-053 a second, other web auth domain",
            |tx| push(tx, data("web_auth_domain", Some(b"b")).with_source(server().account_id())),
            web("b"),
        ),
        ("SEP10-054 SEP10-T14 sequence number 1", |tx| tx.seq_num = xdr::SequenceNumber(1), E::Sequence(1)),
        ("SEP10-054 sequence number -1", |tx| tx.seq_num = xdr::SequenceNumber(-1), E::Sequence(-1)),
        ("SEP10-055 text memo", |tx| tx.memo = xdr::Memo::Text("1".parse().unwrap()), E::Memo),
        ("SEP10-055 hash memo", |tx| tx.memo = xdr::Memo::Hash(xdr::Hash([1; 32])), E::Memo),
        ("SEP10-055 return memo", |tx| tx.memo = xdr::Memo::Return(xdr::Hash([1; 32])), E::Memo),
        (
            "SEP10-055 memo with muxed account",
            |tx| {
                tx.memo = xdr::Memo::Id(1);
                source(tx, 0, Some(muxed_client().to_xdr()));
            },
            E::MemoWithMuxed,
        ),
    ];
    let keys = || -> Vec<Keypair> { vec![server(), client(), wallet()] };
    assert!(read(&Request::with_wallet().forged(|_| (), &keys())).is_ok());
    for (name, change, expected) in rows {
        assert_eq!(read(&Request::with_wallet().forged(change, &keys())), Err(expected), "{name}");
    }
}

/// SEP10-040: bounds within preconditions of the newer kind count too.
#[test]
fn time_bounds_are_found_in_newer_preconditions() {
    let with = |max_time| {
        move |tx: &mut xdr::Transaction| {
            let time_bounds =
                Some(xdr::TimeBounds { min_time: xdr::TimePoint(0), max_time: xdr::TimePoint(max_time) });
            tx.cond = xdr::Preconditions::V2(xdr::PreconditionsV2 { time_bounds, ..Default::default() });
        }
    };
    let read = |max| read(&Request::plain().forged(with(max), &[server(), client()]));
    assert_eq!(read(NOW), Err(E::Expired { max_time: NOW }));
    assert!(read(NOW + 60).is_ok());
}

fn muxed_server() -> windlass_stellar::MuxedAccount {
    windlass_stellar::MuxedAccount { account: server().account_id(), id: Some(1) }
}

fn until(max: u64) -> xdr::Preconditions {
    xdr::Preconditions::Time(xdr::TimeBounds { min_time: xdr::TimePoint(0), max_time: xdr::TimePoint(max) })
}

fn payment() -> Operation {
    Operation::payment(server().account_id().into(), StellarAsset::Native, Stroops::BASE_FEE)
}

fn data(name: &str, value: Option<&[u8]>) -> Operation {
    Operation::manage_data(name, value).unwrap_or_else(|_| payment())
}

fn edit(tx: &mut xdr::Transaction, change: impl FnOnce(&mut Vec<xdr::Operation>)) {
    let mut operations = tx.operations.to_vec();
    change(&mut operations);
    tx.operations = operations.try_into().unwrap_or_default();
}

fn push(tx: &mut xdr::Transaction, operation: Operation) {
    edit(tx, |operations| operations.push(operation.into_xdr()));
}

fn replace(tx: &mut xdr::Transaction, index: usize, operation: Operation) {
    edit(tx, |operations| operations[index] = operation.into_xdr());
}

fn source(tx: &mut xdr::Transaction, index: usize, account: Option<xdr::MuxedAccount>) {
    edit(tx, |operations| operations[index].source_account = account);
}

fn rename(tx: &mut xdr::Transaction, index: usize, name: &str) {
    change_data(tx, index, |data| data.data_name = xdr::String64(name.try_into().unwrap_or_default()));
}

fn value(tx: &mut xdr::Transaction, index: usize, value: Option<&[u8]>) {
    let value = value.map(|value| xdr::DataValue(value.try_into().unwrap_or_default()));
    change_data(tx, index, |data| data.data_value = value);
}

fn change_data(tx: &mut xdr::Transaction, index: usize, change: impl FnOnce(&mut xdr::ManageDataOp)) {
    edit(tx, |operations| {
        if let xdr::OperationBody::ManageData(data) = &mut operations[index].body {
            change(data);
        }
    });
}
