//! The ledger's state: the last header and every entry, with a journal that can undo.

use std::collections::{BTreeMap, BTreeSet};

use stellar_xdr::{
    AccountId, LedgerEntry, LedgerEntryData, LedgerEntryExt, LedgerEntryExtensionV1, LedgerHeader, LedgerKey,
    SponsorshipDescriptor,
};

/// A whole network as of its last closed ledger.
#[derive(Clone, Debug)]
pub struct Ledger {
    network_id: [u8; 32],
    pub(super) header: LedgerHeader,
    entries: BTreeMap<LedgerKey, LedgerEntry>,
    /// What each change since the last [`commit`](Self::commit) replaced, oldest first.
    journal: Vec<(LedgerKey, Option<LedgerEntry>)>,
    /// The header at the last [`commit`](Self::commit), if a close has replaced it since.
    pub(super) replaced_header: Option<LedgerHeader>,
}

/// A point that [`Ledger::undo`] goes back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(usize);

impl Ledger {
    /// A network without entries; `network_id` is the SHA-256 of its passphrase.
    #[must_use]
    pub fn new(network_id: [u8; 32], header: LedgerHeader) -> Self {
        Self { network_id, header, entries: BTreeMap::new(), journal: Vec::new(), replaced_header: None }
    }

    /// Sets or removes an entry as it is, without rules: how a stored state is read back.
    pub fn restore(&mut self, key: LedgerKey, entry: Option<LedgerEntry>) {
        match entry {
            Some(entry) => self.entries.insert(key, entry),
            None => self.entries.remove(&key),
        };
    }

    /// Replaces the header as it is.
    pub fn restore_header(&mut self, header: LedgerHeader) {
        self.header = header;
    }

    /// The SHA-256 of the passphrase, part of every transaction's hash.
    #[must_use]
    pub fn network_id(&self) -> [u8; 32] {
        self.network_id
    }

    /// The header of the last closed ledger.
    #[must_use]
    pub fn header(&self) -> &LedgerHeader {
        &self.header
    }

    /// The number of the last closed ledger.
    #[must_use]
    pub fn sequence(&self) -> u32 {
        self.header.ledger_seq
    }

    /// When the last ledger closed, in Unix seconds.
    #[must_use]
    pub fn close_time(&self) -> u64 {
        self.header.scp_value.close_time.0
    }

    /// One entry.
    #[must_use]
    pub fn entry(&self, key: &LedgerKey) -> Option<&LedgerEntry> {
        self.entries.get(key)
    }

    /// All entries from `first` on, in the order of their keys.
    pub(super) fn entries_from(&self, first: LedgerKey) -> impl Iterator<Item = &LedgerEntry> {
        self.entries.range(first..).map(|(_, entry)| entry)
    }

    /// Every key that changed since the last commit, with its entry now (none: removed).
    pub fn changes(&self) -> impl Iterator<Item = (&LedgerKey, Option<&LedgerEntry>)> {
        let keys: BTreeSet<&LedgerKey> = self.journal.iter().map(|(key, _)| key).collect();
        keys.into_iter().map(|key| (key, self.entries.get(key)))
    }

    /// Accepts all changes so far: they can no longer be undone.
    pub fn commit(&mut self) {
        self.journal.clear();
        self.replaced_header = None;
    }

    /// Takes back all changes since the last commit, the header included.
    pub fn revert(&mut self) {
        self.undo(Mark(0));
        if let Some(header) = self.replaced_header.take() {
            self.header = header;
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.journal.len())
    }

    pub(super) fn undo(&mut self, mark: Mark) {
        while self.journal.len() > mark.0 {
            if let Some((key, before)) = self.journal.pop() {
                self.restore(key, before);
            }
        }
    }

    /// Writes an entry; one that was there keeps its sponsor.
    pub(super) fn put(&mut self, data: LedgerEntryData) {
        let key = data.to_key();
        let before = self.entries.get(&key);
        let entry = LedgerEntry {
            last_modified_ledger_seq: self.header.ledger_seq,
            data,
            ext: before.map_or(LedgerEntryExt::V0, |entry| entry.ext.clone()),
        };
        let before = self.entries.insert(key.clone(), entry);
        self.journal.push((key, before));
    }

    pub(super) fn remove(&mut self, key: LedgerKey) {
        let before = self.entries.remove(&key);
        self.journal.push((key, before));
    }

    /// Who holds the reserve for this entry in its owner's place.
    pub(super) fn sponsor(&self, key: &LedgerKey) -> Option<AccountId> {
        self.entries.get(key).and_then(sponsor).cloned()
    }
}

/// Who holds the reserve for this entry in its owner's place.
pub(crate) fn sponsor(entry: &LedgerEntry) -> Option<&AccountId> {
    match &entry.ext {
        LedgerEntryExt::V1(LedgerEntryExtensionV1 {
            sponsoring_id: SponsorshipDescriptor(sponsor), ..
        }) => sponsor.as_ref(),
        LedgerEntryExt::V0 => None,
    }
}
