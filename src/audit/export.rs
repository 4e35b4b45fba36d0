//! `windlass audit export`: the log written out, page by page, however long it is.

use std::{
    fs::File,
    io::{BufWriter, IsTerminal, Write, stderr, stdout},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use windlass_projections::{
    LogPosition, Queries,
    audit::{CSV_HEADER, LogEntry, LogFilter, csv_line},
};

use super::unless_closed;
use crate::cli::{AuditExport, Format};

/// How many events are held at once.
const PAGE: usize = 1_000;
/// How often it tells how far it is.
const BETWEEN_REPORTS: Duration = Duration::from_secs(1);

pub(super) async fn export(queries: &Queries, options: &AuditExport) -> Result<()> {
    let (mut output, place): (Box<dyn Write + Send>, _) = match &options.output {
        None => (Box::new(BufWriter::new(stdout())), "standard output".to_owned()),
        Some(path) => {
            let place = path.display().to_string();
            let file = File::create(path).with_context(|| format!("{place} cannot be written"))?;
            (Box::new(BufWriter::new(file)), place)
        }
    };
    let filter =
        LogFilter { from: options.from, to: options.to, asset: options.asset, account: options.account };
    let mut progress = Progress::begin();
    let header = if options.format == Format::Csv { CSV_HEADER } else { "" };
    let mut written = output.write_all(header.as_bytes());
    let mut reader = queries.audit_log(filter, LogPosition::START);
    loop {
        if !unless_closed(written).with_context(|| format!("{place} cannot be written"))? {
            return Ok(());
        }
        let page = reader.next(PAGE).await?;
        progress.add(page.read, page.events.len(), reader.position());
        let lines = page.events.iter().map(|entry| line(options.format, entry));
        let lines = lines.collect::<Result<String>>()?;
        written = output.write_all(lines.as_bytes());
        if page.end {
            break;
        }
    }
    let written = written.and_then(|()| output.flush());
    unless_closed(written).with_context(|| format!("{place} cannot be written"))?;
    progress.end();
    Ok(())
}

fn line(format: Format, entry: &LogEntry) -> Result<String> {
    match format {
        Format::Csv => Ok(csv_line(entry)),
        Format::Jsonl => Ok(format!("{}\n", serde_json::to_string(entry)?)),
    }
}

/// How far it is, told on standard error where that is a terminal.
struct Progress {
    begun: Instant,
    told: Instant,
    is_watched: bool,
    read: u64,
    written: usize,
}

impl Progress {
    fn begin() -> Self {
        let now = Instant::now();
        Self { begun: now, told: now, is_watched: stderr().is_terminal(), read: 0, written: 0 }
    }

    fn add(&mut self, read: u64, written: usize, at: LogPosition) {
        self.read += read;
        self.written += written;
        if self.is_watched && self.told.elapsed() >= BETWEEN_REPORTS {
            self.told = Instant::now();
            self.tell(&format!("at {at}"), '\r');
        }
    }

    fn end(&self) {
        if self.is_watched {
            self.tell("done", '\n');
        }
    }

    fn tell(&self, place: &str, end: char) {
        let rate = self.read as f64 / self.begun.elapsed().as_secs_f64().max(0.001);
        let (read, written) = (self.read, self.written);
        // A closed standard error is no reason to stop.
        let _ =
            write!(stderr(), "{read} events read, {written} written, {rate:.0} a second, {place}    {end}");
    }
}
