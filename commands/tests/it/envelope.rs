//! What every event carries beside its payload, and what no event carries at all.

use std::collections::BTreeSet;

use uuid::Uuid;
use windlass_commands::{Context, Settled};
use windlass_domain::{
    Actor,
    ports::{LedgerTransaction, ResultCodes},
    transfer::Kind,
};
use windlass_stellar::Stroops;

use crate::{
    ports::START,
    world::{HOLDER, NUMBER, World, an_hour_later, client, form, metadata, request},
};

pub(crate) async fn who_did_what_when_and_in_answer_to_what(world: World) {
    let (_, envelope) = world.prepared(41).await;
    let lease = world.lease("submit").await;
    world.commands.record_submitted(envelope.hash, &lease).await.unwrap();
    let confirmed = LedgerTransaction {
        hash: envelope.hash,
        ledger: 80,
        closed_at: an_hour_later(),
        successful: true,
        fee_charged: Stroops::ZERO,
        codes: ResultCodes::default(),
    };
    let confirmed = Settled::Confirmed(confirmed);
    world.commands.settle_transaction(envelope.hash, confirmed, &lease).await.unwrap();

    let (user, bank) = (client().actor.to_string(), "rail:bank".to_owned());
    let submit = format!("task:submit:{}:1", envelope.hash);
    for event in world.log().await {
        let metadata = metadata(&event);
        let (actor, cause) = match event.event_type.as_str() {
            "Initiated" | "FormSubmitted" | "AmountsCalculated" | "TransferInstructionsIssued" => {
                (&user, None)
            }
            "FundsReceived" | "PaymentObserved" | "PaymentMatched" => (&bank, None),
            "StellarPaymentPrepared" | "Prepared" => {
                (&"system:pay".to_owned(), Some(format!("task:pay:{}:5", envelope.members[0].transfer)))
            }
            _ => (&"system:submit".to_owned(), Some(submit.clone())),
        };
        assert_eq!((metadata.actor.to_string(), metadata.causation_id), (actor.clone(), cause), "{event:?}");
        let in_the_world = matches!(
            event.event_type.as_str(),
            "FundsReceived"
                | "PaymentObserved"
                | "PaymentMatched"
                | "Confirmed"
                | "StellarPaymentConfirmed"
                | "Completed"
        );
        let occurred_at = if in_the_world { an_hour_later() } else { START };
        assert_eq!(metadata.occurred_at, occurred_at, "{event:?}");
    }
}

/// One request, one correlation: the transfer, the payment that funded it, the envelope that pays it.
pub(crate) async fn all_that_follows_from_a_request_is_correlated(world: World) {
    let (_, envelope) = world.prepared(41).await;
    world.commands.record_submitted(envelope.hash, &world.lease("submit").await).await.unwrap();
    let log = world.log().await;
    assert_eq!(log.iter().filter(|event| event.stream.aggregate_type == "stellar_transaction").count(), 2);
    assert_eq!(log.iter().filter(|event| event.stream.aggregate_type == "inbound_payment").count(), 2);
    let correlations: BTreeSet<Uuid> = log.iter().map(|event| metadata(event).correlation_id).collect();
    assert_eq!(correlations.len(), 1);
    let ids: BTreeSet<Uuid> = log.iter().map(|event| metadata(event).event_id).collect();
    assert_eq!(ids.len(), log.len());

    world.initiated(Kind::Sep24Deposit).await;
    let another = world.log().await.pop().unwrap();
    assert!(!correlations.contains(&metadata(&another).correlation_id));
}

pub(crate) async fn a_given_correlation_is_kept(world: World) {
    let correlation_id = Some(Uuid::from_u128(7));
    let context =
        Context { actor: Actor::system("test"), correlation_id, causation_id: Some("request".to_owned()) };
    let id = world.commands.initiate(request(Kind::Sep24Deposit), &context).await.unwrap();
    world.commands.submit_form(id, form(Kind::Sep24Deposit, "100"), &context).await.unwrap();
    for event in world.log().await {
        let metadata = metadata(&event);
        assert_eq!(Some(metadata.correlation_id), correlation_id);
        assert_eq!(metadata.causation_id.as_deref(), Some("request"));
    }
}

pub(crate) async fn no_event_names_the_account_or_its_holder(world: World) {
    let id = world.funded(Kind::Sep24Withdrawal).await;
    let lease = world.lease("pay_out").await;
    world.commands.prepare_payout(id, "bank", "key-1", &lease).await.unwrap();
    world.commands.confirm_payout(id, "key-1", "p-1", START, &lease).await.unwrap();
    let log = world.log().await;
    assert!(log.iter().any(|event| event.payload.contains("…3000")), "the masked number may be seen");
    for event in log {
        let text = format!("{}{}", event.payload, event.metadata);
        for personal in [HOLDER, NUMBER, "Maria", "Ferreira", "0532013000"] {
            assert!(!text.contains(personal), "{}: {text}", event.event_type);
        }
    }
}
