//! The signed roots, one after another, each checked against the one before it.

use std::collections::{BTreeSet, VecDeque};

use windlass_merkle::SignedRoot;
use windlass_stellar::AccountId;

use super::super::{Roots, SealError, StoredRoot, Tampering};

/// How many are held at once.
const PAGE: u64 = 500;

/// The chain of signed roots, from one on and up to another.
pub(super) struct Chain {
    roots: Roots,
    trusted: BTreeSet<AccountId>,
    page: VecDeque<Result<StoredRoot, SealError>>,
    read: u64,
    last: u64,
    before: Option<SignedRoot>,
}

impl Chain {
    /// After `before`, or from the first one on; up to that number.
    pub(super) fn new(
        roots: Roots,
        trusted: BTreeSet<AccountId>,
        before: Option<&StoredRoot>,
        last: u64,
    ) -> Self {
        let read = before.map_or(0, |before| before.number);
        let before = before.map(|before| before.root.clone());
        Self { roots, trusted, page: VecDeque::new(), read, last, before }
    }

    /// The next root, if there is one; what is wrong with it is the inner error.
    pub(super) async fn next(&mut self) -> Result<Option<Result<SignedRoot, Tampering>>, SealError> {
        if self.page.is_empty() {
            self.page = self.roots.between(self.read, self.last, PAGE).await?.into();
        }
        let expected = self.read + 1;
        let root = match self.page.pop_front() {
            None if self.read < self.last => return Ok(Some(Err(missing(expected)))),
            None => return Ok(None),
            Some(Ok(root)) => root,
            Some(Err(SealError::UnreadableRoot { number, why })) => {
                return Ok(Some(Err(Tampering::Root { number, why })));
            }
            Some(Err(error)) => return Err(error),
        };
        if root.number != expected {
            return Ok(Some(Err(missing(expected))));
        }
        self.read = root.number;
        Ok(Some(match self.check(&root.root) {
            Ok(()) => {
                self.before = Some(root.root.clone());
                Ok(root.root)
            }
            Err(why) => Err(Tampering::Root { number: root.number, why }),
        }))
    }

    fn check(&self, root: &SignedRoot) -> Result<(), String> {
        root.verify().map_err(|error| error.to_string())?;
        check_key(root, &self.trusted)?;
        match &self.before {
            Some(before) => root.verify_chain(before).map_err(|error| error.to_string()),
            None if root.previous.is_some() => {
                Err("it names a root before it, and is the first that there is".to_owned())
            }
            None => Ok(()),
        }
    }
}

/// Whether the root is by one of these keys; by any, where none is given.
pub(super) fn check_key(root: &SignedRoot, trusted: &BTreeSet<AccountId>) -> Result<(), String> {
    if trusted.is_empty() || trusted.contains(&root.key) {
        return Ok(());
    }
    Err(format!("it is signed by {}, which is not among the trusted keys", root.key))
}

fn missing(number: u64) -> Tampering {
    Tampering::Root { number, why: "it is missing".to_owned() }
}
