//! A command that is sent again is recognised.

use windlass_store::{Append, AppendError, CursorMove, IdempotencyKey};

use crate::fixture::{Fixture, append, transfer};

fn keyed(fingerprint: &[u8], outcome: &str, append: Append) -> Append {
    let fingerprint = fingerprint.to_vec();
    let key = IdempotencyKey { key: "client/1".to_owned(), fingerprint, outcome: outcome.to_owned() };
    Append { key: Some(key), ..append }
}

fn repeated(fingerprint_matches: bool) -> AppendError {
    AppendError::Repeated { fingerprint_matches, outcome: "first".to_owned() }
}

pub(crate) async fn a_repeat_gets_the_first_outcome(f: Fixture) {
    f.store.append(keyed(&[0, 255, 7], "first", append("t", vec![], &["Initiated"]))).await.unwrap();
    let again = f.store.append(keyed(&[0, 255, 7], "second", append("u", vec![], &["Initiated"]))).await;
    assert_eq!(again, Err(repeated(true)));
    assert_eq!(f.store.load(&transfer("u")).await.unwrap(), vec![]);
}

pub(crate) async fn another_request_under_the_same_key_is_told_apart(f: Fixture) {
    f.store.append(keyed(&[1], "first", Append::default())).await.unwrap();
    assert_eq!(f.store.append(keyed(&[2], "second", Append::default())).await, Err(repeated(false)));
}

pub(crate) async fn a_repeat_is_recognised_before_any_other_refusal(f: Fixture) {
    let new = || keyed(&[1], "first", append("t", vec![], &["Initiated"]));
    f.store.append(new()).await.unwrap();
    let cursor = CursorMove { name: "c".to_owned(), from: Some("nowhere".to_owned()), to: "x".to_owned() };
    let again = f.store.append(Append { cursor: Some(cursor), ..new() }).await;
    assert_eq!(again, Err(repeated(true)));
}

pub(crate) async fn a_refused_command_leaves_its_key_free(f: Fixture) {
    let history = f.add("t", &["Initiated"]).await;
    let refused = f.store.append(keyed(&[1], "first", append("t", vec![], &["Expired"]))).await;
    assert_eq!(refused, Err(AppendError::Conflict { stream: transfer("t") }));
    f.store.append(keyed(&[1], "first", append("t", history, &["Expired"]))).await.unwrap();
}

pub(crate) async fn of_many_repeats_at_once_one_is_carried_out(f: Fixture) {
    let mut callers = Vec::new();
    for caller in 0..10 {
        let store = f.store.clone();
        callers.push(tokio::spawn(async move {
            let id = format!("t{caller}");
            store.append(keyed(&[1], "first", append(&id, vec![], &["Initiated"]))).await
        }));
    }
    let mut done = 0;
    for caller in callers {
        match caller.await.unwrap() {
            Ok(_) => done += 1,
            Err(refused) => assert_eq!(refused, repeated(true)),
        }
    }
    assert_eq!(done, 1);
}
