//! The vault's promises, in memory, in SQLite and in PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test that meets what it does not expect has failed")]

mod rotation;
mod support;

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use windlass_store::{Dialect, Statement};
use windlass_vault::{Erased, MasterKey, MasterKeyError, Vault, VaultError, VaultRef};

use support::{Place, change, master, on_disk, place, text};

macro_rules! everywhere {
    ($($test:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test]
            async fn $test() {
                let vault = super::Vault::memory(super::master()).await.unwrap();
                super::$test(super::Arc::new(vault)).await;
            })+
        }
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let place = crate::support::place(windlass_store::Dialect::Sqlite).await;
                super::$test(super::Arc::new(place.vault().await)).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let place = crate::support::place(windlass_store::Dialect::Postgres).await;
                super::$test(super::Arc::new(place.vault().await)).await;
            })+
        }
    };
}

macro_rules! in_both_databases {
    ($($test:ident),+ $(,)?) => {
        mod in_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::support::place(windlass_store::Dialect::Sqlite).await).await;
            })+
        }
        mod in_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::support::place(windlass_store::Dialect::Postgres).await).await;
            })+
        }
    };
}
pub(crate) use in_both_databases;

everywhere! {
    what_is_sealed_can_be_opened,
    an_unknown_reference_is_told_from_an_erased_one,
    erasing_a_person_leaves_the_others,
    an_erased_person_can_come_back,
    first_seals_at_once_share_one_key,
    sealing_while_erasing_loses_nothing_that_it_promised,
    a_seed_is_kept_and_never_overwritten,
}

in_both_databases! {
    a_vault_opens_again_with_its_master_key_and_no_other,
    of_two_who_open_a_new_vault_at_once_with_different_keys_one_is_refused,
    a_row_that_was_moved_is_refused,
    a_seed_that_was_moved_or_changed_is_refused,
}

async fn what_is_sealed_can_be_opened(vault: Arc<Vault>) {
    let iban = vault.seal("ann", "iban", b"DE02 1203 0000 0000 2020 51").await.unwrap();
    let empty = vault.seal("ann", "note", b"").await.unwrap();
    let bytes = vault.seal("bob", "photo", &[0, 255, 128]).await.unwrap();
    assert_eq!(text(&vault, iban).await.unwrap(), b"DE02 1203 0000 0000 2020 51");
    assert_eq!(text(&vault, empty).await.unwrap(), b"");
    assert_eq!(text(&vault, bytes).await.unwrap(), [0, 255, 128]);
    assert_ne!(iban, vault.seal("ann", "iban", b"DE02 1203 0000 0000 2020 51").await.unwrap());
}

async fn an_unknown_reference_is_told_from_an_erased_one(vault: Arc<Vault>) {
    let unknown: VaultRef = "00000000-0000-4000-8000-000000000000".parse().unwrap();
    assert_eq!(text(&vault, unknown).await, Err(VaultError::Unknown(unknown)));
    let erased = vault.seal("ann", "iban", b"x").await.unwrap();
    assert_eq!(vault.erase("ann").await.unwrap(), Erased { keys: 1, values: 1 });
    assert_eq!(vault.erase("ann").await.unwrap(), Erased::default());
    assert!(!vault.knows("ann").await.unwrap());
    assert_eq!(text(&vault, erased).await, Err(VaultError::Erased(erased)));
}

async fn erasing_a_person_leaves_the_others(vault: Arc<Vault>) {
    let (ann, bob) =
        (vault.seal("ann", "iban", b"a").await.unwrap(), vault.seal("bob", "iban", b"b").await.unwrap());
    vault.erase("ann").await.unwrap();
    vault.erase("nobody").await.unwrap();
    assert_eq!(text(&vault, ann).await, Err(VaultError::Erased(ann)));
    assert_eq!(text(&vault, bob).await.unwrap(), b"b");
}

async fn an_erased_person_can_come_back(vault: Arc<Vault>) {
    let old = vault.seal("ann", "iban", b"old").await.unwrap();
    vault.erase("ann").await.unwrap();
    let new = vault.seal("ann", "iban", b"new").await.unwrap();
    assert_eq!(text(&vault, new).await.unwrap(), b"new");
    assert_eq!(text(&vault, old).await, Err(VaultError::Erased(old)));
}

async fn first_seals_at_once_share_one_key(vault: Arc<Vault>) {
    let sealing: Vec<_> = (0..16u8)
        .map(|n| {
            let vault = vault.clone();
            tokio::spawn(async move { vault.seal("ann", "iban", &[n]).await.unwrap() })
        })
        .collect();
    for (n, sealed) in sealing.into_iter().enumerate() {
        let reference = sealed.await.unwrap();
        assert_eq!(text(&vault, reference).await.unwrap(), [n as u8]);
    }
}

async fn sealing_while_erasing_loses_nothing_that_it_promised(vault: Arc<Vault>) {
    let sealing: Vec<_> = (0..8u8)
        .map(|n| {
            let vault = vault.clone();
            tokio::spawn(async move {
                vault.erase("ann").await.unwrap();
                (n, vault.seal("ann", "iban", &[n]).await)
            })
        })
        .collect();
    for sealed in sealing {
        let (n, outcome) = sealed.await.unwrap();
        // Whatever came in between: it is there, it was erased, or sealing said no.
        match outcome {
            Ok(reference) => match text(&vault, reference).await {
                Ok(found) => assert_eq!(found, [n]),
                Err(error) => assert_eq!(error, VaultError::Erased(reference)),
            },
            Err(error) => assert_eq!(error, VaultError::ErasedMeanwhile),
        }
    }
}

async fn a_seed_is_kept_and_never_overwritten(vault: Arc<Vault>) {
    assert!(vault.open_seed("distribution").await.unwrap().is_none());
    let seed = SecretString::from("SAAAAAAA");
    vault.seal_seed("distribution", &seed).await.unwrap();
    let again = vault.seal_seed("distribution", &"SBBBBBBB".into()).await;
    assert_eq!(again, Err(VaultError::SeedExists("distribution".to_owned())));
    let opened = vault.open_seed("distribution").await.unwrap().unwrap();
    assert_eq!(opened.expose_secret(), "SAAAAAAA");
}

async fn a_vault_opens_again_with_its_master_key_and_no_other(place: Place) {
    let reference = place.vault().await.seal("ann", "iban", b"x").await.unwrap();
    let other = Vault::open_in(place.database.clone(), master()).await;
    assert_eq!(other.err(), Some(VaultError::WrongMasterKey));
    assert_eq!(text(&place.vault().await, reference).await.unwrap(), b"x");
}

async fn of_two_who_open_a_new_vault_at_once_with_different_keys_one_is_refused(place: Place) {
    let open = || Vault::open_in(place.database.clone(), master());
    let (one, other) = tokio::join!(open(), open());
    assert!(one.is_ok() != other.is_ok());
    assert_eq!(one.err().or(other.err()), Some(VaultError::WrongMasterKey));
}

async fn a_row_that_was_moved_is_refused(place: Place) {
    let vault = place.vault().await;
    let poor = vault.seal("ann", "iban", b"poor").await.unwrap();
    let rich = vault.seal("ann", "iban", b"rich").await.unwrap();
    let bob = vault.seal("bob", "iban", b"bob").await.unwrap();
    let moved = Err(VaultError::Tampered("a value"));
    let values = "UPDATE vault_values SET sealed = (SELECT sealed FROM vault_values WHERE reference = $2)
                  WHERE reference = $1";
    change(&place, Statement::new(values).text(poor.to_string()).text(rich.to_string())).await;
    assert_eq!(text(&vault, poor).await, moved);
    change(&place, Statement::new("UPDATE vault_values SET field = 'name'")).await;
    assert_eq!(text(&vault, rich).await, moved);
    let keys = "UPDATE vault_data_keys SET wrapped =
                (SELECT wrapped FROM vault_data_keys WHERE subject = 'ann') WHERE subject = 'bob'";
    change(&place, Statement::new(keys)).await;
    assert_eq!(text(&vault, bob).await, Err(VaultError::Tampered("a person's key")));
}

async fn a_seed_that_was_moved_or_changed_is_refused(place: Place) {
    let vault = place.vault().await;
    vault.seal_seed("one", &"SAAA".into()).await.unwrap();
    change(&place, Statement::new("UPDATE vault_seeds SET name = 'two'")).await;
    assert_eq!(vault.open_seed("two").await.err(), Some(VaultError::Tampered("a seed")));
    change(&place, Statement::new("UPDATE vault_seeds SET name = 'one', sealed = $1").blob([0])).await;
    assert_eq!(vault.open_seed("one").await.err(), Some(VaultError::Tampered("a seed")));
}

#[tokio::test]
async fn neither_the_plain_text_nor_an_erased_key_is_on_the_disk() {
    let place = place(Dialect::Sqlite).await;
    let vault = place.vault().await;
    vault.seal("ann", "iban", b"PLAINTEXT-OF-ANN").await.unwrap();
    let row = place.database.read_one(Statement::new("SELECT wrapped FROM vault_data_keys")).await.unwrap();
    let wrapped: Vec<u8> = row.unwrap().get(0).unwrap();
    assert!(!on_disk(&place, b"PLAINTEXT-OF-ANN"));
    assert!(on_disk(&place, &wrapped));
    vault.erase("ann").await.unwrap();
    assert!(!on_disk(&place, &wrapped));
}

#[test]
fn a_master_key_is_thirty_two_bytes_of_base64() {
    let parse = |text: &str| MasterKey::parse(&text.into()).map(drop);
    assert_eq!(parse(&format!(" {}\n", master().to_base64().expose_secret())), Ok(()));
    assert_eq!(parse("not base64!"), Err(MasterKeyError::NotBase64));
    assert_eq!(parse("AAAA"), Err(MasterKeyError::Length(3)));
    assert_eq!(parse(""), Err(MasterKeyError::Length(0)));
}

#[test]
fn debug_shows_nothing_of_the_master_key() {
    assert_eq!(format!("{:?}", master()), "MasterKey(Key([REDACTED]))");
}

#[test]
fn a_reference_is_a_string_in_json() {
    let text = "00000000-0000-4000-8000-00000000002a";
    let reference: VaultRef = text.parse().unwrap();
    assert_eq!(serde_json::to_string(&reference).unwrap(), format!("\"{text}\""));
    assert_eq!(serde_json::from_str::<VaultRef>(&format!("\"{text}\"")).unwrap(), reference);
    assert_eq!(reference.to_string(), text);
    assert!("ann".parse::<VaultRef>().is_err());
}
