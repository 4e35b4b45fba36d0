//! Signing what the tree has become.

use time::OffsetDateTime;
use windlass_merkle::{LogName, SignedRoot, TreeHead};
use windlass_stellar::Keypair;

use super::{Roots, SealError, StoredRoot, Tree};
use crate::view::micros;

/// Signs the tree's root, chained to the one that was signed before, if the tree has grown since; `None` if it has not,
/// or another process was first. `fresh` becomes the log's name if none was ever signed.
///
/// # Errors
/// [`SealError::Diverged`] and others where the tree is not a continuation of what was signed: nothing is signed then.
pub async fn sign_next(
    tree: &Tree,
    roots: &Roots,
    key: &Keypair,
    fresh: LogName,
    now: OffsetDateTime,
) -> Result<Option<StoredRoot>, SealError> {
    let before = roots.last().await?;
    let size = tree.size().await?;
    if size == before.as_ref().map_or(0, |before| before.root.size) {
        return Ok(None);
    }
    if let Some(before) = &before {
        check_continues(tree, &before.root, size).await?;
    }
    let head = TreeHead { size, root: tree.root(size).await? };
    let log = before.as_ref().map_or(fresh, |before| before.root.log.clone());
    let previous = before.as_ref().map(|before| &before.root);
    let root = SignedRoot::sign(key, log, head, previous, micros(now))?;
    let number = before.as_ref().map_or(0, |before| before.number) + 1;
    let first = roots.append(number, &root).await?;
    Ok(first.then_some(StoredRoot { number, root, publication: None }))
}

/// What was signed must still be the beginning of the tree.
async fn check_continues(tree: &Tree, before: &SignedRoot, size: u64) -> Result<(), SealError> {
    before.verify()?;
    if size < before.size {
        return Err(SealError::Shrunk { signed: before.size, found: size });
    }
    let found = tree.root(before.size).await?;
    if found != before.root {
        return Err(SealError::Diverged { size: before.size, signed: before.root, found });
    }
    Ok(())
}
