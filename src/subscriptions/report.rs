//! What is shown of the event handlers: as a table for people, as JSON for programs.

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use windlass_store::{Horizon, Lag, StoreError, Subscription, SubscriptionKind, Subscriptions};
use windlass_workers::Handler;

use crate::handlers::Handlers;

/// Every subscription that the database or the program knows, and what holds all of them back.
pub(super) struct Report {
    lines: Vec<Line>,
    horizon: Horizon,
    now: OffsetDateTime,
}

struct Line {
    name: String,
    kind: &'static str,
    state: &'static str,
    /// None where it never ran.
    row: Option<(Subscription, Lag)>,
}

impl Report {
    pub(super) async fn of(
        subscriptions: &Subscriptions,
        handlers: &Handlers,
        now: OffsetDateTime,
    ) -> Result<Self, StoreError> {
        let mut lines = vec![];
        for row in subscriptions.list().await? {
            let (lag, handler) = (subscriptions.lag(row.at).await?, handlers.subscription(&row.name));
            let (name, kind, state) = (row.name.clone(), row.kind.as_str(), state(&row, handler, now));
            lines.push(Line { name, kind, state, row: Some((row, lag)) });
        }
        for handler in &handlers.subscriptions {
            if !lines.iter().any(|line| line.name == handler.name()) {
                let (name, kind) = (handler.name().to_owned(), handler.kind().as_str());
                lines.push(Line { name, kind, state: "never ran", row: None });
            }
        }
        Ok(Self { lines, horizon: subscriptions.database().horizon().await?, now })
    }

    pub(super) fn json(&self) -> String {
        let held_by = self.horizon.held_by.as_ref().map(|holder| {
            json!({
                "pid": holder.pid,
                "application": holder.application,
                "state": holder.state,
                "since": moment(holder.since),
            })
        });
        let lines: Vec<_> = self.lines.iter().map(|line| line.json(self.now)).collect();
        json!({ "subscriptions": lines, "horizon_held_by": held_by }).to_string()
    }

    pub(super) fn text(&self) -> String {
        let heads = ["NAME", "KIND", "STATE", "POSITION", "BEHIND", "SECONDS", "RATE/S", "LAST ERROR"];
        let mut cells = vec![heads.map(str::to_owned)];
        cells.extend(self.lines.iter().map(|line| line.cells(self.now)));
        let mut widths = [0; 8];
        for row in &cells {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        let row = |row: &[String; 8]| {
            let padded: Vec<_> =
                row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            padded.join("  ").trim_end().to_owned()
        };
        let mut text: Vec<_> = cells.iter().map(row).collect();
        if self.lines.is_empty() {
            text = vec!["There are no event handlers.".to_owned()];
        }
        if let Some(holder) = &self.horizon.held_by {
            text.push(format!(
                "The log is held back by backend {} ({}; {}), whose transaction is open since {}.",
                holder.pid,
                holder.application,
                holder.state,
                moment(holder.since)
            ));
        }
        text.join("\n")
    }
}

impl Line {
    fn json(&self, now: OffsetDateTime) -> Value {
        let mut line = json!({ "name": self.name, "kind": self.kind, "state": self.state });
        let (Some((row, lag)), Some(fields)) = (&self.row, line.as_object_mut()) else { return line };
        let failed_at = row.failed_at.as_ref().map(|failed| {
            json!({
                "stream": failed.stream.to_string(),
                "sequence": failed.sequence,
                "position": failed.at.to_string(),
            })
        });
        for (name, value) in [
            ("position", json!(row.at.to_string())),
            ("version", json!(row.version)),
            ("handled", json!(row.handled)),
            ("rate", json!(row.rate(now))),
            ("lag_events", json!(lag.events)),
            ("lag_events_capped", json!(lag.events >= Lag::MOST)),
            ("lag_seconds", json!(seconds(lag, now))),
            ("failures", json!(row.failures)),
            ("last_error", json!(row.last_error)),
            ("failed_at", json!(failed_at)),
            ("retry_at", json!(row.retry_at.map(moment))),
            ("parked_at", json!(row.parked_at.map(moment))),
            ("updated_at", json!(moment(row.updated_at))),
        ] {
            fields.insert(name.to_owned(), value);
        }
        line
    }

    fn cells(&self, now: OffsetDateTime) -> [String; 8] {
        let (name, kind, state) = (self.name.clone(), self.kind.to_owned(), self.state.to_owned());
        let Some((row, lag)) = &self.row else {
            let none = || "-".to_owned();
            return [name, kind, state, none(), none(), none(), none(), String::new()];
        };
        let more = if lag.events >= Lag::MOST { "+" } else { "" };
        let error = match (&row.last_error, &row.failed_at) {
            (Some(error), Some(failed)) => format!("{}:{}: {error}", failed.stream, failed.sequence),
            (Some(error), None) => error.clone(),
            (None, _) => String::new(),
        };
        let error = error.replace(char::is_control, " ");
        [
            name,
            kind,
            state,
            row.at.to_string(),
            format!("{}{more}", lag.events),
            format!("{:.1}", seconds(lag, now)),
            format!("{:.2}", row.rate(now)),
            error,
        ]
    }
}

fn state(row: &Subscription, handler: Option<&Handler>, now: OffsetDateTime) -> &'static str {
    if row.kind == SubscriptionKind::Build {
        return "building";
    }
    match handler {
        None => "not in this program",
        Some(handler) if handler.version() != row.version => "needs a rebuild",
        _ if row.paused => "paused",
        _ if row.parked_at.is_some() => "parked",
        _ if row.retry_at.is_some_and(|retry_at| retry_at > now) => "backs off",
        _ => "follows",
    }
}

/// How long the first unread event has waited.
fn seconds(lag: &Lag, now: OffsetDateTime) -> f64 {
    lag.since.map_or(0.0, |since| (now - since).as_seconds_f64().max(0.0))
}

fn moment(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}
