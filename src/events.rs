//! `windlass events`: one stream's history, or the log.

use std::{io::Write, time::Duration};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use windlass_domain::Metadata;
use windlass_store::{Database, EventStore, LogPosition, RecordedEvent, StreamId};

use crate::cli::Events;

/// The kinds of streams that an id may belong to.
const KINDS: [&str; 4] = ["transfer", "stellar_transaction", "inbound_payment", "customer"];
/// How many events are read at once.
const PAGE: u32 = 1_000;
/// How often to look for what other processes wrote.
const POLL: Duration = Duration::from_millis(250);

/// Prints what is asked for, until the log ends or standard output is closed.
///
/// # Errors
/// Where the log cannot be read, or there is no stream of that id.
pub async fn run(store: &Database, options: &Events) -> Result<()> {
    match &options.id {
        Some(id) => stream(store, id, options).await,
        None => log(store, options).await,
    }
}

async fn stream(store: &Database, id: &str, options: &Events) -> Result<()> {
    let mut known = None;
    for kind in KINDS {
        let stream = StreamId::new(kind, id);
        if !store.load(&stream).await?.is_empty() {
            known = Some(stream);
        }
    }
    let Some(stream) = known else {
        bail!("there is no transfer, transaction, payment or erased customer '{id}'")
    };
    let mut shown = 0;
    loop {
        for event in store.load(&stream).await?.iter().skip(shown) {
            if !print(event, options.json)? {
                return Ok(());
            }
            shown += 1;
        }
        if !options.follow {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn log(store: &Database, options: &Events) -> Result<()> {
    let mut after = match &options.after {
        None => LogPosition::START,
        Some(text) => text.parse().with_context(|| format!("'{text}' is no position in the log"))?,
    };
    loop {
        let page = store.read_log(after, PAGE).await?;
        for event in &page {
            if !print(event, options.json)? {
                return Ok(());
            }
            after = event.at;
        }
        if page.is_empty() {
            if !options.follow {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
    }
}

/// False once nobody reads any more.
fn print(event: &RecordedEvent, as_json: bool) -> Result<bool> {
    let line = if as_json { json_line(event)? } else { plain_line(event)? };
    match writeln!(std::io::stdout().lock(), "{line}") {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn json_line(event: &RecordedEvent) -> Result<String> {
    let payload: Value = serde_json::from_str(&event.payload)?;
    let metadata: Value = serde_json::from_str(&event.metadata)?;
    Ok(json!({
        "at": event.at.to_string(),
        "aggregate_type": event.stream.aggregate_type,
        "aggregate_id": event.stream.aggregate_id,
        "sequence": event.sequence,
        "event_type": event.event_type,
        "event_version": event.event_version,
        "recorded_at": event.recorded_at.format(&Rfc3339)?,
        "payload": payload,
        "metadata": metadata,
    })
    .to_string())
}

fn plain_line(event: &RecordedEvent) -> Result<String> {
    let metadata: Metadata = serde_json::from_str(&event.metadata)?;
    Ok(format!(
        "{}  {:<19} {}  {:>3}  {:<28} {}",
        event.recorded_at.format(&Rfc3339)?,
        event.stream.aggregate_type,
        event.stream.aggregate_id,
        event.sequence,
        event.event_type,
        metadata.actor,
    ))
}
