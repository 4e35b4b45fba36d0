//! The vault's rows in memory, for tests and simulation.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use windlass_store::StoreError;

use crate::VaultRef;
use crate::shelf::{DataKeyRow, Kept, MasterKeyRow, SeedRow, Shelf, ValueRow};

#[derive(Default)]
pub(crate) struct MemoryShelf(Mutex<Rows>);

#[derive(Default)]
struct Rows {
    master_keys: Vec<MasterKeyRow>,
    /// By subject.
    data_keys: BTreeMap<String, DataKeyRow>,
    /// None once erased.
    values: BTreeMap<VaultRef, Option<ValueRow>>,
    seeds: BTreeMap<String, SeedRow>,
}

impl MemoryShelf {
    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Shelf for MemoryShelf {
    async fn master_keys(&self) -> Result<Vec<MasterKeyRow>, StoreError> {
        Ok(self.rows().master_keys.clone())
    }

    async fn found(&self, first: MasterKeyRow) -> Result<(), StoreError> {
        let mut rows = self.rows();
        if rows.master_keys.is_empty() {
            rows.master_keys.push(first);
        }
        Ok(())
    }

    async fn data_key(&self, subject: &str) -> Result<Option<DataKeyRow>, StoreError> {
        Ok(self.rows().data_keys.get(subject).cloned())
    }

    async fn data_key_or(&self, offered: DataKeyRow) -> Result<DataKeyRow, StoreError> {
        let mut rows = self.rows();
        Ok(rows.data_keys.entry(offered.subject.clone()).or_insert(offered).clone())
    }

    async fn put(&self, value: ValueRow) -> Result<bool, StoreError> {
        let mut rows = self.rows();
        let kept = rows.data_keys.values().any(|key| key.id == value.data_key);
        if kept {
            rows.values.insert(value.reference, Some(value));
        }
        Ok(kept)
    }

    async fn value(&self, reference: VaultRef) -> Result<Option<Kept>, StoreError> {
        let rows = self.rows();
        Ok(rows.values.get(&reference).map(|value| {
            let sealed = value.as_ref().and_then(|value| {
                let key = rows.data_keys.values().find(|key| key.id == value.data_key)?;
                Some(Kept::Sealed { value: value.clone(), key: key.clone() })
            });
            sealed.unwrap_or(Kept::Erased)
        }))
    }

    async fn erase(&self, subject: &str) -> Result<(), StoreError> {
        let mut rows = self.rows();
        if let Some(key) = rows.data_keys.remove(subject) {
            for value in rows.values.values_mut() {
                value.take_if(|value| value.data_key == key.id);
            }
        }
        Ok(())
    }

    async fn put_seed(&self, seed: SeedRow) -> Result<bool, StoreError> {
        let mut rows = self.rows();
        let free = !rows.seeds.contains_key(&seed.name);
        if free {
            rows.seeds.insert(seed.name.clone(), seed);
        }
        Ok(free)
    }

    async fn seed(&self, name: &str) -> Result<Option<SeedRow>, StoreError> {
        Ok(self.rows().seeds.get(name).cloned())
    }
}
