//! Named leases and their fencing generations.

use std::time::Duration;

use windlass_store::{Lease, LeaseError};

use crate::fixture::{Fixture, at};

const TEN: Duration = Duration::from_secs(10);

async fn acquire(f: &Fixture, owner: &str, now: i64) -> Option<Lease> {
    f.store.acquire_lease("watcher", owner, at(now), TEN).await.unwrap()
}

pub(crate) async fn a_held_lease_is_refused_to_all(f: Fixture) {
    let lease = acquire(&f, "one", 0).await.unwrap();
    assert_eq!((lease.generation, lease.until), (1, at(10)));
    assert_eq!(acquire(&f, "two", 9).await, None);
    assert_eq!(acquire(&f, "one", 9).await, None);
    let renewed = f.store.renew_lease(&lease, at(9), TEN).await.unwrap();
    assert_eq!((renewed.generation, renewed.until), (1, at(19)));
    assert_eq!(acquire(&f, "two", 18).await, None);
}

pub(crate) async fn an_expired_lease_is_taken_over_under_a_new_generation(f: Fixture) {
    let old = acquire(&f, "one", 0).await.unwrap();
    let new = acquire(&f, "two", 10).await.unwrap();
    assert_eq!((new.owner.as_str(), new.generation, new.until), ("two", 2, at(20)));
    assert_eq!(f.store.renew_lease(&old, at(11), TEN).await, Err(LeaseError::Lost));
    assert_eq!(f.store.release_lease(&old).await, Err(LeaseError::Lost));
    f.store.renew_lease(&new, at(30), TEN).await.unwrap();
}

pub(crate) async fn a_released_lease_is_free_at_once_and_its_generation_grows(f: Fixture) {
    let first = acquire(&f, "one", 0).await.unwrap();
    f.store.release_lease(&first).await.unwrap();
    assert_eq!(f.store.release_lease(&first).await, Err(LeaseError::Lost));
    assert_eq!(f.store.renew_lease(&first, at(1), TEN).await, Err(LeaseError::Lost));
    assert_eq!(acquire(&f, "one", 1).await.unwrap().generation, 2);
}

pub(crate) async fn of_many_who_ask_at_once_one_gets_the_lease(f: Fixture) {
    let asking: Vec<_> = (0..10)
        .map(|asker| {
            let store = f.store.clone();
            let owner = format!("w{asker}");
            tokio::spawn(async move { store.acquire_lease("watcher", &owner, at(0), TEN).await })
        })
        .collect();
    let mut got = 0;
    for asker in asking {
        got += usize::from(asker.await.unwrap().unwrap().is_some());
    }
    assert_eq!(got, 1);
}
