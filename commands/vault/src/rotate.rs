//! Replacing the master key: whatever a former one sealed is sealed by the current one, and then the former one is retired.

use windlass_store::StoreError;

use crate::VaultError;
use crate::shelf::{Page, Resealed, Sealed};
use crate::vault::{Vault, key_place, seed_place};

/// How many are sealed anew in one transaction.
const BATCH: u32 = 200;
/// How often all is gone through again because others went on sealing with a former key.
const ROUNDS: u32 = 5;

/// How far a rotation is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Data keys and seeds that were sealed anew.
    pub resealed: u64,
    /// How many there were to do.
    pub total: u64,
    /// Former master keys that were retired: they open nothing any more.
    pub retired: u64,
}

impl Vault {
    /// Seals anew what former master keys sealed, and retires them. Others may seal, open and erase meanwhile, as long as
    /// they have the current key; what was done stays done where this is interrupted. `progress` is told after each batch.
    ///
    /// # Errors
    /// [`VaultError::MissingMasterKey`] where something is sealed by a key that was not given,
    /// [`VaultError::FormerKeyInUse`] where others go on sealing with a former one.
    pub async fn rotate(&self, mut progress: impl FnMut(Rotated)) -> Result<Rotated, VaultError> {
        let (current, _) = self.masters.current()?;
        let mut rotated = Rotated { total: self.shelf.behind(&current).await?, ..Rotated::default() };
        for _ in 0..ROUNDS {
            self.reseal(Sealed::DataKeys, &current, &mut rotated, &mut progress).await?;
            self.reseal(Sealed::Seeds, &current, &mut rotated, &mut progress).await?;
            if self.retire_all_but(&current, &mut rotated).await? {
                self.masters.look(&*self.shelf).await?;
                self.shelf.purge().await?;
                return Ok(rotated);
            }
        }
        Err(VaultError::FormerKeyInUse)
    }

    async fn reseal(
        &self,
        what: Sealed,
        current: &str,
        rotated: &mut Rotated,
        progress: &mut impl FnMut(Rotated),
    ) -> Result<(), VaultError> {
        let mut after = String::new();
        loop {
            let page = Page { master_key: current, after: &after, limit: BATCH };
            let rows = match what {
                Sealed::DataKeys => self.data_keys(page).await?,
                Sealed::Seeds => self.seeds(page).await?,
            };
            let Some(last) = rows.last() else { return Ok(()) };
            after.clone_from(&last.id);
            rotated.resealed += self.shelf.reseal(what, rows).await?;
            rotated.total = rotated.total.max(rotated.resealed);
            progress(*rotated);
        }
    }

    async fn data_keys(&self, page: Page<'_>) -> Result<Vec<Resealed>, VaultError> {
        let (to, key) = self.masters.current()?;
        let mut resealed = Vec::new();
        for row in self.shelf.data_keys_behind(page).await? {
            let place = [&*row.subject, &*row.id];
            let former = self.masters.named(&*self.shelf, &row.master_key).await?;
            let sealed = key.seal(&key_place(&place), &former.open(&key_place(&place), &row.wrapped)?)?;
            resealed.push(Resealed { id: row.id, from: row.master_key, to: to.clone(), sealed });
        }
        Ok(resealed)
    }

    async fn seeds(&self, page: Page<'_>) -> Result<Vec<Resealed>, VaultError> {
        let (to, key) = self.masters.current()?;
        let mut resealed = Vec::new();
        for row in self.shelf.seeds_behind(page).await? {
            let place = [&*row.name];
            let former = self.masters.named(&*self.shelf, &row.master_key).await?;
            let sealed = key.seal(&seed_place(&place), &former.open(&seed_place(&place), &row.sealed)?)?;
            resealed.push(Resealed { id: row.name, from: row.master_key, to: to.clone(), sealed });
        }
        Ok(resealed)
    }

    /// Whether no former key is left.
    async fn retire_all_but(&self, current: &str, rotated: &mut Rotated) -> Result<bool, VaultError> {
        let mut all = true;
        for row in self.shelf.master_keys().await?.iter().filter(|row| row.id != current) {
            match self.shelf.retire(&row.id).await {
                Ok(true) => rotated.retired += 1,
                // PostgreSQL refuses it where somebody is sealing with it right now.
                Ok(false) | Err(StoreError::Database { .. }) => all = false,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(all)
    }
}
