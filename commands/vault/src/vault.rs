//! Sealing, opening and erasing.

use secrecy::{ExposeSecret, SecretSlice, SecretString};
use uuid::Uuid;
use windlass_store::Database;
use zeroize::Zeroizing;

use crate::cipher::{Key, Place};
use crate::database::DatabaseShelf;
use crate::masters::Masters;
use crate::memory::MemoryShelf;
use crate::shelf::{DataKeyRow, Erased, Kept, SeedRow, Shelf, ValueRow};
use crate::{MasterKeys, VaultError, VaultRef};

/// Personal data, each person's under a key of its own, and seeds.
///
/// A value is sealed before the append that carries its reference; if that append is refused, the
/// value stays behind, sealed, until the person is erased.
pub struct Vault {
    pub(crate) shelf: Box<dyn Shelf>,
    pub(crate) masters: Masters,
}

impl Vault {
    /// The vault in the log's database; its tables are made where needed.
    ///
    /// # Errors
    /// [`VaultError::WrongMasterKey`] where no key that is given belongs to this vault.
    pub async fn open_in(database: Database, keys: impl Into<MasterKeys>) -> Result<Self, VaultError> {
        let shelf = DatabaseShelf::open(database).await?;
        Self::unlock(Box::new(shelf), keys.into()).await
    }

    /// A vault that lives as long as the process.
    ///
    /// # Errors
    /// Where there is no randomness.
    pub async fn memory(keys: impl Into<MasterKeys>) -> Result<Self, VaultError> {
        Self::unlock(Box::new(MemoryShelf::default()), keys.into()).await
    }

    async fn unlock(shelf: Box<dyn Shelf>, keys: MasterKeys) -> Result<Self, VaultError> {
        let masters = Masters::find(&*shelf, keys).await?;
        Ok(Self { shelf, masters })
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
                let opened = self.unwrap(&key).await?.open(&value_place(&row), &value.sealed)?;
                Ok(secret(opened))
            }
        }
    }

    /// Forgets a person: the key is deleted, and so nothing that it ever sealed can be opened again. A backup of the
    /// database that was made before still holds the key, sealed by the master key. Sealing for the person again starts
    /// afresh.
    ///
    /// # Errors
    /// The database's own; then it can be done again.
    pub async fn erase(&self, subject: &str) -> Result<Erased, VaultError> {
        self.erase_all(&[subject]).await
    }

    /// The same of everything that is known under these names.
    ///
    /// # Errors
    /// The database's own; then it can be done again.
    pub async fn erase_all(&self, subjects: &[&str]) -> Result<Erased, VaultError> {
        let erased = self.shelf.erase(subjects).await?;
        // Also where nothing was left: an erasure that was interrupted may not have come to this.
        self.shelf.purge().await?;
        Ok(erased)
    }

    /// Whether anything is sealed for that person.
    ///
    /// # Errors
    /// The database's own.
    pub async fn knows(&self, subject: &str) -> Result<bool, VaultError> {
        Ok(self.shelf.data_key(subject).await?.is_some())
    }

    /// Seals a secret seed under a name that has none yet.
    ///
    /// # Errors
    /// [`VaultError::SeedExists`] where it has.
    pub async fn seal_seed(&self, name: &str, seed: &SecretString) -> Result<(), VaultError> {
        for attempt in 0.. {
            let (master_key, master) = self.masters.current()?;
            let sealed = master.seal(&seed_place(&[name]), seed.expose_secret().as_bytes())?;
            if self.shelf.put_seed(SeedRow { name: name.to_owned(), master_key, sealed }).await? {
                return Ok(());
            }
            if attempt > 0 || self.shelf.seed(name).await?.is_some() {
                break;
            }
            self.masters.look(&*self.shelf).await?;
        }
        Err(VaultError::SeedExists(name.to_owned()))
    }

    /// The seed of that name, if there is one.
    pub async fn open_seed(&self, name: &str) -> Result<Option<SecretString>, VaultError> {
        let Some(row) = self.shelf.seed(name).await? else { return Ok(None) };
        let master = self.masters.named(&*self.shelf, &row.master_key).await?;
        let opened = master.open(&seed_place(&[name]), &row.sealed)?;
        let text = std::str::from_utf8(&opened).map_err(|_| VaultError::Tampered(SEED))?;
        Ok(Some(text.into()))
    }

    /// The person's data key, made at the first seal, and its id.
    async fn data_key(&self, subject: &str) -> Result<(String, Key), VaultError> {
        let row = match self.shelf.data_key(subject).await? {
            Some(row) => row,
            None => self.first_data_key(subject).await?,
        };
        let key = self.unwrap(&row).await?;
        Ok((row.id, key))
    }

    async fn first_data_key(&self, subject: &str) -> Result<DataKeyRow, VaultError> {
        const ATTEMPTS: u32 = 3;
        for _ in 0..ATTEMPTS {
            if let Some(row) = self.shelf.data_key_or(self.new_data_key(subject)?).await? {
                return Ok(row);
            }
            // The person was erased at this moment, or our master key has another name now, or none.
            self.masters.look(&*self.shelf).await?;
        }
        Err(VaultError::ErasedMeanwhile)
    }

    fn new_data_key(&self, subject: &str) -> Result<DataKeyRow, VaultError> {
        let (id, subject) = (Uuid::new_v4().to_string(), subject.to_owned());
        let (master_key, master) = self.masters.current()?;
        let wrapped = master.seal(&key_place(&[&subject, &id]), Key::random()?.expose())?;
        Ok(DataKeyRow { id, subject, master_key, wrapped })
    }

    async fn unwrap(&self, row: &DataKeyRow) -> Result<Key, VaultError> {
        let master = self.masters.named(&*self.shelf, &row.master_key).await?;
        let bytes = master.open(&key_place(&[&row.subject, &row.id]), &row.wrapped)?;
        Key::from_slice(&bytes).ok_or(VaultError::Tampered(DATA_KEY))
    }
}

const DATA_KEY: &str = "a person's key";
const SEED: &str = "a seed";

pub(crate) fn key_place<'a>(row: &'a [&'a str]) -> Place<'a> {
    Place { what: DATA_KEY, row }
}

fn value_place<'a>(row: &'a [&'a str]) -> Place<'a> {
    Place { what: "a value", row }
}

pub(crate) fn seed_place<'a>(row: &'a [&'a str]) -> Place<'a> {
    Place { what: SEED, row }
}

/// Moves the bytes into a secret; the vector has no spare room that could keep a copy.
fn secret(mut bytes: Zeroizing<Vec<u8>>) -> SecretSlice<u8> {
    std::mem::take(&mut *bytes).into()
}
