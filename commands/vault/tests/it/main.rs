//! The vault's promises, in memory and in SQLite.
#![expect(clippy::unwrap_used, reason = "a test that meets what it does not expect has failed")]

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use sqlx::Row;
use tempfile::TempDir;
use windlass_store::{SqliteStore, Statement};
use windlass_vault::{MasterKey, MasterKeyError, Vault, VaultError, VaultRef};

macro_rules! in_memory_and_in_sqlite {
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
                let (_folder, store) = super::store().await;
                let vault = super::Vault::sqlite(store, super::master()).await.unwrap();
                super::$test(super::Arc::new(vault)).await;
            })+
        }
    };
}

in_memory_and_in_sqlite! {
    what_is_sealed_can_be_opened,
    an_unknown_reference_is_told_from_an_erased_one,
    erasing_a_person_leaves_the_others,
    an_erased_person_can_come_back,
    first_seals_at_once_share_one_key,
    sealing_while_erasing_loses_nothing_that_it_promised,
    a_seed_is_kept_and_never_overwritten,
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
    vault.erase("ann").await.unwrap();
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

#[tokio::test]
async fn a_vault_opens_again_with_its_master_key_and_no_other() {
    let (_folder, store) = store().await;
    let key = master();
    let same = MasterKey::parse(&key.to_base64()).unwrap();
    let vault = Vault::sqlite(store.clone(), key).await.unwrap();
    let reference = vault.seal("ann", "iban", b"x").await.unwrap();
    assert_eq!(Vault::sqlite(store.clone(), master()).await.err(), Some(VaultError::WrongMasterKey));
    let vault = Vault::sqlite(store, same).await.unwrap();
    assert_eq!(text(&vault, reference).await.unwrap(), b"x");
}

#[tokio::test]
async fn a_row_that_was_moved_is_refused() {
    let (_folder, store) = store().await;
    let vault = Vault::sqlite(store.clone(), master()).await.unwrap();
    let poor = vault.seal("ann", "iban", b"poor").await.unwrap();
    let rich = vault.seal("ann", "iban", b"rich").await.unwrap();
    let bob = vault.seal("bob", "iban", b"bob").await.unwrap();
    let moved = Err(VaultError::Tampered("a value"));
    let values = "UPDATE vault_values SET sealed = (SELECT sealed FROM vault_values WHERE reference = $2)
                  WHERE reference = $1";
    change(&store, Statement::new(values).text(poor.to_string()).text(rich.to_string())).await;
    assert_eq!(text(&vault, poor).await, moved);
    change(&store, Statement::new("UPDATE vault_values SET field = 'name'")).await;
    assert_eq!(text(&vault, rich).await, moved);
    let keys = "UPDATE vault_data_keys SET wrapped =
                (SELECT wrapped FROM vault_data_keys WHERE subject = 'ann') WHERE subject = 'bob'";
    change(&store, Statement::new(keys)).await;
    assert_eq!(text(&vault, bob).await, Err(VaultError::Tampered("a person's key")));
}

#[tokio::test]
async fn a_seed_that_was_moved_or_changed_is_refused() {
    let (_folder, store) = store().await;
    let vault = Vault::sqlite(store.clone(), master()).await.unwrap();
    vault.seal_seed("one", &"SAAA".into()).await.unwrap();
    change(&store, Statement::new("UPDATE vault_seeds SET name = 'two'")).await;
    assert_eq!(vault.open_seed("two").await.err(), Some(VaultError::Tampered("a seed")));
    change(&store, Statement::new("UPDATE vault_seeds SET name = 'one', sealed = x'00'")).await;
    assert_eq!(vault.open_seed("one").await.err(), Some(VaultError::Tampered("a seed")));
}

#[tokio::test]
async fn neither_the_plain_text_nor_an_erased_key_is_on_the_disk() {
    let (folder, store) = store().await;
    let vault = Vault::sqlite(store.clone(), master()).await.unwrap();
    vault.seal("ann", "iban", b"PLAINTEXT-OF-ANN").await.unwrap();
    let rows = store.read(Statement::new("SELECT wrapped FROM vault_data_keys")).await.unwrap();
    let wrapped: Vec<u8> = rows[0].get(0);
    assert!(!on_disk(&folder, b"PLAINTEXT-OF-ANN"));
    assert!(on_disk(&folder, &wrapped));
    vault.erase("ann").await.unwrap();
    assert!(!on_disk(&folder, &wrapped));
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

fn master() -> MasterKey {
    MasterKey::generate().unwrap()
}

async fn store() -> (TempDir, Arc<SqliteStore>) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("w.db"), vec![]).await.unwrap();
    (folder, Arc::new(store))
}

async fn text(vault: &Vault, reference: VaultRef) -> Result<Vec<u8>, VaultError> {
    Ok(vault.open(reference).await?.expose_secret().to_vec())
}

async fn change(store: &SqliteStore, statement: Statement) {
    store.write(vec![statement]).await.unwrap();
}

fn on_disk(folder: &TempDir, bytes: &[u8]) -> bool {
    let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
    let mut contents = files.map(|file| std::fs::read(file).unwrap());
    contents.any(|content| content.windows(bytes.len()).any(|window| window == bytes))
}
