//! The folder of a server: its data, its socket, its log.

use std::{
    env,
    fs::Permissions,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::owner::Owner;

/// A socket's path has room for some hundred bytes on every system; the socket's own name takes 18 of them.
const LONGEST: usize = 80;
const EVERYBODYS: &str = "/tmp";
const PRIVATE: u32 = 0o700;
const MAY_PASS: u32 = 0o001;

/// Makes the folder, for that user; whoever is told of it has to remove it.
///
/// # Errors
/// Those of the system.
pub(crate) fn make(owner: Owner) -> Result<PathBuf> {
    let temporary = env::temp_dir();
    let parent = if suits(&temporary, owner) { temporary.as_path() } else { Path::new(EVERYBODYS) };
    let folder = tempfile::Builder::new()
        .prefix("windlass-postgres-")
        .permissions(Permissions::from_mode(PRIVATE))
        .tempdir_in(parent)
        .with_context(|| format!("no folder in {}", parent.display()))?;
    owner.take(folder.path())?;
    Ok(folder.keep())
}

/// Whether a socket below this folder has a path that is short and needs no quoting, and the user may get there.
fn suits(parent: &Path, owner: Owner) -> bool {
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || b"/._-+".contains(&letter);
    let name = parent.as_os_str().as_encoded_bytes();
    let short = name.len() + "/windlass-postgres-123456".len() <= LONGEST;
    short && parent.is_absolute() && name.iter().copied().all(plain) && may_pass(parent, owner)
}

fn may_pass(parent: &Path, owner: Owner) -> bool {
    match owner {
        Owner::Ourselves => true,
        Owner::Other { .. } => parent.ancestors().all(|folder| {
            folder.metadata().is_ok_and(|metadata| metadata.permissions().mode() & MAY_PASS != 0)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER: Owner = Owner::Other { user: 65534, group: 65534 };

    #[test]
    fn a_folder_that_the_user_cannot_reach_does_not_suit() {
        let private = Permissions::from_mode(PRIVATE);
        let folder = tempfile::Builder::new().permissions(private).tempdir_in(EVERYBODYS).unwrap();
        assert!(suits(folder.path(), Owner::Ourselves) && !suits(folder.path(), OTHER));
        assert!(suits(Path::new(EVERYBODYS), OTHER));
    }

    #[test]
    fn a_long_or_odd_path_does_not_suit() {
        for parent in ["/tmp/a b", "/tmp/it's", "tmp", &format!("/{}", "x".repeat(60))] {
            assert!(!suits(Path::new(parent), Owner::Ourselves), "{parent}");
        }
    }
}
