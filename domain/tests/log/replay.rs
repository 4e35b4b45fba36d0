//! Reads the golden log, strictly: gapless, and every line written again is the same text.

use std::{collections::HashMap, fs, path::Path};

use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use windlass_domain::{
    Metadata, customer::Customer, inbound_payment::InboundPayment, stellar_transaction::StellarTransaction,
    transfer::Transfer,
};

/// An event, and how its aggregate stands after it.
pub struct Step {
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub event_type: String,
    /// As JSON, for people.
    pub payload: String,
    pub after: String,
}

/// Every file of the golden log by its name, in order.
pub fn files() -> Vec<(String, Vec<Step>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let logs = paths.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    let mut files: Vec<_> = logs
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, Streams::default().replay(&fs::read_to_string(&path).unwrap()))
        })
        .collect();
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    files
}

/// A line, as the log's table keeps it.
#[derive(Serialize, Deserialize)]
struct Line<E> {
    aggregate_type: String,
    aggregate_id: String,
    sequence: u64,
    event_type: String,
    event_version: String,
    payload: E,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Header {
    aggregate_type: String,
}

/// Every aggregate of a file, with the sequence of its last event.
#[derive(Default)]
struct Streams {
    transfers: HashMap<String, (u64, Transfer)>,
    transactions: HashMap<String, (u64, StellarTransaction)>,
    payments: HashMap<String, (u64, InboundPayment)>,
    customers: HashMap<String, (u64, Customer)>,
}

impl Streams {
    fn replay(&mut self, log: &str) -> Vec<Step> {
        log.lines()
            .map(|line| match serde_json::from_str::<Header>(line).unwrap().aggregate_type.as_str() {
                Transfer::TYPE => step(&mut self.transfers, line, |transfer| transfer.status().to_string()),
                StellarTransaction::TYPE => step(&mut self.transactions, line, |transaction| {
                    format!("{:?}", transaction.progress).to_lowercase()
                }),
                InboundPayment::TYPE => step(&mut self.payments, line, |payment| match payment.transfer {
                    Some(_) => "matched".to_owned(),
                    None => "unmatched".to_owned(),
                }),
                Customer::TYPE => step(&mut self.customers, line, |customer| match customer.erasures {
                    0 => "known".to_owned(),
                    _ => "erased".to_owned(),
                }),
                other => panic!("no such aggregate: {other}"),
            })
            .collect()
    }
}

fn step<A: Aggregate>(
    streams: &mut HashMap<String, (u64, A)>,
    text: &str,
    shown: impl Fn(&A) -> String,
) -> Step {
    let line: Line<A::Event> = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(serde_json::to_string(&line).unwrap(), text, "a line of the log never changes");
    assert_eq!(line.event_type, line.payload.event_type());
    assert_eq!(line.event_version, line.payload.event_version());
    let (last, aggregate) = streams.entry(line.aggregate_id.clone()).or_default();
    *last += 1;
    assert_eq!(line.sequence, *last, "{text}");
    let payload = serde_json::to_string_pretty(&line.payload).unwrap();
    aggregate.apply(line.payload);
    Step {
        aggregate_type: line.aggregate_type,
        aggregate_id: line.aggregate_id,
        event_type: line.event_type,
        payload,
        after: shown(aggregate),
    }
}
