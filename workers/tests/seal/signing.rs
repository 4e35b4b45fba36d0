//! Signing: a chain of roots by one signer, who signs no second history.

use windlass_workers::{Duty, StepError};

use super::fixture::{Log, key};

pub(super) async fn roots_are_signed_while_the_log_grows_and_make_a_chain(log: Log) {
    log.sign().await.unwrap();
    assert!(log.all_roots().await.is_empty(), "there is nothing to sign");
    for size in [1, 7, 8] {
        log.grow(size).await;
        log.seal().await;
        log.sign().await.unwrap();
        log.sign().await.unwrap();
    }
    let roots = log.all_roots().await;
    assert_eq!(roots.iter().map(|root| root.size).collect::<Vec<_>>(), [1, 7, 8]);
    for root in &roots {
        root.verify().unwrap();
        assert_eq!(root.key, key(1).account_id());
        assert_eq!(root.root, log.tree.root(root.size).await.unwrap());
    }
    roots[1].verify_chain(&roots[0]).unwrap();
    roots[2].verify_chain(&roots[1]).unwrap();
}

pub(super) async fn of_two_signers_at_once_one_signs(log: Log) {
    for round in 1..=10 {
        log.grow(round * 2).await;
        log.seal().await;
        let signers: Vec<_> = (1..=4).map(|seed| log.signer(seed)).collect();
        let turns = signers.iter().map(Duty::turn);
        let [one, two, three, four] = turns.collect::<Vec<_>>().try_into().ok().unwrap();
        let (one, two, three, four) = tokio::join!(one, two, three, four);
        for turn in [one, two, three, four] {
            turn.unwrap();
        }
    }
    let roots = log.all_roots().await;
    assert_eq!(roots.len(), 10);
    for pair in roots.windows(2) {
        pair[1].verify_chain(&pair[0]).unwrap();
    }
}

pub(super) async fn what_does_not_continue_the_signed_tree_is_not_signed(log: Log) {
    log.grow(6).await;
    log.seal().await;
    log.sign().await.unwrap();
    log.grow(9).await;
    log.seal().await;
    let refused = |turn: Result<_, StepError>, why: &str| {
        let Err(StepError::NeedsOperator(said)) = turn else { panic!("{turn:?}") };
        assert!(said.contains(why), "{said}");
    };
    // The signed root of 6 leaves has the nodes of leaves 0 to 3 and 4 to 5 in it.
    log.tamper("UPDATE merkle_nodes SET hash = (SELECT hash FROM merkle_leaves WHERE leaf = 0) WHERE level = 1 AND node = 2")
        .await;
    refused(log.sign().await, "had the root");
    log.tamper("DELETE FROM merkle_nodes").await;
    refused(log.sign().await, "has lost node");
    log.tamper("DELETE FROM merkle_leaves WHERE leaf > 3").await;
    refused(log.sign().await, "a root of 6 leaves is signed, and the tree has 4");
    assert_eq!(log.all_roots().await.len(), 1);
}
