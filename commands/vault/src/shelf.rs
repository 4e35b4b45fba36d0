//! Where the sealed rows are kept. A shelf knows nothing of keys.

use async_trait::async_trait;
use windlass_store::StoreError;

use crate::VaultRef;

/// The rows of the vault. Each method is one transaction.
#[async_trait]
pub(crate) trait Shelf: Send + Sync {
    /// Every master key that was used.
    async fn master_keys(&self) -> Result<Vec<MasterKeyRow>, StoreError>;

    /// Keeps the first master key, unless there is one.
    async fn found(&self, first: MasterKeyRow) -> Result<(), StoreError>;

    /// Keeps a further master key.
    async fn add_master_key(&self, next: MasterKeyRow) -> Result<(), StoreError>;

    /// A person's data key.
    async fn data_key(&self, subject: &str) -> Result<Option<DataKeyRow>, StoreError>;

    /// The person's data key: the one that is there, else the one that is offered; none where the master key of the offered
    /// one has been retired.
    async fn data_key_or(&self, offered: DataKeyRow) -> Result<Option<DataKeyRow>, StoreError>;

    /// Keeps a value; false if its data key is gone.
    async fn put(&self, value: ValueRow) -> Result<bool, StoreError>;

    /// A value, if it was ever sealed.
    async fn value(&self, reference: VaultRef) -> Result<Option<Kept>, StoreError>;

    /// Deletes these persons' data keys and values, and says how many of each.
    async fn erase(&self, subjects: &[&str]) -> Result<Erased, StoreError>;

    /// Keeps a seed; false if there is one of that name, or its master key has been retired.
    async fn put_seed(&self, seed: SeedRow) -> Result<bool, StoreError>;

    /// A seed.
    async fn seed(&self, name: &str) -> Result<Option<SeedRow>, StoreError>;

    /// How many data keys and seeds are sealed by other master keys than this one.
    async fn behind(&self, master_key: &str) -> Result<u64, StoreError>;

    /// The next data keys that are sealed by other master keys than this one, in the order of their ids.
    async fn data_keys_behind(&self, page: Page<'_>) -> Result<Vec<DataKeyRow>, StoreError>;

    /// The next seeds that are sealed by other master keys than this one, in the order of their names.
    async fn seeds_behind(&self, page: Page<'_>) -> Result<Vec<SeedRow>, StoreError>;

    /// Replaces what is still sealed as it was read, and says how many those were.
    async fn reseal(&self, what: Sealed, rows: Vec<Resealed>) -> Result<u64, StoreError>;

    /// Deletes a master key, unless something is sealed by it; says whether it is gone.
    async fn retire(&self, master_key: &str) -> Result<bool, StoreError>;

    /// Takes what was deleted or replaced off the disk, as far as that can be done.
    async fn purge(&self) -> Result<(), StoreError>;
}

/// A part of what is not sealed by the current master key.
#[derive(Clone, Copy)]
pub(crate) struct Page<'a> {
    pub(crate) master_key: &'a str,
    /// The last id or name of the part before; empty at the beginning.
    pub(crate) after: &'a str,
    pub(crate) limit: u32,
}

/// What a master key seals.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sealed {
    DataKeys,
    Seeds,
}

/// Something that was sealed by one master key, and now by another.
pub(crate) struct Resealed {
    /// A data key's id, or a seed's name.
    pub(crate) id: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) sealed: Vec<u8>,
}

/// What an erasure took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Data keys: one for each person or payment that had something sealed.
    pub keys: u64,
    /// Values that these keys had sealed.
    pub values: u64,
}

#[derive(Clone)]
pub(crate) struct MasterKeyRow {
    pub(crate) id: String,
    pub(crate) check_value: Vec<u8>,
}

#[derive(Clone)]
pub(crate) struct DataKeyRow {
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) master_key: String,
    pub(crate) wrapped: Vec<u8>,
}

#[derive(Clone)]
pub(crate) struct ValueRow {
    pub(crate) reference: VaultRef,
    pub(crate) data_key: String,
    pub(crate) field: String,
    pub(crate) sealed: Vec<u8>,
}

/// What is left of a value.
pub(crate) enum Kept {
    Sealed { value: ValueRow, key: DataKeyRow },
    Erased,
}

#[derive(Clone)]
pub(crate) struct SeedRow {
    pub(crate) name: String,
    pub(crate) master_key: String,
    pub(crate) sealed: Vec<u8>,
}
