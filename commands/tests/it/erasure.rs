//! Erasing a person: found through the log, recorded there, and gone everywhere else.

use windlass_commands::{CommandError, Context};
use windlass_domain::{
    Actor, Subject,
    inbound_payment::{InboundPaymentEvent, Observation},
    transfer::Kind,
};
use windlass_stellar::MuxedAccount;
use windlass_store::{Append, NewEvent, RecordedEvent, StreamAppend, StreamId};
use windlass_vault::{Erased, VaultError};

use crate::world::{HOLDER, NUMBER, World, account, credit, form, metadata, rail, request};

const REASON: &str = "asked for by letter";

fn operator() -> Context {
    Context::of(Actor::system("erase"))
}

fn ann() -> String {
    account(1).to_string()
}

/// Whether the files of the database have that text in them; never in memory.
fn on_disk(world: &World, text: &str) -> bool {
    let Some(folder) = &world.folder else { return false };
    let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
    let mut contents = files.map(|file| std::fs::read(file).unwrap());
    contents.any(|content| content.windows(text.len()).any(|window| window == text.as_bytes()))
}

fn vault_refs(log: &[RecordedEvent]) -> Vec<String> {
    let refs = log.iter().flat_map(|event| event.payload.split("vault_ref\":\"").skip(1));
    refs.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

pub(crate) async fn who_is_erased_cannot_be_read_anywhere_and_the_log_only_says_so(world: World) {
    let id = world.funded(Kind::Sep24Withdrawal).await;
    let before = world.log().await;
    let refs = vault_refs(&before);
    assert_eq!(refs.len(), 1);
    assert!(world.opened(&refs[0]).await.contains(NUMBER));

    let person = world.commands.find_person(&ann()).await.unwrap();
    assert!(person.transfers.contains(&id));
    let done = world.commands.erase(&person, REASON, &operator()).await.unwrap();
    assert_eq!((done.recorded, done.erased), (true, Erased { keys: 1, values: 1 }));

    let reference = refs[0].parse().unwrap();
    assert_eq!(world.vault.open(reference).await.err(), Some(VaultError::Erased(reference)));
    assert!(!on_disk(&world, NUMBER) && !on_disk(&world, HOLDER));
    let after = world.log().await;
    assert_eq!(after[..before.len()], before, "what was in the log has changed");
    let [event] = &after[before.len()..] else { panic!("{after:?}") };
    assert_eq!(event.stream, StreamId::new("customer", ann()));
    assert_eq!(event.payload, format!("{{\"CustomerErased\":{{\"reason\":\"{REASON}\"}}}}"));
    assert_eq!(metadata(event).actor.to_string(), "system:erase");
}

/// Keeps a remittance under its payment's own key, and matches the payment to a transfer later, as an operator can.
pub(crate) async fn a_payment_that_was_sealed_for_itself_goes_with_the_person_it_was_matched_to(
    world: World,
) {
    let id = world.awaiting(Kind::Sep24Deposit).await;
    world
        .commands
        .record_credit("bank", &credit(1, "From Ann, for June", "100"), None, &rail())
        .await
        .unwrap();
    let stream = StreamId::new("inbound_payment", "rail:bank:credit-1");
    let history = world.store.load(&stream).await.unwrap();
    let matched = InboundPaymentEvent::PaymentMatched { transfer: id };
    let event = NewEvent {
        event_type: matched.name().to_owned(),
        event_version: "1".to_owned(),
        payload: serde_json::to_string(&matched).unwrap(),
        metadata: history[0].metadata.clone(),
    };
    let streams = vec![StreamAppend { stream, history, events: vec![event] }];
    world.store.append(Append { streams, ..Append::default() }).await.unwrap();
    // Another's, which stays.
    world.commands.record_credit("bank", &credit(2, "From Bob", "5"), None, &rail()).await.unwrap();
    let refs = vault_refs(&world.log().await);
    assert_eq!(world.opened(&refs[0]).await, "From Ann, for June");

    let person = world.commands.find_person(&ann()).await.unwrap();
    assert_eq!(person.payments.iter().collect::<Vec<_>>(), ["rail:bank:credit-1"]);
    let done = world.commands.erase(&person, REASON, &operator()).await.unwrap();
    assert_eq!(done.erased, Erased { keys: 1, values: 1 });
    let reference = refs[0].parse().unwrap();
    assert_eq!(world.vault.open(reference).await.err(), Some(VaultError::Erased(reference)));
    assert_eq!(world.opened(&refs[1]).await, "From Bob");
}

pub(crate) async fn an_erasure_that_stopped_before_the_keys_went_is_repeated(world: World) {
    world.awaiting(Kind::Sep24Withdrawal).await;
    let person = world.commands.find_person(&ann()).await.unwrap();
    // The event is in the log, and then the process died.
    let event = NewEvent {
        event_type: "CustomerErased".to_owned(),
        event_version: "1".to_owned(),
        payload: format!("{{\"CustomerErased\":{{\"reason\":\"{REASON}\"}}}}"),
        metadata: world.log().await[0].metadata.clone(),
    };
    let stream = StreamId::new("customer", ann());
    let streams = vec![StreamAppend { stream, history: vec![], events: vec![event] }];
    world.store.append(Append { streams, ..Append::default() }).await.unwrap();
    let done = world.commands.erase(&person, REASON, &operator()).await.unwrap();
    assert_eq!(done.erased, Erased { keys: 1, values: 1 });
    assert!(!world.vault.knows(&ann()).await.unwrap());
}

pub(crate) async fn erasing_twice_is_erasing_once_and_who_comes_back_starts_afresh(world: World) {
    world.awaiting(Kind::Sep24Withdrawal).await;
    let person = world.commands.find_person(&ann()).await.unwrap();
    for recorded in [true, false] {
        let done = world.commands.erase(&person, REASON, &operator()).await.unwrap();
        assert_eq!(done.recorded, recorded);
    }
    assert_eq!(world.stream("customer", &ann()).await, ["CustomerErased"]);
    world.awaiting(Kind::Sep24Withdrawal).await;
    let refs = vault_refs(&world.log().await);
    let old = refs[0].parse().unwrap();
    assert_eq!(world.vault.open(old).await.err(), Some(VaultError::Erased(old)));
    assert!(world.opened(&refs[1]).await.contains(NUMBER));
    let person = world.commands.find_person(&ann()).await.unwrap();
    let again = world.commands.erase(&person, "asked again", &operator()).await.unwrap();
    assert_eq!((again.recorded, again.erased), (true, Erased { keys: 1, values: 1 }));
    let nothing = world.commands.erase(&person, " ", &operator()).await;
    assert!(matches!(nothing, Err(CommandError::NoReason(_))), "{nothing:?}");
}

pub(crate) async fn a_person_is_found_by_each_of_their_names_and_by_no_other(world: World) {
    let seven = Subject::new(MuxedAccount { account: account(1), id: Some(7) }, None).unwrap();
    let mut asked = request(Kind::Sep24Withdrawal);
    (asked.subject, asked.customer_id) = (seven, Some("customer-7".to_owned()));
    let id = world.commands.initiate(asked, &crate::world::client()).await.unwrap();
    world
        .commands
        .submit_form(id, form(Kind::Sep24Withdrawal, "100"), &crate::world::client())
        .await
        .unwrap();
    let other = world.awaiting(Kind::Sep24Withdrawal).await;
    for name in [seven.to_string(), format!("{}:7", account(1)), "customer-7".to_owned()] {
        let person = world.commands.find_person(&name).await.unwrap();
        assert_eq!(person.transfers.iter().collect::<Vec<_>>(), [&id], "{name}");
        assert!(person.names.contains(&seven.identity()), "{name}");
    }
    // Who has the account for themselves is somebody else.
    let holder = world.commands.find_person(&ann()).await.unwrap();
    assert_eq!(holder.transfers.iter().collect::<Vec<_>>(), [&other]);
    for nobody in [account(9).to_string(), "customer-8".to_owned(), String::new()] {
        let unknown = world.commands.find_person(&nobody).await;
        assert!(matches!(unknown, Err(CommandError::UnknownPerson(_))), "{nobody}: {unknown:?}");
    }
    let person = world.commands.find_person("customer-7").await.unwrap();
    world.commands.erase(&person, REASON, &operator()).await.unwrap();
    assert!(!world.vault.knows(&seven.identity()).await.unwrap());
    assert!(world.vault.knows(&ann()).await.unwrap());
    assert_eq!(world.stream("customer", &seven.identity()).await, ["CustomerErased"]);
}

pub(crate) async fn a_payment_that_belongs_to_nobody_is_erased_by_its_key(world: World) {
    world
        .commands
        .record_credit("bank", &credit(1, "From Ann, for June", "100"), None, &rail())
        .await
        .unwrap();
    let history = world.store.load(&StreamId::new("inbound_payment", "rail:bank:credit-1")).await.unwrap();
    let observed: InboundPaymentEvent = serde_json::from_str(&history[0].payload).unwrap();
    let InboundPaymentEvent::PaymentObserved(Observation::Rail { remittance_vault_ref, .. }) = observed
    else {
        panic!("{history:?}")
    };
    let reference = remittance_vault_ref.unwrap().parse().unwrap();
    let person = world.commands.find_person("rail:bank:credit-1").await.unwrap();
    let done = world.commands.erase(&person, REASON, &operator()).await.unwrap();
    assert_eq!(done.erased, Erased { keys: 1, values: 1 });
    assert_eq!(world.vault.open(reference).await.err(), Some(VaultError::Erased(reference)));
}

pub(crate) async fn transfers_that_may_need_what_goes_are_named(world: World) {
    let open = world.awaiting(Kind::Sep24Withdrawal).await;
    let ended = world.initiated(Kind::Sep24Withdrawal).await;
    world.commands.fail(ended, "code", "message", &operator()).await.unwrap();
    let person = world.commands.find_person(&ann()).await.unwrap();
    assert_eq!(person.transfers.len(), 2);
    assert_eq!(person.open.iter().collect::<Vec<_>>(), [&open]);
}
