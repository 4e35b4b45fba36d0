//! Names that only one owner can hold.

use windlass_store::{Append, AppendError, Reservation};

use crate::fixture::{Fixture, append, at, transfer};

fn memo(owner: &str, expires_at: Option<i64>) -> Reservation {
    let expires_at = expires_at.map(at);
    Reservation { kind: "memo", key: "7".to_owned(), owner: owner.to_owned(), expires_at }
}

fn reserving(new: Reservation) -> Append {
    Append { reservations: vec![new], ..Append::default() }
}

fn reserved(owner: &str) -> AppendError {
    AppendError::Reserved { kind: "memo", key: "7".to_owned(), owner: owner.to_owned() }
}

pub(crate) async fn a_name_has_one_owner(f: Fixture) {
    assert_eq!(f.store.reservation("memo", "7").await.unwrap(), None);
    f.store.append(reserving(memo("t1", None))).await.unwrap();
    for owner in ["t1", "t2"] {
        assert_eq!(f.store.append(reserving(memo(owner, None))).await, Err(reserved("t1")));
    }
    assert_eq!(f.store.reservation("memo", "7").await.unwrap(), Some(memo("t1", None)));
    assert_eq!(f.store.reservation("quote", "7").await.unwrap(), None);
    let elsewhere = Reservation { kind: "quote", ..memo("t2", None) };
    f.store.append(reserving(elsewhere)).await.unwrap();
}

pub(crate) async fn a_refused_reservation_takes_its_events_with_it(f: Fixture) {
    f.store.append(reserving(memo("t1", None))).await.unwrap();
    let new = Append {
        reservations: vec![Reservation { key: "8".to_owned(), ..memo("t2", None) }, memo("t2", None)],
        ..append("t2", vec![], &["Initiated"])
    };
    assert_eq!(f.store.append(new).await, Err(reserved("t1")));
    assert_eq!(f.store.load(&transfer("t2")).await.unwrap(), vec![]);
    assert_eq!(f.store.reservation("memo", "8").await.unwrap(), None);
}

pub(crate) async fn a_released_name_can_be_reserved_in_the_same_append(f: Fixture) {
    f.store.append(reserving(memo("t1", None))).await.unwrap();
    let releases = vec![("memo", "7".to_owned()), ("memo", "unknown".to_owned())];
    f.store.append(Append { releases, ..reserving(memo("t2", None)) }).await.unwrap();
    assert_eq!(f.store.reservation("memo", "7").await.unwrap(), Some(memo("t2", None)));
}

pub(crate) async fn an_expired_reservation_holds_until_it_is_dropped(f: Fixture) {
    f.store.append(reserving(memo("t1", Some(10)))).await.unwrap();
    let kept = Reservation { key: "8".to_owned(), ..memo("t1", None) };
    let later = Reservation { key: "9".to_owned(), ..memo("t1", Some(30)) };
    let reservations = vec![kept, later];
    f.store.append(Append { reservations, ..Append::default() }).await.unwrap();

    assert_eq!(f.store.drop_expired_reservations(at(9), 10).await, Ok(0));
    assert_eq!(f.store.append(reserving(memo("t2", None))).await, Err(reserved("t1")));
    assert_eq!(f.store.drop_expired_reservations(at(10), 0).await, Ok(0));
    assert_eq!(f.store.drop_expired_reservations(at(10), 10).await, Ok(1));
    f.store.append(reserving(memo("t2", None))).await.unwrap();
    assert!(f.store.reservation("memo", "8").await.unwrap().is_some());
    assert!(f.store.reservation("memo", "9").await.unwrap().is_some());
}

pub(crate) async fn the_same_name_twice_in_one_append_is_refused(f: Fixture) {
    let reservations = vec![memo("t1", None), memo("t2", None)];
    let refused = f.store.append(Append { reservations, ..Append::default() }).await;
    assert_eq!(refused, Err(reserved("t1")));
    assert_eq!(f.store.reservation("memo", "7").await.unwrap(), None);
}
