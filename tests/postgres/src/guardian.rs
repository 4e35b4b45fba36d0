//! Ends a server when the process that started it has ended, in whatever way: by itself, by a panic, by `kill -9`.
//!
//! A shell reads from a pipe whose other end is held by this process and by the commands that are just making or starting
//! the server; it is closed on exec, so nobody else has it. When all of them are gone, the shell stops the server and
//! removes the folder.

use std::{
    os::{fd::AsFd, unix::process::CommandExt},
    path::Path,
    process::{Child, Stdio},
};

use anyhow::{Context, Result};

use crate::{binaries::Binaries, owner::Owner};

/// `$1` is `pg_ctl`, `$2` the folder. A server that does not stop at once is given more attempts. A terminal's signals are
/// for the tests, and the guardian outlives them.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
while read -r nothing; do :; done
attempts=0
while [ "$attempts" -lt 60 ]; do
    "$1" stop --silent --mode immediate --pgdata "$2/data"
    rm -rf "$2" && exit
    attempts=$((attempts + 1))
    sleep 1
done
"#;

/// The watching shell; when it is dropped, server and folder are gone.
#[derive(Debug)]
pub(crate) struct Guardian(Child);

impl Guardian {
    /// Watches over the folder, and over the server that has its data in `data` there, from before it is started.
    ///
    /// # Errors
    /// Where no shell can be started.
    pub(crate) fn over(folder: &Path, binaries: &Binaries, owner: Owner) -> Result<Self> {
        let mut command = owner.command("/bin/sh");
        command.args(["-c", SCRIPT, "guardian"]).arg(binaries.path("pg_ctl")).arg(folder);
        // What kills the group of the tests must not kill it; and nobody should wait for the end of its output.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self(command.spawn().context("no /bin/sh to watch over PostgreSQL")?))
    }

    /// An output for a command that the guardian is to let finish. A server whose files vanish while it starts would
    /// leave its shared memory to the system.
    ///
    /// # Errors
    /// Those of the system.
    pub(crate) fn patience(&self) -> Result<Stdio> {
        let pipe = self.0.stdin.as_ref().context("the guardian has been let go")?;
        Ok(Stdio::from(pipe.as_fd().try_clone_to_owned()?))
    }
}

impl Drop for Guardian {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // There is nobody to tell.
        let _ = self.0.wait();
    }
}
