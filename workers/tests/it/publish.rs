//! Publishing signed roots: once in a while, by the log, and not for its own sake.

use std::sync::Arc;

use time::Duration;
use windlass_domain::{
    ports::{LedgerHeader, Submission},
    stellar_transaction::{PreparedTransaction, Progress},
};
use windlass_projections::seal::{Roots, SealFeed, Tree};
use windlass_stellar::{AccountId, Envelope, Keypair, Memo};
use windlass_store::{Database, Subscriptions};
use windlass_workers::{Duty, Handler, Outcome, PublishRoots, SignRoots, StepError, Subscribe, Turn};

use crate::{
    clock::OrderedIds,
    ledger::{account, closed},
    subscriptions::fixture::{append, drain},
    world::{World, network},
};

const HOUR: std::time::Duration = std::time::Duration::from_secs(3_600);

/// A log whose roots are signed, beside the world's own, from which they are published.
struct Sealed {
    world: World,
    database: Database,
    roots: Roots,
    publish: PublishRoots,
    sign: SignRoots,
    feed: Subscribe,
    _folder: tempfile::TempDir,
}

fn publisher() -> AccountId {
    Keypair::from_seed_bytes([8; 32]).account_id()
}

impl Sealed {
    async fn new() -> Self {
        let world = World::new().await;
        world.ledger.account_is(publisher(), [Ok(Some(account(publisher(), 7)))]);
        let folder = tempfile::tempdir().unwrap();
        let database = Database::sqlite(folder.path().join("windlass.db"), vec![]).await.unwrap();
        let subscriptions = Subscriptions::open(database.clone()).await.unwrap();
        let roots = Roots::open(database.clone()).await.unwrap();
        let tree = Tree::new(database.clone());
        let feed = Subscribe::new(Handler::Feed(Arc::new(SealFeed)), subscriptions, world.clock.clone());
        let key = Keypair::from_seed_bytes([9; 32]);
        let ids = Arc::new(OrderedIds::default());
        let sign = SignRoots::new(tree.clone(), roots.clone(), key, world.clock.clone(), ids);
        let account = Keypair::from_seed_bytes([8; 32]);
        let publish = PublishRoots::new(world.ports.clone(), tree, roots.clone(), account, HOUR);
        Self { world, database, roots, publish, sign, feed, _folder: folder }
    }

    /// The log grows by an event, and its root is signed.
    async fn grows(&self, kind: &'static str, id: &str) {
        append(&self.database, kind, id, &["Made"]).await;
        drain(&self.feed).await;
        self.sign.turn().await.unwrap();
    }

    async fn publishes(&self) -> bool {
        let before = self.world.log().await.len();
        assert_eq!(self.publish.turn().await.unwrap(), Turn::Idle);
        self.world.log().await.len() > before
    }

    /// The envelope comes into a ledger.
    async fn closes(&self) -> PreparedTransaction {
        let envelope = self.world.last_envelope().await;
        self.world.ledger.submissions.tell([Ok(Submission::Closed(closed(envelope.hash)))]);
        assert_eq!(self.world.run("submit").await.unwrap(), Outcome::Settled);
        envelope
    }
}

#[tokio::test]
async fn the_newest_root_is_published_by_an_envelope_of_the_log() {
    let sealed = Sealed::new().await;
    assert!(!sealed.publishes().await, "there is nothing to publish");
    sealed.grows("deal", "a").await;
    sealed.grows("deal", "b").await;
    assert!(sealed.publishes().await);
    let root = sealed.roots.last().await.unwrap().unwrap();
    let envelope = sealed.world.last_envelope().await;
    assert_eq!((envelope.source, envelope.sequence, envelope.members.len()), (publisher(), 8, 0));
    let read = Envelope::read(&envelope.envelope, &network()).unwrap();
    assert_eq!(Memo::from_xdr(&read.transaction.memo), Memo::Hash(*root.root.id().as_bytes()));
    // While its fate is open nothing else is sent, however long that is.
    sealed.grows("deal", "a").await;
    sealed.world.clock.pass(Duration::hours(2));
    assert!(!sealed.publishes().await);
    let sent = sealed.closes().await;
    let progress = sealed.world.commands.stellar_transaction(sent.hash).await.unwrap().progress;
    assert_eq!(progress, Progress::Confirmed);
    // It is seen that it has arrived, and the next one follows.
    assert!(sealed.publishes().await);
    let first = sealed.roots.between(1, 2, 1).await.unwrap().remove(0).unwrap();
    let publication = first.publication.unwrap();
    assert_eq!((publication.transaction, publication.confirmed), (sent.hash, true));
    assert_eq!(sealed.world.last_envelope().await.sequence, 9);
}

#[tokio::test]
async fn a_publication_waits_for_its_time_and_for_something_to_tell() {
    let sealed = Sealed::new().await;
    sealed.grows("deal", "a").await;
    assert!(sealed.publishes().await);
    let sent = sealed.closes().await;
    sealed.grows("deal", "b").await;
    sealed.world.clock.pass(Duration::minutes(59));
    assert!(!sealed.publishes().await);
    sealed.world.clock.pass(Duration::minutes(1));
    assert!(sealed.publishes().await);
    let second = sealed.closes().await;
    assert_ne!(second.hash, sent.hash);
    // What publishes is in the log, too, and is no news.
    sealed.grows("stellar_transaction", &second.hash.to_string()).await;
    sealed.world.clock.pass(Duration::hours(2));
    assert!(!sealed.publishes().await);
    sealed.grows("stellar_transaction", "another").await;
    assert!(sealed.publishes().await);
}

#[tokio::test]
async fn what_never_came_into_a_ledger_is_published_anew() {
    let sealed = Sealed::new().await;
    sealed.grows("deal", "a").await;
    assert!(sealed.publishes().await);
    let dead = sealed.world.last_envelope().await;
    assert!(matches!(sealed.world.run("submit").await.unwrap(), Outcome::Again(_)));
    let closed_at = dead.max_time + Duration::SECOND;
    sealed.world.ledger.headers.tell([Ok(LedgerHeader { sequence: 50, closed_at })]);
    sealed.world.clock.pass(Duration::hours(1));
    assert_eq!(sealed.world.run("submit").await.unwrap(), Outcome::Settled);
    let progress = sealed.world.commands.stellar_transaction(dead.hash).await.unwrap().progress;
    assert_eq!(progress, Progress::Dead);
    assert!(sealed.publishes().await);
    let again = sealed.world.last_envelope().await;
    assert_eq!((again.sequence, again.hash == dead.hash), (dead.sequence, false));
    let root = sealed.roots.last().await.unwrap().unwrap();
    assert_eq!(root.publication.unwrap().transaction, again.hash);
}

#[tokio::test]
async fn an_account_that_does_not_exist_yet_is_waited_for() {
    let sealed = Sealed::new().await;
    sealed.grows("deal", "a").await;
    sealed.world.ledger.account_is(publisher(), [Ok(None)]);
    let turn = sealed.publish.turn().await;
    assert!(matches!(turn, Err(StepError::Transient(_))), "{turn:?}");
}
