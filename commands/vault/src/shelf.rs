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

    /// A person's data key.
    async fn data_key(&self, subject: &str) -> Result<Option<DataKeyRow>, StoreError>;

    /// The person's data key: the one that is there, else the one that is offered.
    async fn data_key_or(&self, offered: DataKeyRow) -> Result<DataKeyRow, StoreError>;

    /// Keeps a value; false if its data key is gone.
    async fn put(&self, value: ValueRow) -> Result<bool, StoreError>;

    /// A value, if it was ever sealed.
    async fn value(&self, reference: VaultRef) -> Result<Option<Kept>, StoreError>;

    /// Deletes a person's data key and values.
    async fn erase(&self, subject: &str) -> Result<(), StoreError>;

    /// Keeps a seed; false if there is one of that name.
    async fn put_seed(&self, seed: SeedRow) -> Result<bool, StoreError>;

    /// A seed.
    async fn seed(&self, name: &str) -> Result<Option<SeedRow>, StoreError>;
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
