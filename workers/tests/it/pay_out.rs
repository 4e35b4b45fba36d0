//! Ordering a payout and seeing it through.

use time::Duration;
use windlass_domain::{
    ports::{PayoutOutcome, RailError},
    transfer::{Closure, Delivery, Kind, TransferId},
};
use windlass_workers::{Outcome, StepError};

use crate::{clock::START, world::World};

const OPERATOR: &str = "needs an operator";
const PASSING: &str = "is tried again";

async fn funded() -> (World, TransferId) {
    let world = World::new().await;
    let id = world.funded(Kind::Sep24Withdrawal, 1).await;
    (world, id)
}

/// In the log, and whether the rail was called is not known.
async fn prepared() -> (World, TransferId, String) {
    let (world, id) = funded().await;
    let key = format!("{id}-1");
    let lease = world.lease("pay_out").await;
    world.commands.prepare_payout(id, "bank", &key, &lease).await.unwrap();
    world.clock.pass(Duration::minutes(3));
    (world, id, key)
}

async fn submitted() -> (World, TransferId, String) {
    let (world, id) = funded().await;
    world.rail.orders.tell([Ok(taken())]);
    assert_eq!(world.run("pay_out").await.unwrap(), Outcome::Settled);
    world.clock.pass(Duration::seconds(2));
    world.rail.calls();
    (world, id, format!("{id}-1"))
}

fn taken() -> PayoutOutcome {
    PayoutOutcome::Submitted { id: "p-1".to_owned() }
}

fn paid() -> PayoutOutcome {
    PayoutOutcome::Paid { id: "p-1".to_owned(), at: START }
}

fn not_paid() -> PayoutOutcome {
    PayoutOutcome::Failed { code: "closed".to_owned(), message: "no such account".to_owned() }
}

fn unclear() -> RailError {
    RailError::Unknown("time-out".to_owned())
}

async fn fails(world: &World) -> &'static str {
    match world.run("pay_out").await {
        Err(StepError::NeedsOperator(_)) => OPERATOR,
        Err(StepError::Transient(_)) => PASSING,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_says_how_much_to_whom_and_under_which_key() {
    let (world, id) = funded().await;
    world.rail.orders.tell([Ok(paid())]);
    assert_eq!(world.run("pay_out").await.unwrap(), Outcome::Settled);
    let ordered = world.rail.ordered.lock().unwrap().clone();
    let [order] = ordered.as_slice() else { panic!("{ordered:?}") };
    assert_eq!((order.money.to_string().as_str(), order.key.clone()), ("99 USD", format!("{id}-1")));
    assert_eq!((order.destination.holder.as_str(), order.destination.number.as_str()), ("Maria", "DE893704"));
}

#[tokio::test(start_paused = true)]
async fn each_outcome_of_an_order_has_its_end() {
    let (world, id) = funded().await;
    world.rail.orders.tell([Ok(paid())]);
    world.run("pay_out").await.unwrap();
    assert_eq!((world.transfer(id).await.closure, world.due().await), (Closure::Completed, vec![]));

    let (world, id) = funded().await;
    world.rail.orders.tell([Ok(not_paid())]);
    world.run("pay_out").await.unwrap();
    assert_eq!((world.transfer(id).await.closure, world.due().await), (Closure::Failed, vec![]));

    let (world, id, _) = submitted().await;
    assert!(matches!(world.transfer(id).await.delivery, Delivery::Submitted(_)));
    assert_eq!(world.due().await, [("pay_out".to_owned(), Duration::ZERO)]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_concluded_from_an_unclear_answer_or_a_refusal() {
    for error in [unclear(), RailError::Refused("our account is short".to_owned())] {
        let (world, id) = funded().await;
        world.rail.orders.tell([Err(error), Ok(paid())]);
        assert_eq!(fails(&world).await, PASSING);
        assert!(matches!(world.transfer(id).await.delivery, Delivery::Prepared(_)));
        world.clock.pass(Duration::SECOND);
        assert_eq!(world.run("pay_out").await.unwrap(), Outcome::Settled);
        let key = format!("{id}-1");
        assert_eq!(
            world.rail.calls(),
            [format!("order {key}"), format!("ask {key}"), format!("order {key}")]
        );
        assert_eq!(
            (world.transfer(id).await.closure, world.transfer(id).await.attempts),
            (Closure::Completed, 1)
        );
    }
}

/// After a crash between the record and the order.
#[tokio::test(start_paused = true)]
async fn an_order_of_unknown_fate_is_looked_up_or_given_again_as_the_rail_allows() {
    let (world, id, key) = prepared().await;
    world.rail.known.tell([Ok(Some(paid()))]);
    world.run("pay_out").await.unwrap();
    assert_eq!(world.rail.calls(), [format!("ask {key}")], "it is known: nothing is ordered");
    assert_eq!(world.transfer(id).await.closure, Closure::Completed);

    for (idempotent, queryable) in [(true, true), (false, true), (true, false)] {
        let (world, id, key) = prepared().await;
        world.rail.promises(idempotent, queryable);
        world.rail.orders.tell([Ok(paid())]);
        world.run("pay_out").await.unwrap();
        let asked = queryable.then(|| format!("ask {key}"));
        let calls: Vec<_> = asked.into_iter().chain([format!("order {key}")]).collect();
        assert_eq!((world.rail.calls(), world.transfer(id).await.attempts), (calls, 1));
        assert_eq!(world.transfer(id).await.closure, Closure::Completed);
    }

    let (world, id, _) = prepared().await;
    world.rail.promises(false, false);
    assert_eq!(fails(&world).await, OPERATOR);
    assert_eq!(world.rail.calls(), Vec::<String>::new());
    assert!(matches!(world.transfer(id).await.delivery, Delivery::Prepared(_)));
}

#[tokio::test(start_paused = true)]
async fn a_rail_that_cannot_be_asked_just_now_is_given_no_order() {
    let (world, _, key) = prepared().await;
    world.rail.known.tell([Err(unclear())]);
    assert_eq!(fails(&world).await, PASSING);
    assert_eq!(world.rail.calls(), [format!("ask {key}")]);
}

#[tokio::test(start_paused = true)]
async fn a_payout_under_way_is_asked_after_until_it_ends() {
    let (world, id, key) = submitted().await;
    world.rail.known.tell([Ok(Some(taken())), Ok(Some(taken())), Err(unclear()), Ok(Some(paid()))]);
    for _ in 0..2 {
        assert_eq!(world.run("pay_out").await.unwrap(), Outcome::Settled);
        assert_eq!(world.due().await, [("pay_out".to_owned(), Duration::seconds(2))]);
        world.clock.pass(Duration::seconds(2));
    }
    assert_eq!(fails(&world).await, PASSING);
    world.clock.pass(Duration::SECOND);
    assert_eq!(world.run("pay_out").await.unwrap(), Outcome::Settled);
    assert_eq!(world.rail.calls(), vec![format!("ask {key}"); 4]);
    assert_eq!(world.transfer(id).await.closure, Closure::Completed);
}

#[tokio::test(start_paused = true)]
async fn a_payout_that_the_rail_forgot_is_not_ordered_again() {
    let (world, id, key) = submitted().await;
    world.rail.known.tell([Ok(None)]);
    assert_eq!(fails(&world).await, PASSING);
    assert_eq!(world.rail.calls(), [format!("ask {key}")]);
    assert!(matches!(world.transfer(id).await.delivery, Delivery::Submitted(_)));
}

/// The same key again is the same payout, and says how it stands.
#[tokio::test(start_paused = true)]
async fn a_rail_that_cannot_be_asked_is_told_again_if_it_allows_it() {
    let (world, id, key) = submitted().await;
    world.rail.promises(true, false);
    world.rail.orders.tell([Ok(paid())]);
    assert_eq!(world.run("pay_out").await.unwrap(), Outcome::Settled);
    assert_eq!(world.rail.calls(), [format!("order {key}")]);
    assert_eq!(world.transfer(id).await.closure, Closure::Completed);

    let (world, _, _) = submitted().await;
    world.rail.promises(false, false);
    assert_eq!(fails(&world).await, OPERATOR);
}

#[tokio::test(start_paused = true)]
async fn where_the_account_was_erased_an_operator_is_needed() {
    let (world, id) = funded().await;
    let subject = world.transfer(id).await.initiated.unwrap().subject.identity();
    world.vault.erase(&subject).await.unwrap();
    assert_eq!(fails(&world).await, OPERATOR);
    assert_eq!(world.rail.calls(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_recovered_payout_has_a_key_of_its_own() {
    let (world, id) = funded().await;
    world.rail.orders.tell([Ok(not_paid()), Ok(paid())]);
    world.run("pay_out").await.unwrap();
    world.commands.recover(id, "another try", &crate::world::anybody()).await.unwrap();
    world.run("pay_out").await.unwrap();
    assert_eq!(world.rail.calls(), [format!("order {id}-1"), format!("order {id}-2")]);
    assert_eq!(world.transfer(id).await.closure, Closure::Completed);
}

#[tokio::test(start_paused = true)]
async fn what_has_ended_is_not_paid_out() {
    let (world, id) = funded().await;
    let lease = world.lease("pay_out").await;
    world.commands.fail(id, "code", "Message.", &crate::world::anybody()).await.unwrap();
    world.clock.pass(Duration::minutes(3));
    assert_eq!(world.run("pay_out").await.unwrap(), Outcome::Finished);
    assert_eq!((world.rail.calls(), lease.attempts), (vec![], 1));
}
