//! A new master key takes over from a former one, while others go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::ExposeSecret;
use windlass_store::Statement;
use windlass_vault::{MasterKey, MasterKeys, Rotated, Vault, VaultError, VaultRef};

use crate::support::{Place, change, master, on_disk, text};

crate::in_both_databases! {
    after_a_rotation_the_new_key_opens_everything_and_the_old_one_nothing,
    with_both_keys_what_either_sealed_can_be_read_before_the_rotation,
    an_interrupted_rotation_goes_on_where_it_stopped,
    sealing_and_erasing_go_on_during_a_rotation,
    a_key_that_is_missing_is_asked_for_and_nothing_is_lost,
    a_process_that_was_left_with_the_former_key_is_told_so,
}

async fn rotating(place: &Place, new: &MasterKey) -> Vault {
    let keys = MasterKeys::new(new.clone(), vec![place.key.clone()]);
    Vault::open_in(place.database.clone(), keys).await.unwrap()
}

async fn seal(vault: &Vault, persons: u32) -> Vec<VaultRef> {
    let mut references = vec![];
    for n in 0..persons {
        references.push(vault.seal(&format!("person {n}"), "iban", &n.to_be_bytes()).await.unwrap());
    }
    references
}

async fn opens_all(vault: &Vault, references: &[VaultRef]) {
    for (n, reference) in (0u32..).zip(references) {
        assert_eq!(text(vault, *reference).await.unwrap(), n.to_be_bytes());
    }
}

async fn after_a_rotation_the_new_key_opens_everything_and_the_old_one_nothing(place: Place) {
    let old = place.vault().await;
    let references = seal(&old, 450).await;
    old.seal_seed("distribution", &"SAAA".into()).await.unwrap();
    let wrapped = "SELECT wrapped FROM vault_data_keys WHERE subject = 'person 7'";
    let row = place.database.read_one(Statement::new(wrapped)).await.unwrap();
    let wrapped: Vec<u8> = row.unwrap().get(0).unwrap();

    let new = master();
    let mut steps = vec![];
    let rotated = rotating(&place, &new).await.rotate(|step| steps.push(step.resealed)).await.unwrap();
    assert_eq!(rotated, Rotated { resealed: 451, total: 451, retired: 1 });
    assert_eq!(steps, [200, 400, 450, 451]);
    assert_eq!(place.number("SELECT count(*) FROM vault_master_keys").await, 1);
    assert!(!on_disk(&place, &wrapped), "the key is still there as the former master key sealed it");

    let alone = Vault::open_in(place.database.clone(), new.clone()).await.unwrap();
    opens_all(&alone, &references).await;
    assert_eq!(alone.open_seed("distribution").await.unwrap().unwrap().expose_secret(), "SAAA");
    let refused = Vault::open_in(place.database.clone(), place.key.clone()).await;
    assert_eq!(refused.err(), Some(VaultError::WrongMasterKey));
    // Once more: there is nothing to do.
    let again = rotating(&place, &new).await.rotate(|_| {}).await.unwrap();
    assert_eq!(again, Rotated::default());
}

async fn with_both_keys_what_either_sealed_can_be_read_before_the_rotation(place: Place) {
    let (old, new) = (place.vault().await, master());
    let before = old.seal("ann", "iban", b"before").await.unwrap();
    let both = rotating(&place, &new).await;
    let after = both.seal("bob", "iban", b"after").await.unwrap();
    assert_eq!(text(&both, before).await.unwrap(), b"before");
    assert_eq!(text(&both, after).await.unwrap(), b"after");
    // Who has both, in whichever order, and was started before the new one was ever used, reads it as well.
    let keys = MasterKeys::new(place.key.clone(), vec![new]);
    let early = Vault::open_in(place.database.clone(), keys).await.unwrap();
    assert_eq!(text(&early, after).await.unwrap(), b"after");
    // Who has the former one alone cannot, and is told so.
    assert_eq!(text(&old, after).await, Err(VaultError::MissingMasterKey));
}

async fn an_interrupted_rotation_goes_on_where_it_stopped(place: Place) {
    let old = place.vault().await;
    let references = seal(&old, 450).await;
    let new = master();
    let vault = Arc::new(rotating(&place, &new).await);
    let stopped = tokio::spawn({
        let vault = vault.clone();
        async move { vault.rotate(|_| std::panic::resume_unwind(Box::new("stopped"))).await }
    });
    assert!(stopped.await.is_err());
    let both = rotating(&place, &new).await;
    opens_all(&both, &references).await;
    let rest = both.rotate(|_| {}).await.unwrap();
    assert_eq!(rest, Rotated { resealed: 250, total: 250, retired: 1 });
    opens_all(&Vault::open_in(place.database.clone(), new).await.unwrap(), &references).await;
}

async fn sealing_and_erasing_go_on_during_a_rotation(place: Place) {
    let old = place.vault().await;
    let references = seal(&old, 600).await;
    let new = master();
    let vault = Arc::new(rotating(&place, &new).await);
    let over = Arc::new(AtomicBool::new(false));
    let busy = tokio::spawn({
        let (vault, over) = (Arc::new(rotating(&place, &new).await), over.clone());
        async move {
            let (mut sealed, mut n) = (vec![], 0u32);
            while !over.load(Ordering::Relaxed) && n < 100 {
                vault.erase(&format!("person {}", n * 3)).await.unwrap();
                sealed.push((n, vault.seal(&format!("person {}", n * 3 + 1), "bic", &n.to_be_bytes()).await));
                sealed.push((n, vault.seal(&format!("newcomer {n}"), "iban", &n.to_be_bytes()).await));
                n += 1;
            }
            (sealed, n)
        }
    });
    let rotated = vault.rotate(|_| {}).await.unwrap();
    over.store(true, Ordering::Relaxed);
    let (sealed, erased) = busy.await.unwrap();
    assert_eq!(rotated.retired, 1);
    let alone = Vault::open_in(place.database.clone(), new).await.unwrap();
    for (n, reference) in sealed {
        assert_eq!(text(&alone, reference.unwrap()).await.unwrap(), n.to_be_bytes());
    }
    for (n, reference) in (0u32..).zip(references) {
        let expected = if n % 3 == 0 && n / 3 < erased {
            Err(VaultError::Erased(reference))
        } else {
            Ok(n.to_be_bytes().to_vec())
        };
        assert_eq!(text(&alone, reference).await, expected, "person {n}");
    }
}

async fn a_key_that_is_missing_is_asked_for_and_nothing_is_lost(place: Place) {
    let first = place.vault().await.seal("ann", "iban", b"x").await.unwrap();
    let second = master();
    rotating(&place, &second).await.seal("bob", "iban", b"y").await.unwrap();
    // The third comes while the first is still needed, and is not given.
    let third = MasterKeys::new(master(), vec![second.clone()]);
    let vault = Vault::open_in(place.database.clone(), third).await.unwrap();
    assert_eq!(vault.rotate(|_| {}).await, Err(VaultError::MissingMasterKey));
    assert_eq!(text(&rotating(&place, &second).await, first).await.unwrap(), b"x");
}

async fn a_process_that_was_left_with_the_former_key_is_told_so(place: Place) {
    let old = place.vault().await;
    let reference = old.seal("ann", "iban", b"x").await.unwrap();
    let new = master();
    rotating(&place, &new).await.rotate(|_| {}).await.unwrap();
    assert_eq!(text(&old, reference).await, Err(VaultError::MissingMasterKey));
    assert_eq!(old.seal("ann", "iban", b"y").await, Err(VaultError::MissingMasterKey));
    assert_eq!(old.seal("bob", "iban", b"y").await, Err(VaultError::WrongMasterKey));
    assert_eq!(old.seal_seed("s", &"S".into()).await, Err(VaultError::WrongMasterKey));
    change(&place, Statement::new("DELETE FROM vault_seeds")).await;
    assert_eq!(place.number("SELECT count(*) FROM vault_data_keys").await, 1);
}
