//! The crash points, as the sources name them, so that none can be forgotten.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The names of all crash points below `root`'s `workers/src` and `commands/src`.
///
/// # Errors
/// Where the sources cannot be read.
pub fn all(root: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for folder in ["workers/src", "commands/src"] {
        for file in rust_files(&root.join(folder))? {
            let text = fs::read_to_string(&file)?;
            for call in text.split("crash::point(\"").skip(1) {
                let name = call.split('"').next().context("a crash point without a name")?;
                names.insert(name.to_owned());
            }
        }
    }
    Ok(names)
}

/// Every file of Rust code below a folder.
///
/// # Errors
/// Where the folder cannot be read.
pub fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = vec![];
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}
