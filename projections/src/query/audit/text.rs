//! A timeline as text, for people.

use std::fmt;

use super::{Timeline, TimelineEntry, TransferState, words};

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transfer {}", self.transfer)?;
        if let Some(moment) = &self.as_of {
            write!(f, ", as of {moment}")?;
        }
        match &self.state {
            Some(state) => write!(f, "\n{state}")?,
            None => write!(f, "\nIt had not begun.\n")?,
        }
        for entry in &self.timeline {
            write!(f, "\n{entry}")?;
        }
        Ok(())
    }
}

impl fmt::Display for TransferState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, value: String| writeln!(f, "  {name:<20} {value}");
        line("kind", format!("{} of {}", self.kind, self.asset))?;
        line("status", format!("{} since {}", self.status, words::time(self.updated_at)))?;
        line("user", self.subject.to_string())?;
        line("Stellar account", self.stellar_account.to_string())?;
        let optional = [
            ("amounts", self.amounts.as_ref().map(words::amounts)),
            ("received", self.received.map(words::money)),
            ("paid out to", self.payout_destination.clone()),
            ("Stellar transaction", self.stellar_transaction_id.clone()),
            ("rail transaction", self.external_transaction_id.clone()),
            ("message", self.message.clone()),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                line(name, value)?;
            }
        }
        line("begun", words::time(self.started_at))
    }
}

impl fmt::Display for TimelineEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, name) = (words::time(self.occurred_at), &self.event_type);
        writeln!(f, "{at}  {name}  ({}, event {}, position {})", self.stream, self.sequence, self.position)?;
        writeln!(f, "  {}", self.what)?;
        write!(f, "  who: {}", self.who)?;
        if self.on_order_of != self.who {
            write!(f, ", on the order of {}", self.on_order_of)?;
        }
        writeln!(f, "\n  why: {}; correlation {}", self.why, self.correlation_id)
    }
}
