//! Paying out by a rail.

use time::Duration;
use windlass_commands::CommandError;
use windlass_domain::{
    ports::Clock,
    transfer::{Closure, Delivery, FailureClass, Kind, Leg, Refusal},
};
use windlass_vault::VaultError;

use crate::{
    ports::START,
    world::{HOLDER, NUMBER, World},
};

pub(crate) async fn a_payout_goes_where_the_form_said(world: World) {
    let id = world.funded(Kind::Sep24Withdrawal).await;
    let transfer = world.transfer(id).await;
    assert_eq!(transfer.payout.as_ref().unwrap().masked, "…3000");
    let destination = world.commands.payout_destination(&transfer).await.unwrap().unwrap();
    assert_eq!((destination.holder.as_str(), destination.number.as_str()), (HOLDER, NUMBER));

    let subject = transfer.initiated.as_ref().unwrap().subject.identity();
    world.vault.erase(&subject).await.unwrap();
    let erased = world.commands.payout_destination(&transfer).await;
    assert!(matches!(erased, Err(CommandError::Vault(VaultError::Erased(_)))), "{erased:?}");
}

pub(crate) async fn a_payout_is_prepared_taken_and_confirmed(world: World) {
    let id = world.funded(Kind::Sep24Withdrawal).await;
    let lease = world.lease("pay_out").await;
    world.commands.prepare_payout(id, "bank", "key-1", &lease).await.unwrap();
    let again = world.commands.prepare_payout(id, "bank", "key-2", &lease).await;
    assert!(matches!(again, Err(CommandError::Refused(Refusal::DeliveryInProgress))), "{again:?}");

    let look_again = START + Duration::seconds(2);
    world.commands.record_payout_submitted(id, "key-1", "p-1", &lease, look_again).await.unwrap();
    assert_eq!(world.tasks().await, [("pay_out".to_owned(), Duration::seconds(2))]);
    world.clock.pass(Duration::seconds(2));
    let lease = world.lease("pay_out").await;
    assert_eq!(lease.attempts, 1, "a payout that takes its time is no failure");
    let later = world.clock.now() + Duration::seconds(2);
    world.commands.record_payout_submitted(id, "key-1", "p-1", &lease, later).await.unwrap();
    world.clock.pass(Duration::seconds(2));
    let lease = world.lease("pay_out").await;
    world.commands.confirm_payout(id, "key-1", "p-1", START, &lease).await.unwrap();
    assert_eq!((world.transfer(id).await.closure, world.tasks().await), (Closure::Completed, vec![]));
    let submitted = world.events(id).await.iter().filter(|name| *name == "PayoutSubmitted").count();
    assert_eq!(submitted, 1);
}

pub(crate) async fn what_follows_a_failed_payout_goes_by_its_class(world: World) {
    for (class, delivery, closure, due) in [
        (FailureClass::Retryable, Delivery::NotStarted, Closure::Open, Some(Duration::seconds(5))),
        (FailureClass::Terminal, Delivery::Failed, Closure::Failed, None),
    ] {
        let id = world.awaiting(Kind::Sep24Withdrawal).await;
        world.pay_in(id, if due.is_some() { 1 } else { 2 }, "100").await;
        let lease = world.lease("pay_out").await;
        world.commands.prepare_payout(id, "bank", "key-1", &lease).await.unwrap();
        world.commands.fail_payout(id, "key-1", "closed", "no account", class, &lease).await.unwrap();
        let transfer = world.transfer(id).await;
        assert_eq!((transfer.delivery, transfer.closure), (delivery, closure));
        let expected: Vec<_> = due.map(|due| ("pay_out".to_owned(), due)).into_iter().collect();
        assert_eq!(world.tasks_of(id).await, expected);
    }
}

pub(crate) async fn a_payout_under_another_key_is_not_confirmed(world: World) {
    let id = world.funded(Kind::Sep24Withdrawal).await;
    let lease = world.lease("pay_out").await;
    world.commands.prepare_payout(id, "bank", "key-1", &lease).await.unwrap();
    let refused = world.commands.confirm_payout(id, "key-2", "p-1", START, &lease).await;
    assert!(matches!(refused, Err(CommandError::Refused(Refusal::OtherDelivery))), "{refused:?}");
    let leg = Leg::Payout { attempt: 1, key: "key-1".to_owned(), provider_ref: None };
    assert_eq!(world.transfer(id).await.delivery, Delivery::Prepared(leg));
}

pub(crate) async fn a_thawed_worker_confirms_no_payout(world: World) {
    let id = world.funded(Kind::Sep24Withdrawal).await;
    let frozen = world.lease("pay_out").await;
    world.commands.prepare_payout(id, "bank", "key-1", &frozen).await.unwrap();
    world.clock.pass(Duration::MINUTE);
    let _current = world.lease("pay_out").await;
    let log = world.log().await;
    let refused = world.commands.confirm_payout(id, "key-1", "p-1", START, &frozen).await;
    assert!(matches!(refused, Err(CommandError::LeaseLost)), "{refused:?}");
    assert_eq!(world.log().await, log);
}
