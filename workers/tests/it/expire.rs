//! Closing what nobody paid.

use time::Duration;
use windlass_domain::transfer::{Closure, Kind};
use windlass_workers::Outcome;

use crate::world::{World, request};

#[tokio::test(start_paused = true)]
async fn who_never_pays_expires_and_who_pays_does_not() {
    let world = World::new().await;
    let id = world.awaiting(request(Kind::Sep24Deposit)).await;
    world.clock.pass(Duration::DAY + Duration::MINUTE);
    assert_eq!(world.run("expire").await.unwrap(), Outcome::Settled);
    assert_eq!((world.transfer(id).await.closure, world.due().await), (Closure::Expired, vec![]));

    let paid = world.funded(Kind::Sep24Deposit, 1).await;
    world.clock.pass(Duration::DAY + Duration::MINUTE);
    assert!(world.due().await.iter().all(|(kind, _)| kind == "pay"));
    assert_eq!(world.transfer(paid).await.closure, Closure::Open);
}
