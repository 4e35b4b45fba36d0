//! Ends and second chances: expiry, failure, recovery; and many who want something of one transfer at once.

use time::Duration;
use windlass_commands::CommandError;
use windlass_domain::{
    Actor,
    transfer::{Closure, Kind, Refusal, Transfer, TransferEvent},
};
use windlass_store::{Retry, StreamId};

use crate::world::{World, client, credit, form, rail};

pub(crate) async fn who_never_pays_expires(world: World) {
    let id = world.awaiting(Kind::Sep24Deposit).await;
    world.clock.pass(Duration::DAY + Duration::MINUTE);
    world.commands.expire(id, &world.lease("expire").await).await.unwrap();
    assert_eq!((world.transfer(id).await.closure, world.tasks().await), (Closure::Expired, vec![]));
}

pub(crate) async fn an_expiry_that_was_overtaken_ends_without_a_word(world: World) {
    let funded = world.awaiting(Kind::Sep24Deposit).await;
    world.clock.pass(Duration::DAY + Duration::MINUTE);
    let lease = world.lease("expire").await;
    world.pay_in(funded, 1, "100").await;
    let log = world.log().await;
    world.commands.expire(funded, &lease).await.unwrap();
    assert_eq!(world.log().await, log);
    assert_eq!(world.tasks().await, [("pay".to_owned(), Duration::ZERO)]);

    let failed = world.initiated(Kind::Sep24Deposit).await;
    world.commands.fail(failed, "code", "Message.", &client()).await.unwrap();
    world.clock.pass(Duration::HOUR);
    let lease = world.lease("expire").await;
    world.commands.expire(failed, &lease).await.unwrap();
    assert_eq!(world.transfer(failed).await.closure, Closure::Failed);
}

/// A worker whose clock is ahead takes the task too early; or the form came while the task was leased.
pub(crate) async fn an_expiry_that_comes_too_early_comes_again(world: World) {
    let id = world.initiated(Kind::Sep24Deposit).await;
    world.clock.pass(Duration::HOUR);
    let lease = world.lease("expire").await;
    world.clock.pass(Duration::seconds(-30));
    world.commands.expire(id, &lease).await.unwrap();
    assert_eq!(world.transfer(id).await.closure, Closure::Open);
    assert_eq!(world.tasks().await, [("expire".to_owned(), Duration::seconds(30))]);

    world.clock.pass(Duration::seconds(30));
    let lease = world.lease("expire").await;
    world.commands.submit_form(id, form(Kind::Sep24Deposit, "100"), &client()).await.unwrap();
    world.commands.expire(id, &lease).await.unwrap();
    assert_eq!(world.transfer(id).await.closure, Closure::Open);
    let due = Duration::DAY + Duration::MINUTE;
    assert!(world.tasks().await.iter().all(|task| *task == ("expire".to_owned(), due)));
    world.clock.pass(due);
    world.commands.expire(id, &world.lease("expire").await).await.unwrap();
    world.commands.expire(id, &world.lease("expire").await).await.unwrap();
    assert_eq!((world.transfer(id).await.closure, world.tasks().await), (Closure::Expired, vec![]));
}

pub(crate) async fn a_failed_transfer_leaves_no_work_and_goes_on_when_recovered(world: World) {
    for (n, kind, task) in [(1, Kind::Sep24Deposit, "pay"), (2, Kind::Sep24Withdrawal, "pay_out")] {
        let id = world.awaiting(kind).await;
        world.pay_in(id, n, "100").await;
        world.store.fail_task(&world.lease(task).await, "why", Retry::Park).await.unwrap();
        world.commands.fail(id, "code", "Message.", &client()).await.unwrap();
        assert_eq!((world.transfer(id).await.closure, world.tasks().await), (Closure::Failed, vec![]));
        world.commands.recover(id, "looked into", &client()).await.unwrap();
        assert_eq!(world.transfer(id).await.closure, Closure::Open);
        assert_eq!(world.tasks().await, [(task.to_owned(), Duration::ZERO)]);
        world.commands.fail(id, "code", "Message.", &client()).await.unwrap();
    }
}

pub(crate) async fn without_money_there_is_nothing_to_recover(world: World) {
    let id = world.awaiting(Kind::Sep24Deposit).await;
    world.commands.fail(id, "code", "Message.", &client()).await.unwrap();
    let refused = world.commands.recover(id, "looked into", &client()).await;
    assert!(matches!(refused, Err(CommandError::Refused(Refusal::NotRecoverable))), "{refused:?}");
}

pub(crate) async fn a_delivery_under_way_is_not_failed(world: World) {
    let (id, _) = world.prepared(41).await;
    let refused = world.commands.fail(id, "code", "Message.", &client()).await;
    assert!(matches!(refused, Err(CommandError::Refused(Refusal::DeliveryInProgress))), "{refused:?}");
}

pub(crate) async fn whatever_happens_at_once_the_log_tells_one_story(world: World) {
    use cqrs_es::Aggregate;
    let id = world.awaiting(Kind::Sep24Deposit).await;
    let reference = world.reference(id).await;
    let one = |n: u8| {
        let (commands, reference) = (world.commands.clone(), reference.clone());
        tokio::spawn(async move {
            let context = windlass_commands::Context::of(Actor::system("test"));
            match n % 3 {
                0 => {
                    let credit = credit(n, &reference, "50");
                    commands.record_credit("bank", &credit, None, &rail()).await.map(drop)
                }
                1 => commands.fail(id, "code", "Message.", &context).await,
                _ => commands.recover(id, "looked into", &context).await,
            }
        })
    };
    for attempt in (0..12).map(one).collect::<Vec<_>>() {
        match attempt.await.unwrap() {
            Ok(()) | Err(CommandError::Refused(_) | CommandError::Contended) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    let mut replayed = Transfer::default();
    for event in world.store.load(&StreamId::new("transfer", id.to_string())).await.unwrap() {
        let event: TransferEvent = serde_json::from_str(&event.payload).unwrap();
        replayed.apply(event);
    }
    assert_eq!(world.transfer(id).await, replayed);
    let credits = world.log().await.iter().filter(|event| event.event_type == "PaymentMatched").count();
    assert_eq!(replayed.inbound_payments.len(), credits, "each credit is once in its transfer");
}
