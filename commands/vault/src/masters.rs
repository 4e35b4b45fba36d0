//! Which of the master keys that we were given sealed what: each is known on the shelf by an id and a check value.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use uuid::Uuid;

use crate::cipher::{Key, Place};
use crate::shelf::{MasterKeyRow, Shelf};
use crate::{MasterKeys, VaultError};

/// What the first master key is called: the same for all who might be first at once.
const FIRST: &str = "first";

const CHECK: &[u8] = b"windlass vault";

/// The master keys that were given, as the shelf knows them.
pub(crate) struct Masters {
    given: MasterKeys,
    known: RwLock<Known>,
}

#[derive(Clone, Default)]
struct Known {
    /// What the current one is called; none once it has been retired.
    current: Option<String>,
    keys: BTreeMap<String, Key>,
}

impl Masters {
    /// Finds the keys on the shelf. The first ever is kept as such; a new one only beside a former one that is there.
    pub(crate) async fn find(shelf: &dyn Shelf, given: MasterKeys) -> Result<Self, VaultError> {
        let masters = Self { given, known: RwLock::default() };
        masters.look(shelf).await?;
        if masters.known().current.is_some() {
            return Ok(masters);
        }
        let row = |id: String| -> Result<MasterKeyRow, VaultError> {
            let check_value = masters.given.current.0.seal(&place(&[&id]), CHECK)?;
            Ok(MasterKeyRow { id, check_value })
        };
        if shelf.master_keys().await?.is_empty() {
            // Another process may be first; then its key counts, and ours must be the same.
            shelf.found(row(FIRST.to_owned())?).await?;
        } else if !masters.known().keys.is_empty() {
            shelf.add_master_key(row(Uuid::new_v4().to_string())?).await?;
        }
        masters.look(shelf).await?;
        masters.current().map(drop)?;
        Ok(masters)
    }

    /// The key that seals, and what it is called.
    pub(crate) fn current(&self) -> Result<(String, Key), VaultError> {
        let known = self.known();
        let id = known.current.clone().ok_or(VaultError::WrongMasterKey)?;
        Ok((id, self.given.current.0.clone()))
    }

    /// The key of that name; the shelf is asked anew for one that is not known yet.
    pub(crate) async fn named(&self, shelf: &dyn Shelf, id: &str) -> Result<Key, VaultError> {
        if let Some(key) = self.known().keys.get(id) {
            return Ok(key.clone());
        }
        self.look(shelf).await?;
        self.known().keys.get(id).cloned().ok_or(VaultError::MissingMasterKey)
    }

    /// Reads the shelf anew: keys come and go.
    pub(crate) async fn look(&self, shelf: &dyn Shelf) -> Result<(), VaultError> {
        let mut known = Known::default();
        for row in shelf.master_keys().await? {
            let opens = |key: &Key| {
                let opened = key.open(&place(&[&row.id]), &row.check_value);
                opened.is_ok_and(|text| text.as_slice() == CHECK)
            };
            let Some(key) = self.given.all().map(|key| &key.0).find(|key| opens(key)) else { continue };
            if opens(&self.given.current.0) && known.current.as_ref().is_none_or(|id| row.id < *id) {
                known.current = Some(row.id.clone());
            }
            known.keys.insert(row.id, key.clone());
        }
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    fn known(&self) -> Known {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn place<'a>(row: &'a [&'a str]) -> Place<'a> {
    Place { what: "the master key's check value", row }
}
