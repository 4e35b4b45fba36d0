//! The keys that sign what we send.

use std::{collections::HashMap, fmt};

use windlass_stellar::{AccountId, Keypair};

/// The master keys of the accounts that we pay from.
#[derive(Clone, Default)]
pub struct Keyring {
    keys: HashMap<AccountId, Keypair>,
}

impl Keyring {
    /// Of these keys.
    pub fn new(keys: impl IntoIterator<Item = Keypair>) -> Self {
        Self { keys: keys.into_iter().map(|key| (key.account_id(), key)).collect() }
    }

    /// The key of that account.
    pub fn get(&self, account: AccountId) -> Option<&Keypair> {
        self.keys.get(&account)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}
