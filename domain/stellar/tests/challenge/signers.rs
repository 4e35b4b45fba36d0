//! Who has to sign, with the account on the ledger and without.

use windlass_stellar::{AccountSigners, ChallengeError as E, Keypair, VerifiedChallenge};

use crate::support::*;

fn verify(
    request: &Request,
    keys: &[Keypair],
    account: Option<&AccountSigners>,
) -> Result<VerifiedChallenge, E> {
    read(&request.signed_by(keys))?.verify_signers(account)
}

fn plain(keys: &[Keypair], account: &AccountSigners) -> Result<(), E> {
    verify(&Request::plain(), keys, Some(account)).map(drop)
}

#[test]
fn what_is_verified_is_what_was_received() {
    let request = Request { memo: Some(7), ..Request::with_wallet() };
    let received = read(&request.signed_by(&[client(), wallet()])).unwrap();
    let verified = received.clone().verify_signers(Some(&account(1, &[(client(), 1)]))).unwrap();
    assert_eq!((verified.hash, verified.account), (received.hash, received.account));
    assert_eq!((verified.memo, verified.max_time), (Some(7), received.max_time));
    assert_eq!(verified.home_domain, received.home_domain);
    assert_eq!(verified.client_domain, received.client_domain);
}

/// SEP10-045 SEP10-049
#[test]
fn a_challenge_that_only_the_server_signed_is_refused_before_the_ledger_is_asked() {
    assert_eq!(read(&Request::plain().build()), Err(E::NotSignedByClient));
    assert_eq!(read(&Request::with_wallet().signed_by(&[wallet()])), Err(E::NotSignedByClient));
}

/// SEP10-047 SEP10-072 SEP10-075
#[test]
fn the_signers_weights_must_reach_the_threshold() {
    let shared = account(3, &[(client(), 1), (key(5), 2), (key(6), 1)]);
    assert_eq!(plain(&[client()], &shared), Err(E::Weight { weight: 1, needed: 3 }));
    assert_eq!(plain(&[client(), key(6)], &shared), Err(E::Weight { weight: 2, needed: 3 }));
    assert_eq!(plain(&[client(), key(5)], &shared), Ok(()));
    assert_eq!(plain(&[key(6), key(5)], &shared), Ok(()));
    let heavy = account(255, &[(client(), 255), (key(5), 255)]);
    assert_eq!(plain(&[client(), key(5)], &heavy), Ok(()));
}

/// SEP10-046
#[test]
fn a_signature_by_a_stranger_is_refused_even_where_the_weight_is_reached() {
    let own = account(1, &[(client(), 1)]);
    assert_eq!(plain(&[client()], &own), Ok(()));
    assert_eq!(plain(&[client(), key(8)], &own), Err(E::UnknownSignature { signature: 2 }));
    assert_eq!(plain(&[key(8)], &own), Err(E::UnknownSignature { signature: 1 }));
    // A signature over something else, with the hint of a signer.
    let good = Request::plain().signed_by(&[client()]);
    let other = Request { memo: Some(1), ..Request::plain() }.build();
    let other = windlass_stellar::Envelope::read(&other, &network()).unwrap();
    let envelope = windlass_stellar::Envelope::read(&good, &network()).unwrap();
    let tx = envelope.transaction.clone();
    let signatures = vec![envelope.signatures()[0].clone(), client().sign_hash(&other.hash)];
    let forged =
        windlass_stellar::xdr::TransactionV1Envelope { tx, signatures: signatures.try_into().unwrap() };
    let forged = encode(&windlass_stellar::xdr::TransactionEnvelope::Tx(forged));
    let refused = read(&forged).unwrap().verify_signers(Some(&own));
    assert_eq!(refused, Err(E::UnknownSignature { signature: 1 }));
}

/// SEP10-046 SEP10-T08
#[test]
fn one_signer_who_signs_twice_is_refused() {
    let shared = account(2, &[(client(), 1), (key(5), 1)]);
    let twice = Err(E::DuplicateSignature(client().account_id()));
    assert_eq!(plain(&[client(), client()], &shared), twice);
    assert_eq!(plain(&[client(), key(5), client()], &shared), twice);
    assert_eq!(plain(&[client(), client()], &account(1, &[(client(), 1)])), twice);
}

/// SEP10-048 SEP10-T01
#[test]
fn the_server_never_counts_even_as_a_signer_of_the_account() {
    let with_server = account(2, &[(client(), 1), (server(), 10)]);
    assert_eq!(plain(&[client()], &with_server), Err(E::Weight { weight: 1, needed: 2 }));
    assert_eq!(plain(&[server()], &with_server), Err(E::UnknownSignature { signature: 1 }));
    assert_eq!(plain(&[client(), server()], &with_server), Err(E::UnknownSignature { signature: 2 }));
}

/// SEP10-T01: with the server's own account as client, its signature on every challenge would be a login.
#[test]
fn nobody_logs_in_as_the_server_with_the_signature_that_the_server_gives_to_all() {
    let request = Request { client: server().account_id().into(), ..Request::plain() };
    assert_eq!(read(&request.build()), Err(E::NotSignedByClient));
}

/// SEP10-T02
#[test]
fn the_client_domains_signature_is_expected_and_has_no_weight() {
    let request = Request::with_wallet();
    let own = account(1, &[(client(), 1)]);
    assert!(verify(&request, &[client(), wallet()], Some(&own)).is_ok());
    assert!(verify(&request, &[wallet(), client()], Some(&own)).is_ok());
    let with_wallet = account(2, &[(client(), 1), (wallet(), 1)]);
    let light = Err(E::Weight { weight: 1, needed: 2 });
    assert_eq!(verify(&request, &[client(), wallet()], Some(&with_wallet)), light);
    // Without the operation it is a stranger's.
    let stray = verify(&Request::plain(), &[client(), wallet()], Some(&own));
    assert_eq!(stray, Err(E::UnknownSignature { signature: 2 }));
}

/// SEP10-051
#[test]
fn a_client_domain_that_has_not_signed_is_refused() {
    let unsigned = read(&Request::with_wallet().signed_by(&[client()]));
    assert_eq!(unsigned, Err(E::NotSignedByClientDomain(wallet().account_id())));
}

/// SEP10-T04
#[test]
fn a_threshold_of_zero_still_takes_a_signer_with_weight() {
    let lax = account(0, &[(client(), 1), (key(5), 0)]);
    assert_eq!(plain(&[client()], &lax), Ok(()));
    assert_eq!(plain(&[key(5)], &lax), Err(E::UnknownSignature { signature: 1 }));
    assert_eq!(plain(&[key(8)], &lax), Err(E::UnknownSignature { signature: 1 }));
    assert_eq!(plain(&[client()], &account(0, &[])), Err(E::UnknownSignature { signature: 1 }));
}

/// SEP10-074 SEP10-T05
#[test]
fn a_master_key_without_weight_is_no_signer() {
    let handed_over = account(1, &[(client(), 0), (key(5), 1)]);
    assert_eq!(plain(&[client()], &handed_over), Err(E::UnknownSignature { signature: 1 }));
    assert_eq!(plain(&[key(5)], &handed_over), Ok(()));
}

/// SEP10-049 SEP10-050
#[test]
fn an_account_that_is_not_on_the_ledger_logs_in_with_its_own_key_alone() {
    let request = Request::plain();
    assert!(verify(&request, &[client()], None).is_ok());
    assert_eq!(verify(&request, &[key(8)], None), Err(E::NotSignedByMasterKey));
    assert_eq!(verify(&request, &[client(), key(8)], None), Err(E::SignatureCount(2)));
    assert_eq!(verify(&request, &[client(), client()], None), Err(E::SignatureCount(2)));
    assert_eq!(verify(&request, &[client(), server()], None), Err(E::SignatureCount(2)));
}

/// SEP10-049 SEP10-T03
#[test]
fn an_account_that_is_not_on_the_ledger_may_have_a_client_domain() {
    let request = Request::with_wallet();
    assert!(verify(&request, &[client(), wallet()], None).is_ok());
    assert_eq!(verify(&request, &[client(), wallet(), key(8)], None), Err(E::SignatureCount(2)));
    assert_eq!(verify(&request, &[key(8), wallet()], None), Err(E::NotSignedByMasterKey));
}

/// SEP10-T10: the master key is that of the account inside the muxed address.
#[test]
fn a_muxed_account_signs_with_the_key_of_its_account() {
    let request = Request { client: muxed_client(), ..Request::plain() };
    assert_eq!(verify(&request, &[client()], None).unwrap().account, muxed_client());
    assert!(verify(&request, &[client()], Some(&account(1, &[(client(), 1)]))).is_ok());
}
