//! Sealing, opening and erasing.

use secrecy::{ExposeSecret, SecretSlice, SecretString};
use uuid::Uuid;
use windlass_store::Database;
use zeroize::Zeroizing;

use crate::cipher::{Key, Place};
use crate::database::DatabaseShelf;
use crate::memory::MemoryShelf;
use crate::shelf::{DataKeyRow, Kept, MasterKeyRow, SeedRow, Shelf, ValueRow};
use crate::{MasterKey, VaultError, VaultRef};

/// Personal data, each person's under a key of its own, and seeds.
///
/// A value is sealed before the append that carries its reference; if that append is refused, the
/// value stays behind, sealed, until the person is erased.
pub struct Vault {
    shelf: Box<dyn Shelf>,
    master: MasterKey,
    /// What the master key is called on the shelf.
    master_id: String,
}

impl Vault {
    /// The vault in the log's database; its tables are made where needed.
    pub async fn open_in(database: Database, master: MasterKey) -> Result<Self, VaultError> {
        let shelf = DatabaseShelf::open(database).await?;
        Self::unlock(Box::new(shelf), master).await
    }

    /// A vault that lives as long as the process.
    pub async fn memory(master: MasterKey) -> Result<Self, VaultError> {
        Self::unlock(Box::new(MemoryShelf::default()), master).await
    }

    /// Finds the master key among those that were used; the first ever is kept as such.
    async fn unlock(shelf: Box<dyn Shelf>, master: MasterKey) -> Result<Self, VaultError> {
        if shelf.master_keys().await?.is_empty() {
            let id = Uuid::new_v4().to_string();
            let check_value = master.0.seal(&check_place(&[&id]), CHECK)?;
            // Another process may be first; then its key counts, and ours must be the same.
            shelf.found(MasterKeyRow { id, check_value }).await?;
        }
        let known = shelf.master_keys().await?;
        let ours = known.into_iter().find(|row| {
            let opened = master.0.open(&check_place(&[&row.id]), &row.check_value);
            opened.is_ok_and(|text| text.as_slice() == CHECK)
        });
        let master_id = ours.ok_or(VaultError::WrongMasterKey)?.id;
        Ok(Self { shelf, master, master_id })
    }

    /// Seals a value of `subject` (a customer, or a transfer's account holder). `field` says what
    /// it is, as in `bank_account_number`.
    pub async fn seal(&self, subject: &str, field: &str, plaintext: &[u8]) -> Result<VaultRef, VaultError> {
        const ATTEMPTS: u32 = 3;
        for _ in 0..ATTEMPTS {
            let (data_key, key) = self.data_key(subject).await?;
            let reference = VaultRef::random();
            let sealed = key.seal(&value_place(&[subject, field, &reference.to_string()]), plaintext)?;
            let field = field.to_owned();
            if self.shelf.put(ValueRow { reference, data_key, field, sealed }).await? {
                return Ok(reference);
            }
        }
        Err(VaultError::ErasedMeanwhile)
    }

    /// Opens a value; [`VaultError::Erased`] once the person was erased.
    pub async fn open(&self, reference: VaultRef) -> Result<SecretSlice<u8>, VaultError> {
        match self.shelf.value(reference).await? {
            None => Err(VaultError::Unknown(reference)),
            Some(Kept::Erased) => Err(VaultError::Erased(reference)),
            Some(Kept::Sealed { value, key }) => {
                let row = [&*key.subject, &*value.field, &*reference.to_string()];
                let opened = self.unwrap(&key)?.open(&value_place(&row), &value.sealed)?;
                Ok(secret(opened))
            }
        }
    }

    /// Forgets a person: the key is deleted, and so nothing that it ever sealed can be opened
    /// again. A backup of the database that was made before still holds the key, sealed by the
    /// master key. Sealing for the person again starts afresh.
    pub async fn erase(&self, subject: &str) -> Result<(), VaultError> {
        Ok(self.shelf.erase(subject).await?)
    }

    /// Seals a secret seed under a name that has none yet.
    pub async fn seal_seed(&self, name: &str, seed: &SecretString) -> Result<(), VaultError> {
        let sealed = self.master.0.seal(&seed_place(&[name]), seed.expose_secret().as_bytes())?;
        let row = SeedRow { name: name.to_owned(), master_key: self.master_id.clone(), sealed };
        let kept = self.shelf.put_seed(row).await?;
        kept.then_some(()).ok_or_else(|| VaultError::SeedExists(name.to_owned()))
    }

    /// The seed of that name, if there is one.
    pub async fn open_seed(&self, name: &str) -> Result<Option<SecretString>, VaultError> {
        let Some(row) = self.shelf.seed(name).await? else { return Ok(None) };
        let opened = self.master(&row.master_key)?.open(&seed_place(&[name]), &row.sealed)?;
        let text = std::str::from_utf8(&opened).map_err(|_| VaultError::Tampered(SEED))?;
        Ok(Some(text.into()))
    }

    /// The person's data key, made at the first seal, and its id.
    async fn data_key(&self, subject: &str) -> Result<(String, Key), VaultError> {
        let row = match self.shelf.data_key(subject).await? {
            Some(row) => row,
            None => self.shelf.data_key_or(self.new_data_key(subject)?).await?,
        };
        let key = self.unwrap(&row)?;
        Ok((row.id, key))
    }

    fn new_data_key(&self, subject: &str) -> Result<DataKeyRow, VaultError> {
        let (id, subject) = (Uuid::new_v4().to_string(), subject.to_owned());
        let wrapped = self.master.0.seal(&key_place(&[&subject, &id]), Key::random()?.expose())?;
        Ok(DataKeyRow { id, subject, master_key: self.master_id.clone(), wrapped })
    }

    fn unwrap(&self, row: &DataKeyRow) -> Result<Key, VaultError> {
        let master = self.master(&row.master_key)?;
        let bytes = master.open(&key_place(&[&row.subject, &row.id]), &row.wrapped)?;
        Key::from_slice(&bytes).ok_or(VaultError::Tampered(DATA_KEY))
    }

    fn master(&self, id: &str) -> Result<&Key, VaultError> {
        if id == self.master_id { Ok(&self.master.0) } else { Err(VaultError::WrongMasterKey) }
    }
}

const CHECK: &[u8] = b"windlass vault";
const DATA_KEY: &str = "a person's key";
const SEED: &str = "a seed";

fn check_place<'a>(row: &'a [&'a str]) -> Place<'a> {
    Place { what: "the master key's check value", row }
}

fn key_place<'a>(row: &'a [&'a str]) -> Place<'a> {
    Place { what: DATA_KEY, row }
}

fn value_place<'a>(row: &'a [&'a str]) -> Place<'a> {
    Place { what: "a value", row }
}

fn seed_place<'a>(row: &'a [&'a str]) -> Place<'a> {
    Place { what: SEED, row }
}

/// Moves the bytes into a secret; the vector has no spare room that could keep a copy.
fn secret(mut bytes: Zeroizing<Vec<u8>>) -> SecretSlice<u8> {
    std::mem::take(&mut *bytes).into()
}
