//! One token per SEP-10 challenge.

use time::Duration;
use windlass_commands::CommandError;
use windlass_stellar::TransactionHash;

use crate::{ports::START, world::World};

/// SEP10-077
pub(crate) async fn a_challenge_is_redeemed_once(world: World) {
    let challenge = TransactionHash::from_bytes([1; 32]);
    let until = START + Duration::minutes(15);
    world.commands.spend_challenge(challenge, until).await.unwrap();
    let again = world.commands.spend_challenge(challenge, until).await;
    assert!(matches!(again, Err(CommandError::AlreadyUsed)), "{again:?}");
    world.commands.spend_challenge(TransactionHash::from_bytes([2; 32]), until).await.unwrap();
}

/// SEP10-077
pub(crate) async fn of_many_who_redeem_a_challenge_at_once_one_does(world: World) {
    let redeem = |_: u8| {
        let commands = world.commands.clone();
        let until = START + Duration::minutes(15);
        tokio::spawn(
            async move { commands.spend_challenge(TransactionHash::from_bytes([1; 32]), until).await },
        )
    };
    let mut redeemed = 0;
    for attempt in (0..8).map(redeem).collect::<Vec<_>>() {
        match attempt.await.unwrap() {
            Ok(()) => redeemed += 1,
            Err(CommandError::AlreadyUsed) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(redeemed, 1);
}

pub(crate) async fn spent_challenges_are_forgotten_a_batch_at_a_time(world: World) {
    for n in 0..5 {
        let until = START + Duration::minutes(i64::from(n));
        world.commands.spend_challenge(TransactionHash::from_bytes([n; 32]), until).await.unwrap();
    }
    world.clock.pass(Duration::minutes(3));
    let mut forgotten = vec![];
    for _ in 0..3 {
        forgotten.push(world.commands.forget_expired_reservations(3).await.unwrap());
    }
    assert_eq!(forgotten, [3, 1, 0]);
}
