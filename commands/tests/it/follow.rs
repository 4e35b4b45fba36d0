//! Which work follows from which events: all that is waiting after each.

use time::Duration;
use windlass_commands::Recorded;
use windlass_domain::transfer::{Closure, Kind};

use crate::world::World;

pub(crate) async fn a_new_transfer_expires_with_its_form(world: World) {
    world.initiated(Kind::Sep24Deposit).await;
    assert_eq!(world.tasks().await, [("expire".to_owned(), Duration::HOUR)]);
}

/// Money that was paid before the deadline is often seen after it.
pub(crate) async fn a_submitted_one_expires_a_minute_after_its_deadline(world: World) {
    for kind in [Kind::Sep24Deposit, Kind::Sep24Withdrawal] {
        world.awaiting(kind).await;
    }
    let due = ("expire".to_owned(), Duration::DAY + Duration::MINUTE);
    assert_eq!(world.tasks().await, [due.clone(), due]);
}

pub(crate) async fn a_funded_one_is_delivered_and_no_longer_expires(world: World) {
    let deposit = world.awaiting(Kind::Sep24Deposit).await;
    assert_eq!(world.pay_in(deposit, 1, "60").await, Recorded::Matched(deposit));
    assert_eq!(world.tasks().await, [("pay".to_owned(), Duration::ZERO)]);
    let withdrawal = world.awaiting(Kind::Sep24Withdrawal).await;
    assert_eq!(world.pay_in(withdrawal, 2, "60").await, Recorded::Matched(withdrawal));
    assert_eq!(world.tasks().await[1..], [("pay_out".to_owned(), Duration::ZERO)]);
}

pub(crate) async fn a_rejected_amount_leaves_nothing_to_do(world: World) {
    for (n, given, closure) in [(1, "9.99", Closure::TooSmall), (2, "1000.01", Closure::TooLarge)] {
        for kind in [Kind::Sep24Deposit, Kind::Sep24Withdrawal] {
            let id = world.awaiting(kind).await;
            assert_eq!(world.pay_in(id, n, given).await, Recorded::Matched(id));
            assert_eq!((world.transfer(id).await.closure, world.tasks().await), (closure, vec![]));
        }
    }
}
