//! Whatever was once written can still be read, and means what it meant.

use std::collections::BTreeSet;

use super::{
    replay::{Step, files},
    source::{AGGREGATES, Item, Sources},
};

/// How the transfers of each file end, in the order in which they begin.
const ENDS: [(&str, &[&str]); 7] = [
    ("deposit", &["completed"]),
    ("deposit_failed_and_recovered", &["completed"]),
    ("erased", &[]),
    ("expired", &["completed", "expired"]),
    ("rejected", &["too_small", "too_large", "error"]),
    ("withdrawal", &["completed"]),
    ("withdrawal_failed_and_recovered", &["completed"]),
];

#[test]
fn golden_histories_end_as_they_always_did() {
    let ends: Vec<_> = files().into_iter().map(|(file, steps)| (file, ends(&steps))).collect();
    let expected = ENDS.map(|(file, ends)| (file.to_owned(), ends.iter().map(ToString::to_string).collect()));
    assert_eq!(ends, expected);
}

fn ends(steps: &[Step]) -> Vec<String> {
    let transfers: Vec<_> = steps.iter().filter(|step| step.aggregate_type == "transfer").collect();
    let begun = transfers.iter().filter(|step| step.event_type == "Initiated");
    begun
        .filter_map(|begun| transfers.iter().rfind(|step| step.aggregate_id == begun.aggregate_id))
        .map(|last| last.after.clone())
        .collect()
}

#[test]
fn the_golden_log_has_every_event() {
    let files = files();
    let seen: BTreeSet<_> = files
        .iter()
        .flat_map(|(_, steps)| steps)
        .map(|step| (step.aggregate_type.as_str(), step.event_type.as_str()))
        .collect();
    let sources = Sources::read();
    for aggregate in AGGREGATES {
        let events = &sources.item(aggregate.events).members;
        let names = events.iter().map(|event| event.name.as_str());
        let missing: Vec<_> = names.filter(|name| !seen.contains(&(aggregate.name, *name))).collect();
        assert!(missing.is_empty(), "append a line with each of these to the golden log: {missing:?}");
        assert_eq!(events.len(), seen.iter().filter(|(name, _)| *name == aggregate.name).count());
    }
}

#[test]
fn the_golden_log_has_every_case_of_every_field() {
    let payloads: String =
        files().into_iter().flat_map(|(_, steps)| steps).map(|step| step.payload).collect();
    let sources = Sources::read();
    let cases = sources.reachable().into_iter().filter(|item| item.is_enum && !item.is_text());
    let missing: Vec<_> =
        cases.flat_map(Item::json_names).filter(|name| !payloads.contains(&format!("\"{name}\""))).collect();
    assert!(missing.is_empty(), "append a line with each of these to the golden log: {missing:?}");
}
