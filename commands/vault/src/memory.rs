//! The vault's rows in memory, for tests and simulation.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use windlass_store::StoreError;

use crate::VaultRef;
use crate::shelf::{
    DataKeyRow, Erased, Kept, MasterKeyRow, Page, Resealed, Sealed, SeedRow, Shelf, ValueRow,
};

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

impl Rows {
    fn has_master_key(&self, id: &str) -> bool {
        self.master_keys.iter().any(|row| row.id == id)
    }
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

    async fn data_key_or(&self, offered: DataKeyRow) -> Result<Option<DataKeyRow>, StoreError> {
        let mut rows = self.rows();
        if rows.has_master_key(&offered.master_key) {
            rows.data_keys.entry(offered.subject.clone()).or_insert(offered.clone());
        }
        Ok(rows.data_keys.get(&offered.subject).cloned())
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

    async fn erase(&self, subjects: &[&str]) -> Result<Erased, StoreError> {
        let mut rows = self.rows();
        let mut erased = Erased::default();
        for subject in subjects {
            let Some(key) = rows.data_keys.remove(*subject) else { continue };
            erased.keys += 1;
            for value in rows.values.values_mut() {
                erased.values += u64::from(value.take_if(|value| value.data_key == key.id).is_some());
            }
        }
        Ok(erased)
    }

    async fn put_seed(&self, seed: SeedRow) -> Result<bool, StoreError> {
        let mut rows = self.rows();
        let free = !rows.seeds.contains_key(&seed.name) && rows.has_master_key(&seed.master_key);
        if free {
            rows.seeds.insert(seed.name.clone(), seed);
        }
        Ok(free)
    }

    async fn seed(&self, name: &str) -> Result<Option<SeedRow>, StoreError> {
        Ok(self.rows().seeds.get(name).cloned())
    }

    async fn add_master_key(&self, next: MasterKeyRow) -> Result<(), StoreError> {
        self.rows().master_keys.push(next);
        Ok(())
    }

    async fn behind(&self, master_key: &str) -> Result<u64, StoreError> {
        let rows = self.rows();
        let keys = rows.data_keys.values().filter(|key| key.master_key != master_key).count();
        Ok((keys + rows.seeds.values().filter(|seed| seed.master_key != master_key).count()) as u64)
    }

    async fn data_keys_behind(&self, page: Page<'_>) -> Result<Vec<DataKeyRow>, StoreError> {
        let rows = self.rows();
        let behind = |key: &&DataKeyRow| key.master_key != page.master_key && *key.id > *page.after;
        let mut found: Vec<_> = rows.data_keys.values().filter(behind).cloned().collect();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found.truncate(page.limit as usize);
        Ok(found)
    }

    async fn seeds_behind(&self, page: Page<'_>) -> Result<Vec<SeedRow>, StoreError> {
        let rows = self.rows();
        let behind = |seed: &&SeedRow| seed.master_key != page.master_key && *seed.name > *page.after;
        Ok(rows.seeds.values().filter(behind).take(page.limit as usize).cloned().collect())
    }

    async fn reseal(&self, what: Sealed, resealed: Vec<Resealed>) -> Result<u64, StoreError> {
        let mut rows = self.rows();
        let mut done = 0;
        for row in resealed {
            let (master_key, sealed) = match what {
                Sealed::DataKeys => match rows.data_keys.values_mut().find(|key| key.id == row.id) {
                    Some(key) => (&mut key.master_key, &mut key.wrapped),
                    None => continue,
                },
                Sealed::Seeds => match rows.seeds.get_mut(&row.id) {
                    Some(seed) => (&mut seed.master_key, &mut seed.sealed),
                    None => continue,
                },
            };
            if *master_key == row.from {
                (*master_key, *sealed) = (row.to, row.sealed);
                done += 1;
            }
        }
        Ok(done)
    }

    async fn retire(&self, master_key: &str) -> Result<bool, StoreError> {
        let mut rows = self.rows();
        let used = rows.data_keys.values().any(|key| key.master_key == master_key)
            || rows.seeds.values().any(|seed| seed.master_key == master_key);
        if !used {
            rows.master_keys.retain(|row| row.id != master_key);
        }
        Ok(!used)
    }

    async fn purge(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
