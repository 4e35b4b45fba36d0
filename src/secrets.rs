//! The keys of an anchor: given by the operator, or made once for the sandbox and kept sealed in the vault.

use anyhow::{Context, Result};
use secrecy::{ExposeSecret, SecretString};
use windlass_domain::ports::Ids;
use windlass_stellar::Keypair;
use windlass_vault::{MasterKey, MasterKeys, Vault, VaultError};

use crate::{
    config::{Config, Stellar},
    key_file::{self, KeyFile},
};

/// The master keys: the configured ones, or those of the file in the data folder, made at the first start.
///
/// # Errors
/// Where a key or the file cannot be read, or the file cannot be written.
pub fn master_keys(config: &Config) -> Result<MasterKeys> {
    let Some(current) = &config.master_key else { return KeyFile::in_folder(&config.data_dir).keys() };
    let current = MasterKey::parse(current).context("SECRET_MASTER_KEY cannot be used")?;
    let previous = config.previous_master_keys.iter().map(MasterKey::parse).collect::<Result<_, _>>();
    Ok(MasterKeys::new(current, previous.context("SECRET_MASTER_KEY_PREVIOUS cannot be used")?))
}

/// The key that signs the log's roots: the configured one, or that of the file in the sandbox's data folder; `None` on a
/// real network where none is configured. It is never in the database, which is what it speaks about.
///
/// # Errors
/// Where the file cannot be read.
pub fn audit_key(config: &Config) -> Result<Option<Keypair>> {
    let path = config.data_dir.join("audit.key");
    match (&config.audit.signing_key, &config.stellar) {
        (Some(key), _) => Ok(Some(key.clone())),
        (None, Stellar::Sandbox { .. }) if path.exists() => {
            let seed = key_file::read(&path)?;
            let key = Keypair::from_seed(seed.expose_secret().trim());
            key.map(Some).with_context(|| format!("{} holds no secret seed", path.display()))
        }
        (None, _) => Ok(None),
    }
}

/// The same; in the sandbox it is made at the first asking.
///
/// # Errors
/// Where the file cannot be read or written.
pub fn make_audit_key(config: &Config, ids: &dyn Ids) -> Result<Option<Keypair>> {
    if config.audit.signing_key.is_none() && matches!(config.stellar, Stellar::Sandbox { .. }) {
        let mut bytes = [0; 32];
        ids.random(&mut bytes);
        let seed = Keypair::from_seed_bytes(bytes).seed().to_string();
        key_file::write_new(&config.data_dir.join("audit.key"), &seed.into())?;
    }
    audit_key(config)
}

/// The sealed key of that name, made at the first asking.
///
/// # Errors
/// Where the vault cannot be read or written.
pub async fn sealed_key(vault: &Vault, ids: &dyn Ids, name: &str) -> Result<Keypair> {
    let mut bytes = [0; 32];
    ids.random(&mut bytes);
    let seed = Keypair::from_seed_bytes(bytes).seed().to_string();
    let seed = sealed(vault, name, &seed.into()).await?;
    Keypair::from_seed(seed.expose_secret()).with_context(|| format!("the vault's seed '{name}' is no seed"))
}

/// The sealed random text of that name, made at the first asking.
///
/// # Errors
/// Where the vault cannot be read or written.
pub async fn sealed_text(vault: &Vault, ids: &dyn Ids, name: &str) -> Result<SecretString> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let mut bytes = [0; 48];
    ids.random(&mut bytes);
    sealed(vault, name, &STANDARD.encode(bytes).into()).await
}

/// What the keys of operators' tokens come from: the configured secret, or in the sandbox one that is made; `None` on a
/// real network where none is configured.
///
/// # Errors
/// Where the vault cannot be read or written.
pub async fn operator_secret(config: &Config, vault: &Vault, ids: &dyn Ids) -> Result<Option<SecretString>> {
    match (&config.operator_secret, &config.stellar) {
        (Some(secret), _) => Ok(Some(secret.clone())),
        (None, Stellar::Sandbox { .. }) => sealed_text(vault, ids, "operator_jwt").await.map(Some),
        (None, Stellar::Network { .. }) => Ok(None),
    }
}

/// What is sealed under `name`: `fresh`, unless there was something before.
async fn sealed(vault: &Vault, name: &str, fresh: &SecretString) -> Result<SecretString> {
    if let Some(known) = vault.open_seed(name).await? {
        return Ok(known);
    }
    match vault.seal_seed(name, fresh).await {
        // Another process may have been first; then its one counts.
        Ok(()) | Err(VaultError::SeedExists(_)) => {}
        Err(error) => return Err(error.into()),
    }
    vault.open_seed(name).await?.with_context(|| format!("the vault has lost '{name}'"))
}
