//! The sandbox's master key, in a file of the data folder, and beside it the former one while the key is being replaced;
//! and how a key is written into a file.

use std::{
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use secrecy::{ExposeSecret, SecretString};
use windlass_vault::{MasterKey, MasterKeys};

/// `master.key` and `master.key.previous`. At whatever point a replacement stops, the two together open the vault, and the
/// next replacement goes on with it.
pub struct KeyFile {
    current: PathBuf,
    previous: PathBuf,
}

impl KeyFile {
    /// The file in that folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self { current: folder.join("master.key"), previous: folder.join("master.key.previous") }
    }

    /// The keys; one is made where there is none.
    ///
    /// # Errors
    /// Where a file cannot be read or written.
    pub fn keys(&self) -> Result<MasterKeys> {
        if !self.current.exists() {
            write_new(&self.current, &MasterKey::generate()?.to_base64())?;
        }
        let former = if self.previous.exists() { vec![parse(&self.previous)?] } else { vec![] };
        Ok(MasterKeys::new(parse(&self.current)?, former))
    }

    /// Puts a new key in the current one's place, which is kept as the previous one. Where there is a previous one that is
    /// not the same, this was done before and its rotation has not ended.
    ///
    /// # Errors
    /// Where a file cannot be read or written.
    pub fn begin_rotation(&self) -> Result<()> {
        self.keys()?;
        let current = read(&self.current)?;
        write_new(&self.previous, &current)?;
        if read(&self.previous)?.expose_secret() == current.expose_secret() {
            let file = write_beside(&self.current, &MasterKey::generate()?.to_base64());
            let file = file.with_context(|| named(&self.current))?;
            file.persist(&self.current).with_context(|| named(&self.current))?;
            sync_folder(&self.current)?;
        }
        Ok(())
    }

    /// Forgets the previous key, which opens nothing any more.
    ///
    /// # Errors
    /// Where its file cannot be removed.
    pub fn end_rotation(&self) -> Result<()> {
        match fs::remove_file(&self.previous) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{} cannot be removed", self.previous.display()))
            }
            _ => sync_folder(&self.previous),
        }
    }
}

/// Writes a file unless it is there. Written beside and linked into place, so that another process that starts at the
/// same time never reads half a key and never overwrites one.
///
/// # Errors
/// Where it cannot be written.
pub fn write_new(path: &Path, content: &SecretString) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    match write_beside(path, content).with_context(|| named(path))?.persist_noclobber(path) {
        Err(error) if error.error.kind() != ErrorKind::AlreadyExists => {
            Err(error.error).with_context(|| named(path))
        }
        _ => sync_folder(path),
    }
}

/// What the file holds.
///
/// # Errors
/// Where it cannot be read.
pub fn read(path: &Path) -> Result<SecretString> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(text.into())
}

/// A file that only its owner can read.
fn write_beside(path: &Path, content: &SecretString) -> std::io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new_in(folder_of(path))?;
    file.write_all(content.expose_secret().as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// What was renamed is still so after a power cut.
fn sync_folder(path: &Path) -> Result<()> {
    let folder = folder_of(path);
    let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.with_context(|| format!("the folder {} cannot be written", folder.display()))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

fn named(path: &Path) -> String {
    format!("{} cannot be written", path.display())
}

fn parse(path: &Path) -> Result<MasterKey> {
    MasterKey::parse(&read(path)?).with_context(|| format!("{} cannot be used", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(file: &KeyFile) -> (String, Option<String>) {
        (fs::read_to_string(&file.current).unwrap(), fs::read_to_string(&file.previous).ok())
    }

    #[test]
    fn a_replacement_that_stopped_anywhere_is_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::in_folder(folder.path());
        file.keys().unwrap();
        let (first, none) = texts(&file);
        assert_eq!(none, None);
        // It stopped before the new key was there.
        fs::write(&file.previous, &first).unwrap();
        file.begin_rotation().unwrap();
        let (second, former) = texts(&file);
        assert_eq!(former.as_ref(), Some(&first));
        assert_ne!(second, first);
        // It stopped while the vault was being sealed anew.
        file.begin_rotation().unwrap();
        assert_eq!(texts(&file), (second.clone(), Some(first)));
        file.end_rotation().unwrap();
        file.end_rotation().unwrap();
        assert_eq!(texts(&file), (second.clone(), None));
        file.begin_rotation().unwrap();
        assert_eq!(texts(&file).1, Some(second));
    }
}
