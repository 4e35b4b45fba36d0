//! One process of the program: started in a folder, with its output in files; killed at the latest when dropped.

use std::{
    ffi::OsStr,
    fmt, fs,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

use anyhow::{Context, Result};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};

use crate::until;

/// The program under test.
#[derive(Clone, Debug)]
pub struct Program(PathBuf);

impl Program {
    /// The executable at that path: `env!("CARGO_BIN_EXE_windlass-under-test")`.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// A command that runs it in `folder`, with nothing of this process' environment but what any program needs.
    pub fn command(&self, folder: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(&self.0);
        command.args(args);
        Self::isolate(&mut command, folder);
        command
    }

    /// The same behind a line of shell, which runs it as `"$@"`: for limits that only a shell can set.
    pub fn command_in_shell(&self, folder: &Path, line: &str, args: &[&str]) -> Command {
        let mut command = Command::new("bash");
        command.args(["-c", line, "bash"]).arg(&self.0).args(args);
        Self::isolate(&mut command, folder);
        command
    }

    fn isolate(command: &mut Command, folder: &Path) {
        command.current_dir(folder).env_clear().stdin(Stdio::null());
        for name in ["PATH", "HOME", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
    }

    /// Starts it in `folder` with these settings; `name` names the files of its output.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(
        &self,
        name: &str,
        folder: &Path,
        args: &[&str],
        settings: &[(impl AsRef<OsStr>, impl AsRef<OsStr>)],
    ) -> Result<Process> {
        let mut command = self.command(folder, args);
        for (name, value) in settings {
            command.env(name, value);
        }
        Process::spawn(name, folder, command)
    }
}

/// A running process.
pub struct Process {
    name: String,
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Process {
    /// Spawns the command; its output goes to `NAME.out` and `NAME.err` in `folder`, behind what is there.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn spawn(name: &str, folder: &Path, mut command: Command) -> Result<Self> {
        let (stdout, stderr) = (folder.join(format!("{name}.out")), folder.join(format!("{name}.err")));
        let open = |path: &Path| fs::OpenOptions::new().create(true).append(true).open(path);
        command.stdout(open(&stdout)?).stderr(open(&stderr)?);
        let child = command.spawn().with_context(|| format!("{name} cannot be started"))?;
        Ok(Self { name: name.to_owned(), child, stdout, stderr })
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    ///
    /// # Errors
    /// Where the system does not let it.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill().with_context(|| format!("{} cannot be killed", self.name))?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end (SIGTERM).
    ///
    /// # Errors
    /// Where it is gone.
    pub fn terminate(&self) -> Result<()> {
        self.signal(Signal::TERM)
    }

    /// Stops it in its tracks (SIGSTOP).
    ///
    /// # Errors
    /// Where it is gone.
    pub fn freeze(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on (SIGCONT).
    ///
    /// # Errors
    /// Where it is gone.
    pub fn thaw(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    /// Lets no file of it grow beyond so many bytes; `None` lifts that. It has to ignore SIGXFSZ.
    ///
    /// # Errors
    /// Where it is gone.
    pub fn limit_files(&self, bytes: Option<u64>) -> Result<()> {
        let limit = Rlimit { current: bytes, maximum: None };
        prlimit(Some(self.pid()?), Resource::Fsize, limit)
            .with_context(|| format!("{} cannot be limited", self.name))?;
        Ok(())
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        kill_process(self.pid()?, signal).with_context(|| format!("{} is gone", self.name))
    }

    fn pid(&self) -> Result<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("no process id")
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    /// Where it does not end.
    pub async fn end(&mut self) -> Result<ExitStatus> {
        let awaited = format!("the end of {}", self.name);
        until(&awaited, async || self.ended()).await.with_context(|| self.to_string())
    }

    /// What it wrote to standard output.
    pub fn stdout(&self) -> String {
        fs::read_to_string(&self.stdout).unwrap_or_default()
    }

    /// What it wrote to standard error.
    pub fn stderr(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap_or_default()
    }
}

impl fmt::Display for Process {
    /// The end of what it wrote.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, text) in [("output", self.stdout()), ("errors", self.stderr())] {
            let lines: Vec<_> = text.lines().collect();
            let end = lines.get(lines.len().saturating_sub(30)..).unwrap_or_default();
            writeln!(f, "--- {} of {}\n{}", kind, self.name, end.join("\n"))?;
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
