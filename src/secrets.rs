//! The keys of an anchor: given by the operator, or made once for the sandbox and kept sealed in the vault.

use std::{fs, io::Write, path::Path};

use anyhow::{Context, Result};
use secrecy::{ExposeSecret, SecretString};
use windlass_domain::ports::Ids;
use windlass_stellar::Keypair;
use windlass_vault::{MasterKey, Vault, VaultError};

use crate::config::{Config, Stellar};

/// The master key: the configured one, or the file's in the data folder, made at the first start.
///
/// # Errors
/// Where the key or the file cannot be read, or the file cannot be written.
pub fn master_key(configured: Option<&SecretString>, data_dir: &Path) -> Result<MasterKey> {
    if let Some(key) = configured {
        return MasterKey::parse(key).context("SECRET_MASTER_KEY cannot be used");
    }
    let path = data_dir.join("master.key");
    match write_new(&path, || Ok(MasterKey::generate()?.to_base64())) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(|| format!("{} cannot be written", path.display())),
    }
    let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    MasterKey::parse(&SecretString::from(text)).with_context(|| format!("{} cannot be used", path.display()))
}

/// Writes a file that only its owner can read. Written beside and linked into place, so that another process that
/// starts at the same time never reads half a key and never overwrites one.
fn write_new(path: &Path, content: impl FnOnce() -> Result<SecretString>) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let content = content().map_err(std::io::Error::other)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content.expose_secret().as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map(drop).map_err(|error| error.error)
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
