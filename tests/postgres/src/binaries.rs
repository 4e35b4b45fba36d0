//! Where PostgreSQL's programs are.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// The folder with the programs, where it is none of the usual ones.
const VARIABLE: &str = "WINDLASS_POSTGRES_BIN";
const OLDEST: u32 = 15;
/// Those that this crate runs itself.
const NEEDED: [&str; 6] = ["initdb", "pg_ctl", "postgres", "psql", "createdb", "dropdb"];
/// Debian's folders, one for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder with PostgreSQL's programs.
#[derive(Clone, Debug)]
pub(crate) struct Binaries(PathBuf);

impl Binaries {
    /// Looks for them: where `WINDLASS_POSTGRES_BIN` says; else where `pg_config` says, in Debian's folders with the
    /// newest first, in the `PATH`.
    ///
    /// # Errors
    /// Where there are none, or too old ones.
    pub(crate) fn find() -> Result<Self> {
        if let Some(folder) = env::var_os(VARIABLE) {
            return Self::of(Path::new(&folder)).with_context(|| format!("{VARIABLE} is of no use"));
        }
        let folders = from_pg_config().into_iter().chain(debians()).chain(from_path());
        folders.filter_map(|folder| Self::of(&folder).ok()).next().with_context(|| {
            format!(
                "there is no PostgreSQL {OLDEST} or newer on this machine: install it (apt-get install postgresql), \
                 or name the folder of its programs in {VARIABLE}"
            )
        })
    }

    /// The path of a program.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn of(folder: &Path) -> Result<Self> {
        for name in NEEDED {
            ensure!(folder.join(name).is_file(), "there is no {name} in {}", folder.display());
        }
        let found = major(&output(&folder.join("postgres"), "--version").unwrap_or_default());
        let enough = found.is_some_and(|major| major >= OLDEST);
        ensure!(enough, "{} is not of version {OLDEST} or newer", folder.join("postgres").display());
        Ok(Self(folder.to_owned()))
    }
}

fn from_pg_config() -> Option<PathBuf> {
    Some(PathBuf::from(output(Path::new("pg_config"), "--bindir")?.trim()))
}

fn debians() -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = Path::new(DEBIAN)
        .read_dir()
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

/// The real folders of whatever `postgres` is in the `PATH`: there may be links to some of the programs only.
fn from_path() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .filter_map(|folder| Some(folder.join("postgres").canonicalize().ok()?.parent()?.to_owned()))
        .collect()
}

fn output(program: &Path, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The major version in what `postgres --version` says.
fn major(said: &str) -> Option<u32> {
    let (_, version) = said.split_once("(PostgreSQL) ")?;
    version.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_the_server_says() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major("postgres: command not found"), None);
    }

    #[test]
    fn a_folder_without_the_programs_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = Binaries::of(folder.path()).unwrap_err().to_string();
        assert!(refusal.starts_with("there is no initdb in "), "{refusal}");
    }
}
