//! `windlass audit show`: what happened to a transfer, and how it stood.

use std::io::{Write, stdout};

use anyhow::{Context, Result};
use windlass_projections::Queries;

use super::unless_closed;
use crate::cli::AuditShow;

pub(super) async fn show(queries: &Queries, options: &AuditShow) -> Result<()> {
    let id = options.transfer;
    let timeline = queries.audit_timeline(id, options.as_of).await?;
    let timeline = timeline.with_context(|| format!("there is no transfer '{id}'"))?;
    let text = if options.json { serde_json::to_string(&timeline)? } else { timeline.to_string() };
    let written = writeln!(stdout().lock(), "{}", text.trim_end());
    unless_closed(written).context("standard output cannot be written")?;
    Ok(())
}
