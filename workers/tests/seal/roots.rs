//! What is changed in the signed roots is found, too.

use windlass_projections::seal::Tampering;
use windlass_store::Statement;

use super::fixture::{Log, key, trusting};

async fn root(log: &Log) -> (u64, String) {
    match log.found().await {
        Some(Tampering::Root { number, why }) => (number, why),
        other => panic!("{other:?}"),
    }
}

pub(super) async fn a_changed_root_is_named(log: Log) {
    let log = log.sealed().await;
    for (change, back, said) in [
        (
            "UPDATE merkle_roots SET signed_at = signed_at + 1 WHERE number = 2",
            "UPDATE merkle_roots SET signed_at = signed_at - 1 WHERE number = 2",
            "its id is not that of what it says",
        ),
        (
            "UPDATE merkle_roots SET root = 'x' || root WHERE number = 2",
            "UPDATE merkle_roots SET root = substr(root, 2) WHERE number = 2",
            "64 lower-case hexadecimal digits are needed",
        ),
        (
            "UPDATE merkle_roots SET number = 4 WHERE number = 2",
            "UPDATE merkle_roots SET number = 2 WHERE number = 4",
            "it is missing",
        ),
    ] {
        log.tamper(change).await;
        let (number, why) = root(&log).await;
        assert!(number == 2 && why.contains(said), "{number} {why}");
        log.tamper(back).await;
        assert_eq!(log.said().await, "nothing");
    }
    log.tamper("UPDATE merkle_roots SET signature = (SELECT signature FROM merkle_roots WHERE number = 1) WHERE number = 2")
        .await;
    let (number, why) = root(&log).await;
    assert!(number == 2 && why.contains("is not signed by"), "{number} {why}");
}

const FORGE: &str =
    "UPDATE merkle_roots SET id = $2, root = $3, key = $4, signature = $5, previous = $6 WHERE number = $1";

pub(super) async fn a_root_by_another_key_is_not_trusted(log: Log) {
    let log = log.sealed().await;
    // The very last, by somebody who has another key.
    let roots = log.all_roots().await;
    let head = windlass_projections::seal::TreeHead { size: 50, root: roots[2].root };
    let forged = windlass_projections::seal::SignedRoot::sign(
        &key(9),
        roots[1].log.clone(),
        head,
        Some(&roots[1]),
        roots[2].signed_at,
    );
    forge(&log, 3, &forged.unwrap()).await;
    let (number, why) = root(&log).await;
    assert!(number == 3 && why.contains("not among the trusted keys"), "{number} {why}");
    // Nobody knows better who trusts anybody; both keys are told.
    let done = log.verify(&trusting(&[])).await;
    assert_eq!((done.tampering, done.keys), (None, trusting(&[1, 9]).keys));
    assert_eq!(log.verify(&trusting(&[1, 9])).await.tampering, None);
}

pub(super) async fn a_cut_chain_is_found(log: Log) {
    let log = log.sealed().await;
    let roots = log.all_roots().await;
    // By the right key, as a signer would that has forgotten.
    let head = windlass_projections::seal::TreeHead { size: 50, root: roots[2].root };
    let forged = windlass_projections::seal::SignedRoot::sign(
        &key(1),
        roots[1].log.clone(),
        head,
        Some(&roots[0]),
        roots[2].signed_at,
    );
    forge(&log, 3, &forged.unwrap()).await;
    let (number, why) = root(&log).await;
    assert!(number == 3 && why.contains("as the one before it"), "{number} {why}");
    log.tamper("DELETE FROM merkle_roots WHERE number = 1").await;
    assert_eq!(root(&log).await, (1, "it is missing".to_owned()));
    log.tamper("UPDATE merkle_roots SET number = number - 1").await;
    let (number, why) = root(&log).await;
    assert!(number == 1 && why.contains("is the first that there is"), "{number} {why}");
}

async fn forge(log: &Log, number: i64, root: &windlass_projections::seal::SignedRoot) {
    let forge = Statement::new(FORGE)
        .integer(number)
        .text(root.id().to_string())
        .text(root.root.to_string())
        .text(root.key.to_string())
        .text(root.signature.to_string())
        .text_or_null(root.previous.map(|previous| previous.to_string()));
    log.database.write_one(forge).await.unwrap();
}
