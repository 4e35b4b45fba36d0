//! `windlass audit verify`: whether the log is what was signed.

use std::{
    io::{Write, stdout},
    process::ExitCode,
};

use anyhow::{Context, Result};
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use windlass_projections::seal::{self, EventName, Verification, VerifyOptions};
use windlass_stellar::AccountId;
use windlass_store::Database;

use super::unless_closed;
use crate::{cli::AuditVerify, config::Config, secrets::audit_key};

pub(super) async fn verify(config: &Config, database: &Database, options: &AuditVerify) -> Result<ExitCode> {
    let configured = audit_key(config)?.map(|key| key.account_id());
    let mut keys: Vec<AccountId> = options.key.clone();
    if keys.is_empty() {
        keys.extend(configured);
    }
    let options_of_walk =
        VerifyOptions { from: options.from, to: options.to, keys: keys.iter().copied().collect() };
    let done = seal::verify(database, &options_of_walk).await?;
    let report = Report { done, is_trusted: !keys.is_empty(), can_sign: configured.is_some() };
    let text = if options.json { report.json() } else { report.text() };
    let written = writeln!(stdout().lock(), "{}", text.trim_end());
    unless_closed(written).context("standard output cannot be written")?;
    Ok(if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What came of it, to be told.
struct Report {
    done: Verification,
    /// Whether the keys were compared with any that are trusted.
    is_trusted: bool,
    /// Whether this anchor has a key to sign with.
    can_sign: bool,
}

impl Report {
    /// That events were compared with nothing is no verification.
    fn holds(&self) -> bool {
        self.done.tampering.is_none() && (self.done.sealed > 0 || self.done.events == 0)
    }

    fn text(&self) -> String {
        let Verification { events, roots, sealed, unsealed, unsealed_since, tampering, .. } = &self.done;
        let mut lines = vec![];
        match tampering {
            Some(tampering) => {
                lines.push(format!("TAMPERED: {tampering}"));
                lines.push(format!(
                    "Up to there, {events} events and {roots} signed roots were read; what comes after the first signed root \
                     that does not fit was not looked at."
                ));
            }
            None if !self.holds() => {
                lines.push(format!("NOT SEALED: no root was ever signed, so that {events} events could be compared with nothing."));
            }
            None => lines.push(format!(
                "The log is what was signed: {events} events and {roots} signed roots were compared, the last of {sealed} events."
            )),
        }
        lines.extend(self.keys());
        if let (Some(count @ 1..), true) = (unsealed, self.done.tampering.is_none()) {
            let since =
                unsealed_since.map_or_else(String::new, |since| format!(", since {}", written(since)));
            lines.push(format!("{count} events are not sealed yet{since}."));
        }
        if !self.can_sign {
            lines.push("Nothing more is signed: SECRET_AUDIT_SIGNING_SEED is not configured.".to_owned());
        }
        lines.join("\n")
    }

    fn keys(&self) -> Option<String> {
        let keys: Vec<_> = self.done.keys.iter().map(AccountId::to_string).collect();
        if keys.is_empty() {
            return None;
        }
        let keys = keys.join(" and ");
        Some(if self.is_trusted {
            format!("Signed by {keys}, as it should be.")
        } else {
            format!(
                "Signed by {keys}, which was compared with nothing: give the keys that you trust with --key."
            )
        })
    }

    fn json(&self) -> String {
        let Verification { events, roots, sealed, keys, unsealed, unsealed_since, tampering } = &self.done;
        let event = |event: &EventName| {
            json!({
                "aggregate_type": event.stream.aggregate_type,
                "aggregate_id": event.stream.aggregate_id,
                "sequence": event.sequence,
                "at": event.at.map(|at| at.to_string()),
            })
        };
        let tampering = tampering.as_ref().map(|tampering| {
            json!({
                "kind": tampering.kind(),
                "event": tampering.event().map(event),
                "message": tampering.to_string(),
            })
        });
        json!({
            "holds": self.holds(),
            "events": events,
            "signed_roots": roots,
            "sealed_events": sealed,
            "unsealed_events": unsealed,
            "unsealed_since": unsealed_since.map(written),
            "keys": keys,
            "keys_are_trusted": self.is_trusted,
            "can_sign": self.can_sign,
            "tampering": tampering,
        })
        .to_string()
    }
}

fn written(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_else(|_| time.to_string())
}
