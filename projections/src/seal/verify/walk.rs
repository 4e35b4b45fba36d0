//! The walk along the log, its tree and the signed roots.

use std::{collections::HashMap, mem};

use time::OffsetDateTime;
use windlass_merkle::{Frontier, Hash, NodeId, SignedRoot};
use windlass_store::{Database, EventStore, LogPosition, RecordedEvent};

use super::{
    super::{EventName, Roots, SealError, StoredLeaf, Tampering, Tree, leaf::leaf},
    Options, Verification,
    chain::{Chain, check_key},
};

/// How many events are held at once.
const PAGE: u32 = 1_000;

/// A walk along the log.
pub(super) struct Walk {
    database: Database,
    tree: Tree,
    chain: Chain,
    /// The root that comes next, if there is one.
    next: Option<SignedRoot>,
    /// What the log gives.
    frontier: Frontier,
    /// What the stored leaves give, from where they are not the log's any more.
    difference: Option<Difference>,
    /// The first stored node that does not fit the log.
    node: Option<NodeId>,
    /// So many leaves were there before the log was read: what is missing of them is missing.
    known: u64,
    after: LogPosition,
    to: Option<LogPosition>,
    /// When the first event after the last root was recorded.
    since: Option<OffsetDateTime>,
    done: Verification,
    tampering: Option<Tampering>,
}

/// Where log and leaves part.
struct Difference {
    tampering: Tampering,
    index: u64,
    event: Option<EventName>,
    /// What the leaves give; none where one of them is missing.
    frontier: Option<Frontier>,
}

impl Walk {
    pub(super) async fn begin(database: &Database, options: &Options) -> Result<Self, SealError> {
        let (tree, roots) = (Tree::new(database.clone()), Roots::open(database.clone()).await?);
        // Roots first, then leaves, then the log: each can only be behind the next.
        let last = roots.last_number().await?;
        let known = tree.size().await?;
        let mut walk = Self {
            database: database.clone(),
            tree,
            chain: Chain::new(roots.clone(), options.keys.clone(), None, last),
            next: None,
            frontier: Frontier::new(),
            difference: None,
            node: None,
            known,
            after: LogPosition::START,
            to: options.to,
            since: None,
            done: Verification::default(),
            tampering: None,
        };
        if let Some(from) = options.from {
            walk.leap(&roots, options, from, last).await?;
        }
        Ok(walk)
    }

    /// Begins with the last signed root that does not have the event at that place.
    async fn leap(
        &mut self,
        roots: &Roots,
        options: &Options,
        from: LogPosition,
        last: u64,
    ) -> Result<(), SealError> {
        let before = LogPosition { position: from.position.saturating_sub(1), ..from };
        let first = self.database.read_log(before, 1).await?;
        let Some(first) = first.first() else { return Ok(()) };
        let index = self.tree.find(&first.stream, first.sequence).await?.unwrap_or(self.known);
        let root = match roots.of_at_most(index).await {
            Ok(Some(root)) if root.number <= last => root,
            Ok(_) => return Ok(()),
            Err(SealError::UnreadableRoot { number, why }) => {
                self.tampering = Some(Tampering::Root { number, why });
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let signed = root.root.verify().map_err(|error| error.to_string());
        if let Err(why) = signed.and_then(|()| check_key(&root.root, &options.keys)) {
            self.tampering = Some(Tampering::Root { number: root.number, why });
            return Ok(());
        }
        let size = root.root.size;
        let frontier = match self.tree.frontier(size).await {
            Ok(frontier) => Some(frontier).filter(|frontier| frontier.root() == root.root.root),
            Err(SealError::MissingNode(_)) => None,
            Err(error) => return Err(error),
        };
        let leaves = self.tree.leaves(size.saturating_sub(1), 1).await?;
        let place = match leaves.first() {
            Some(leaf) => self.database.place_of(&leaf.stream, leaf.sequence).await?,
            None => None,
        };
        // Where that is not as it was signed, only the whole log can tell what was changed.
        if let (Some(frontier), Some(place)) = (frontier, place) {
            self.frontier = frontier;
            self.after = place;
            self.done.sealed = size;
            self.done.keys.insert(root.root.key);
            self.chain = Chain::new(roots.clone(), options.keys.clone(), Some(&root), last);
        }
        Ok(())
    }

    pub(super) async fn run(mut self) -> Result<Verification, SealError> {
        self.next_root().await?;
        while self.tampering.is_none() {
            let page = self.database.read_log(self.after, PAGE).await?;
            let Some(last) = page.last() else {
                self.end().await?;
                break;
            };
            self.after = last.at;
            if self.read(page).await? {
                break;
            }
        }
        if self.tampering.is_none() {
            // What no root covers has only the tree to say how it was.
            let node = self.node.map(|NodeId { level, index }| Tampering::Node { level, index });
            self.tampering = self.difference.take().map(|difference| difference.tampering).or(node);
        }
        self.done.tampering = self.tampering;
        Ok(self.done)
    }

    /// Reads a page; true where that is all that was asked for.
    async fn read(&mut self, page: Vec<RecordedEvent>) -> Result<bool, SealError> {
        let (from, count) = (self.frontier.size(), page.len() as u64);
        let leaves = self.tree.leaves(from, count).await?;
        let mut leaves: HashMap<u64, StoredLeaf> =
            leaves.into_iter().map(|leaf| (leaf.index, leaf)).collect();
        let nodes = self.tree.completed(from, from + count).await?;
        for event in page {
            if self.to.is_some_and(|to| event.at > to) && self.frontier.size() == self.done.sealed {
                return Ok(true);
            }
            let index = self.frontier.size();
            let stored = leaves.remove(&index);
            let hash = leaf(&event).hash();
            if self.difference.is_none() {
                self.compare(&event, hash, stored.as_ref(), index).await?;
            }
            if self.since.is_none() {
                self.since = Some(event.recorded_at);
            }
            self.add(hash, stored.as_ref(), &nodes);
            self.done.events += 1;
            self.check_roots().await?;
            if self.tampering.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn compare(
        &mut self,
        event: &RecordedEvent,
        hash: Hash,
        stored: Option<&StoredLeaf>,
        index: u64,
    ) -> Result<(), SealError> {
        let name = EventName::of(event);
        let tampering = match stored {
            None if index >= self.known => return Ok(()),
            None => Tampering::Leaf { index, event: name.clone() },
            Some(leaf) if leaf.hash == hash && is_of(leaf, event) => return Ok(()),
            Some(leaf) if leaf.hash == hash => Tampering::Leaf { index, event: name.clone() },
            Some(leaf) => self.classify(event, leaf).await?,
        };
        let frontier = Some(self.frontier.clone());
        self.difference = Some(Difference { tampering, index, event: Some(name), frontier });
        Ok(())
    }

    /// What happened where this event stands, and that leaf should.
    async fn classify(&self, event: &RecordedEvent, leaf: &StoredLeaf) -> Result<Tampering, SealError> {
        let name = EventName::of(event);
        if is_of(leaf, event) {
            return Ok(Tampering::Changed { event: name });
        }
        let was_sealed = self.tree.find(&event.stream, event.sequence).await?.is_some();
        let place = self.database.place_of(&leaf.stream, leaf.sequence).await?;
        let expected = EventName::of_leaf(leaf, place);
        Ok(match (was_sealed, place) {
            // It has another stream or number than it had.
            (false, None) => Tampering::Changed { event: EventName { at: Some(event.at), ..expected } },
            (false, Some(_)) => Tampering::Inserted { event: name },
            (true, None) => Tampering::Removed { event: expected, before: Some(event.at) },
            (true, Some(_)) => Tampering::Reordered { event: name, expected },
        })
    }

    /// Appends to what the log gives, and to what the leaves give.
    fn add(&mut self, hash: Hash, stored: Option<&StoredLeaf>, nodes: &HashMap<NodeId, Hash>) {
        let completed = self.frontier.append(hash);
        match &mut self.difference {
            Some(difference) => difference.add(stored),
            None if self.node.is_none() => {
                let is_wrong = |node: &&windlass_merkle::Node| match nodes.get(&node.id) {
                    Some(stored) => *stored != node.hash,
                    None => (node.id.index + 1) << node.id.level <= self.known,
                };
                let above = completed.iter().filter(|node| node.id.level > 0);
                self.node = above.into_iter().find(is_wrong).map(|node| node.id);
            }
            None => {}
        }
    }

    /// The log has ended.
    async fn end(&mut self) -> Result<(), SealError> {
        let found = self.frontier.size();
        let sealed = self.next.as_ref().map_or(self.known, |root| root.size.max(self.known));
        if found < sealed && self.difference.is_none() {
            let leaf = self.tree.leaves(found, 1).await?.into_iter().find(|leaf| leaf.index == found);
            let tampering = match leaf {
                Some(leaf) => Tampering::Removed { event: EventName::of_leaf(&leaf, None), before: None },
                None => Tampering::CutOff { found, sealed },
            };
            let frontier = Some(self.frontier.clone());
            self.difference = Some(Difference { tampering, index: found, event: None, frontier });
        }
        // What the leaves say of the missing events may be what was signed.
        while let (Some(root), None) = (&self.next, &self.tampering) {
            let size = root.size;
            if let Some(difference) = &mut self.difference {
                difference.fill(&self.tree, size).await?;
            }
            self.check_root().await?;
        }
        self.done.unsealed = Some(found.saturating_sub(self.done.sealed));
        self.done.unsealed_since = self.since;
        Ok(())
    }

    async fn check_roots(&mut self) -> Result<(), SealError> {
        while self.tampering.is_none()
            && self.next.as_ref().is_some_and(|root| root.size <= self.frontier.size())
        {
            self.check_root().await?;
        }
        Ok(())
    }

    /// Judges what was read since the last root by the next one.
    async fn check_root(&mut self) -> Result<(), SealError> {
        let Some(SignedRoot { size, root, key, .. }) = self.next.take() else { return Ok(()) };
        let fits = self.frontier.size() == size && self.frontier.root() == root;
        let (difference, node) = (self.difference.take(), self.node.take());
        self.tampering = match (fits, difference, node) {
            (true, None, None) => None,
            (true, Some(Difference { index, event: Some(event), .. }), _) => {
                Some(Tampering::Leaf { index, event })
            }
            (true, Some(difference), _) => Some(difference.tampering),
            (true, None, Some(NodeId { level, index })) => Some(Tampering::Node { level, index }),
            (false, Some(difference), _) if difference.fits(size, root) => Some(difference.tampering),
            (false, difference, node) => Some(self.unfit(size, difference, node)),
        };
        if self.tampering.is_none() {
            self.done.roots += 1;
            self.done.sealed = size;
            self.done.keys.insert(key);
            self.since = None;
            self.next_root().await?;
        }
        Ok(())
    }

    /// Neither log nor leaves are what was signed.
    fn unfit(&self, until: u64, difference: Option<Difference>, node: Option<NodeId>) -> Tampering {
        let after = self.done.sealed;
        let among = match (&difference, node) {
            (None, Some(NodeId { level, index })) => {
                ((index << level).max(after), ((index + 1) << level).min(until))
            }
            _ => (after, until),
        };
        let first = difference.map(|difference| Box::new(difference.tampering));
        Tampering::Unfit { after, until, first, among }
    }

    async fn next_root(&mut self) -> Result<(), SealError> {
        match self.chain.next().await? {
            None => {}
            Some(Ok(root)) => self.next = Some(root),
            Some(Err(tampering)) => self.tampering = Some(tampering),
        }
        Ok(())
    }
}

impl Difference {
    fn add(&mut self, stored: Option<&StoredLeaf>) {
        self.frontier = match (mem::take(&mut self.frontier), stored) {
            (Some(mut frontier), Some(leaf)) => {
                frontier.append(leaf.hash);
                Some(frontier)
            }
            _ => None,
        };
    }

    /// Adds the leaves up to that size.
    async fn fill(&mut self, tree: &Tree, size: u64) -> Result<(), SealError> {
        while let Some(frontier) = &self.frontier {
            let from = frontier.size();
            if from >= size {
                break;
            }
            let leaves = tree.leaves(from, u64::from(PAGE).min(size - from)).await?;
            if leaves.is_empty() {
                self.frontier = None;
            }
            for (expected, leaf) in (from..).zip(leaves) {
                self.add(Some(&leaf).filter(|leaf| leaf.index == expected));
            }
        }
        Ok(())
    }

    /// Whether the leaves are what was signed.
    fn fits(&self, size: u64, root: Hash) -> bool {
        self.frontier.as_ref().is_some_and(|frontier| frontier.size() == size && frontier.root() == root)
    }
}

fn is_of(leaf: &StoredLeaf, event: &RecordedEvent) -> bool {
    leaf.stream == event.stream && leaf.sequence == event.sequence
}
