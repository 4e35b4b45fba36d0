//! Proofs, checked by this program's library and by the Python program that was written from the documentation.

use std::{path::Path, process::Command};

use windlass_projections::seal::{NoProof, Proof, prove};
use windlass_stellar::TransactionHash;
use windlass_store::StreamId;

use super::fixture::{Log, key};

const NETWORK: &str = "Test SDF Network ; September 2015";

/// What the Python program says of it.
fn python(proof: &Proof) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("proof.json");
    std::fs::write(&file, serde_json::to_string(proof).unwrap()).unwrap();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/clients/check_proof.py");
    let trusted = key(1).account_id().to_string();
    let output = Command::new("python3").arg(program).args(["--key", &trusted]).arg(file).output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if output.status.success() { Ok(said) } else { Err(said) }
}

pub(super) async fn a_stream_is_proven_to_third_parties(log: Log) {
    log.grow(20).await;
    log.append("mine", &["{\"a\": 1}", "{\"b\": \"\\u00e9\\n\"}"]).await;
    log.seal().await;
    log.sign().await.unwrap();
    let first = log.roots.last().await.unwrap().unwrap();
    log.grow(41).await;
    log.append("mine", &["{}"]).await;
    log.seal().await;
    log.sign().await.unwrap();

    let mine = StreamId::new("deal", "mine");
    let proof = prove(&log.database, &mine, None, NETWORK).await.unwrap();
    assert_eq!(proof.events.iter().map(|event| event.index).collect::<Vec<_>>(), [20, 21, 41]);
    assert_eq!((proof.signed_root.size, &proof.consistency), (42, &None));
    assert_eq!(proof.check().unwrap().into_iter().collect::<Vec<_>>(), [key(1).account_id()]);
    python(&proof).unwrap();

    // With an earlier root by its size, and without being told with the one that is published.
    let since = prove(&log.database, &mine, Some(22), NETWORK).await.unwrap();
    assert_eq!(since.consistency.as_ref().unwrap().from, first.root);
    assert!(since.published.is_empty());
    python(&since).unwrap();
    let transaction = TransactionHash::from_bytes([5; 32]);
    assert!(log.roots.publish(&first, transaction, time::OffsetDateTime::now_utc()).await.unwrap());
    assert_eq!(prove(&log.database, &mine, None, NETWORK).await.unwrap().consistency, None);
    log.roots.confirm(first.number, transaction).await.unwrap();
    let published = prove(&log.database, &mine, None, NETWORK).await.unwrap();
    assert_eq!(published.consistency, since.consistency);
    assert_eq!(
        (published.published[0].id, published.published[0].transaction),
        (first.root.id(), transaction)
    );
    let said = python(&published).unwrap();
    assert!(said.contains(&transaction.to_string()), "{said}");

    let mut other = published.clone();
    other.events[1].payload.push(' ');
    assert!(other.check().is_err() && python(&other).is_err());

    let none = prove(&log.database, &mine, Some(21), NETWORK).await;
    assert_eq!(none, Err(NoProof::NoSuchRoot { wanted: 21, below: 0 }));
    let itself = prove(&log.database, &mine, Some(42), NETWORK).await;
    assert_eq!(itself, Err(NoProof::NoSuchRoot { wanted: 42, below: 42 }));
}

pub(super) async fn what_is_not_sealed_is_not_proven(log: Log) {
    let mine = StreamId::new("deal", "mine");
    let proof = async || prove(&log.database, &mine, None, NETWORK).await.map(|_| ());
    let not_sealed = |sequence| Err(NoProof::NotSealed { stream: mine.clone(), sequence });
    assert_eq!(proof().await, Err(NoProof::NoEvents(mine.clone())));
    log.append("mine", &["{}"]).await;
    assert_eq!(proof().await, not_sealed(1));
    log.seal().await;
    assert_eq!(proof().await, not_sealed(1));
    log.sign().await.unwrap();
    assert_eq!(proof().await, Ok(()));
    log.append("mine", &["{}"]).await;
    log.seal().await;
    assert_eq!(proof().await, not_sealed(2));
}

pub(super) async fn a_changed_event_is_not_proven(log: Log) {
    let log = log.sealed().await;
    let stream = StreamId::new("deal", "s0");
    let events = log.events().await;
    log.sign().await.unwrap();
    log.seal().await;
    log.sign().await.unwrap();
    prove(&log.database, &stream, None, NETWORK).await.unwrap();
    let mine = events.iter().find(|event| event.stream == stream).unwrap();
    log.tamper_at("UPDATE events SET payload = '{}' WHERE aggregate_id = $1 AND sequence = $2", mine).await;
    let refused = prove(&log.database, &stream, None, NETWORK).await.unwrap_err();
    assert!(refused.to_string().contains("the log or its tree was changed"), "{refused}");
}
