//! The lines that people read while it happens.

use std::{
    fmt::Display,
    io::{self, Write},
};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{DemoError, DemoReport, TransferReport, patience::Patience};

/// Where the lines go, and since when time is counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Show {
    to_stderr: bool,
    patience: Patience,
}

impl Show {
    /// To standard error if standard output is for JSON.
    pub const fn new(json: bool, patience: Patience) -> Self {
        Self { to_stderr: json, patience }
    }

    /// A new part begins.
    pub fn part(&self, name: &str) {
        self.line(&format!("\n{name}"));
    }

    /// Something is done.
    pub fn done(&self, what: &str, facts: impl Display) {
        self.step('✓', what, facts);
    }

    /// Something is seen while waiting.
    pub fn seen(&self, what: &str, facts: impl Display) {
        self.step('·', what, facts);
    }

    /// It cannot go on, or is not as it should be.
    pub fn failed(&self, error: &DemoError) {
        self.step('✗', "stopped", error);
    }

    /// What had been found by then.
    pub fn differences(&self, differences: &[String]) {
        for difference in differences {
            self.step('✗', "differs", difference);
        }
    }

    /// Both timelines and all balances.
    pub fn summary(&self, report: &DemoReport) {
        for transfer in report.deposit.iter().chain(&report.withdrawal) {
            self.part(&format!("What happened to the {} {}", transfer.kind, transfer.id));
            self.timeline(transfer);
        }
        self.part("Balances");
        for balance in &report.balances {
            let mark = if balance.after == balance.expected { '✓' } else { '✗' };
            let (before, after) = (balance.before, balance.after);
            let code = balance.asset.split(':').next().unwrap_or_default();
            self.line(&format!("  {mark} {:<24} {before} → {after} {code}", balance.account));
        }
    }

    /// The report as one line of JSON, on standard output.
    pub fn json(&self, report: &DemoReport) {
        if let Ok(line) = serde_json::to_string(report) {
            // Nobody reads any more: there is nobody to tell.
            let _ = writeln!(io::stdout(), "{line}");
        }
    }

    fn timeline(&self, transfer: &TransferReport) {
        match &transfer.timeline {
            Some(events) => {
                for event in events {
                    let at = time_of_day(&event.occurred_at);
                    let (number, name) = (event.sequence, &event.event);
                    self.line(&format!("  {number:>3}  {at:<12}  {name:<26} by {}", event.actor));
                }
            }
            None => {
                for seen in &transfer.statuses {
                    self.line(&format!("  {:>8.2}s  {}", seen.at, seen.status));
                }
            }
        }
        for (name, id) in [
            ("Stellar transaction", &transfer.stellar_transaction_id),
            ("bank's reference", &transfer.external_transaction_id),
        ] {
            if let Some(id) = id {
                self.line(&format!("       {name}: {id}"));
            }
        }
    }

    fn step(&self, mark: char, what: &str, facts: impl Display) {
        self.line(&format!("{:>8.2}s  {mark} {what:<18} {facts}", self.patience.elapsed().as_secs_f64()));
    }

    fn line(&self, line: &str) {
        // Nobody reads any more: there is nobody to tell.
        let _ =
            if self.to_stderr { writeln!(io::stderr(), "{line}") } else { writeln!(io::stdout(), "{line}") };
    }
}

/// The beginning and the end of an id, enough to recognise it.
pub(super) fn short(id: &str) -> String {
    let letters: Vec<char> = id.chars().collect();
    match (letters.get(..6), letters.get(letters.len().saturating_sub(4)..)) {
        (Some(head), Some(tail)) if letters.len() > 12 => {
            format!("{}…{}", head.iter().collect::<String>(), tail.iter().collect::<String>())
        }
        _ => id.to_owned(),
    }
}

/// The time of day, to the millisecond; what is no time is shown as it came.
fn time_of_day(time: &str) -> String {
    OffsetDateTime::parse(time, &Rfc3339).map_or_else(
        |_| time.to_owned(),
        |time| {
            let (hour, minute, second, millisecond) = time.to_hms_milli();
            format!("{hour:02}:{minute:02}:{second:02}.{millisecond:03}")
        },
    )
}
