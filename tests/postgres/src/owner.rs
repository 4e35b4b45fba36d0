//! As whom a server runs: PostgreSQL refuses to be root.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result};
use rustix::process::geteuid;

/// Whom root runs it as: the first of them that the system has.
const INSTEAD_OF_ROOT: [&str; 2] = ["postgres", "nobody"];

/// The user who runs the server and owns its folder.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner {
    /// Whoever runs this process.
    Ourselves,
    /// Another, since we are root.
    Other { user: u32, group: u32 },
}

impl Owner {
    /// # Errors
    /// Where we are root and there is no other user to be.
    pub(crate) fn find() -> Result<Self> {
        if !geteuid().is_root() {
            return Ok(Self::Ourselves);
        }
        let users = fs::read_to_string("/etc/passwd").context("/etc/passwd")?;
        INSTEAD_OF_ROOT
            .iter()
            .find_map(|name| in_passwd(&users, name))
            .map(|(user, group)| Self::Other { user, group })
            .context("PostgreSQL does not run as root, and there is no user \"postgres\" or \"nobody\"")
    }

    /// Gives the folder to this user.
    ///
    /// # Errors
    /// Those of the system.
    pub(crate) fn take(self, folder: &Path) -> Result<()> {
        if let Self::Other { user, group } = self {
            chown(folder, Some(user), Some(group)).with_context(|| folder.display().to_string())?;
        }
        Ok(())
    }

    /// A command that runs as this user, in a folder that everybody may be in, with no input.
    pub(crate) fn command(self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        forget_servers(&mut command);
        command.current_dir("/").env("LC_ALL", "C").stdin(Stdio::null());
        if let Self::Other { user, group } = self {
            // This gives up root's supplementary groups, too.
            command.uid(user).gid(group);
        }
        command
    }
}

/// Takes from the command's environment what names a server, a user or a folder of PostgreSQL.
pub(crate) fn forget_servers(command: &mut Command) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PG")) {
        command.env_remove(name);
    }
}

/// User and group of a name in the form of `/etc/passwd`.
fn in_passwd(users: &str, name: &str) -> Option<(u32, u32)> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let found = fields.next()? == name;
        let (user, group) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
        found.then_some((user, group))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let users =
            "root:x:0:0:root:/root:/bin/sh\nnobody2:x:7:8::/:/bin/sh\n\nnobody:x:65534:65533:n:/:/bin/sh\n";
        assert_eq!(in_passwd(users, "nobody"), Some((65534, 65533)));
        assert_eq!(in_passwd(users, "postgres"), None);
    }
}
