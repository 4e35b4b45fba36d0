//! Cursors move with the append, from where they are known to be.

use windlass_store::{Append, AppendError, CursorMove};

use crate::fixture::{Fixture, append, transfer};

fn moving(from: Option<&str>, to: &str) -> Option<CursorMove> {
    Some(CursorMove { name: "payments".to_owned(), from: from.map(str::to_owned), to: to.to_owned() })
}

fn moved(actual: Option<&str>) -> AppendError {
    AppendError::CursorMoved { name: "payments".to_owned(), actual: actual.map(str::to_owned) }
}

pub(crate) async fn a_cursor_moves_only_from_where_it_is(f: Fixture) {
    let go = async |from, to| {
        let done = f.store.append(Append { cursor: moving(from, to), ..Append::default() }).await;
        done.map(drop)
    };
    assert_eq!(f.store.cursor("payments").await.unwrap(), None);
    assert_eq!(go(Some("1"), "2").await, Err(moved(None)));
    assert_eq!(go(None, "1").await, Ok(()));
    assert_eq!(go(None, "2").await, Err(moved(Some("1"))));
    assert_eq!(go(Some("0"), "2").await, Err(moved(Some("1"))));
    assert_eq!(go(Some("1"), "2").await, Ok(()));
    assert_eq!(f.store.cursor("payments").await.unwrap().as_deref(), Some("2"));
}

pub(crate) async fn a_cursor_and_its_events_move_together(f: Fixture) {
    let both = |from, to| Append { cursor: moving(from, to), ..append("t", vec![], &["Received"]) };
    assert_eq!(f.store.append(both(Some("9"), "1")).await, Err(moved(None)));
    assert_eq!(f.store.load(&transfer("t")).await.unwrap(), vec![]);
    f.store.append(both(None, "1")).await.unwrap();
    let refused = f.store.append(both(Some("1"), "2")).await;
    assert_eq!(refused, Err(AppendError::Conflict { stream: transfer("t") }));
    assert_eq!(f.store.cursor("payments").await.unwrap().as_deref(), Some("1"));
}
