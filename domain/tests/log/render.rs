//! Writes the catalogue: each event with its meaning, fields, an example of the golden log, and the status after it.

use std::fmt::Write;

use super::{
    replay::Step,
    source::{AGGREGATES, Declared, Item, Member, Sources, core_type, is_plain},
};

const INTRODUCTION: &str = "\
# The events

Everything that happened, by aggregate: the log is the truth, and all else is made from it. An event is never changed; a
new shape is a new version, and the old ones are still read.

This page is made from the code: from the events' declarations in `domain/src`, and for the examples and the statuses from
the golden log in `domain/tests/golden`. `UPDATE_DOCS=1 cargo test -p windlass-domain catalogue` writes it anew.

In the log an event has an `aggregate_type` and an `aggregate_id`, a `sequence` from 1 within its aggregate, an
`event_type` (the name here), an `event_version` (`1` for all of these), a `payload` (an object with the event's name as
its only key, or the bare name of an event that carries nothing), and a `metadata` object:
";

const AFTER: &str = "
\"After it\" is how the aggregate stands after the event in the golden log: for a transfer the status that a wallet is
shown, for a transaction how far it is, for a payment whether it has its transfer, for a customer whether they were erased.
";

pub fn catalogue(sources: &Sources, steps: &[Step]) -> String {
    let mut page = INTRODUCTION.to_owned();
    table(&mut page, &sources.item("Metadata").members);
    page.push_str(AFTER);
    for aggregate in &AGGREGATES {
        section(&mut page, aggregate, sources, steps);
    }
    types(&mut page, sources);
    page
}

fn section(page: &mut String, aggregate: &Declared, sources: &Sources, steps: &[Step]) {
    let docs: Vec<_> = aggregate.module.lines().map_while(|line| line.strip_prefix("//!")).collect();
    let paragraph: Vec<_> = docs.iter().map(|line| line.trim()).take_while(|line| !line.is_empty()).collect();
    writeln!(page, "\n## `{}`\n\n{}", aggregate.name, paragraph.join("\n")).unwrap();
    for event in &sources.item(aggregate.events).members {
        let seen: Vec<_> = steps
            .iter()
            .filter(|step| step.aggregate_type == aggregate.name && step.event_type == event.name)
            .collect();
        writeln!(page, "\n### {}\n\n{}", event.name, event.docs).unwrap();
        carried(page, event, sources);
        let mut after: Vec<_> = seen.iter().map(|step| format!("`{}`", step.after)).collect();
        after.sort();
        after.dedup();
        writeln!(page, "\nAfter it: {}.", after.join(", ")).unwrap();
        let example = seen.first().map_or("", |step| &step.payload);
        writeln!(page, "\n```json\n{example}\n```").unwrap();
    }
}

/// The fields of an event, whether it has them itself or in a struct of its own.
fn carried(page: &mut String, event: &Member, sources: &Sources) {
    let payload = event.ty.as_deref().map(|ty| sources.item(core_type(ty)));
    match payload {
        None if event.fields.is_empty() => {}
        None => table(page, &event.fields),
        Some(payload) if payload.is_enum => writeln!(page, "\nCarries {}.", link(&payload.name)).unwrap(),
        Some(payload) => table(page, &payload.members),
    }
}

fn types(page: &mut String, sources: &Sources) {
    let payloads: Vec<_> = AGGREGATES
        .iter()
        .flat_map(|aggregate| &sources.item(aggregate.events).members)
        .filter_map(|event| event.ty.as_deref().map(core_type))
        .collect();
    page.push_str("\n## Types\n\nTimes are UTC. No amount is ever a float, and none is below zero.\n");
    let mut reachable = sources.reachable();
    reachable.sort_by_key(|item| &item.name);
    for item in reachable {
        let linked = page.contains(&link(&item.name));
        if !payloads.contains(&item.name.as_str()) || linked {
            writeln!(page, "\n### Type {}\n\n{}", item.name, item.docs).unwrap();
            described(page, item);
        }
    }
}

fn described(page: &mut String, item: &Item) {
    if item.is_text() {
        return;
    }
    if !item.is_enum {
        return table(page, &item.members);
    }
    page.push_str("\n| One of | Carries | |\n|---|---|---|\n");
    for (name, variant) in item.json_names().iter().zip(&item.members) {
        let fields = variant.fields.iter().map(|field| format!("`{}`: {}", field.name, json_type(field)));
        let payload = variant.ty.as_ref().map(|_| json_type(variant));
        let carries: Vec<_> = payload.into_iter().chain(fields).collect();
        writeln!(page, "| `{name}` | {} | {} |", carries.join("; "), variant.docs).unwrap();
    }
}

fn table(page: &mut String, fields: &[Member]) {
    page.push_str("\n| Field | Type | |\n|---|---|---|\n");
    for field in fields {
        writeln!(page, "| `{}` | {} | {} |", field.name, json_type(field), field.docs).unwrap();
    }
}

/// What stands in the JSON, in words.
fn json_type(field: &Member) -> String {
    let ty = field.ty.as_deref().unwrap_or_default();
    let core = core_type(ty);
    let plain = match core {
        "String" => "text",
        "bool" => "true or false",
        "u32" | "i64" => "whole number",
        "Decimal" => "decimal number, as text",
        "Uuid" => "UUID",
        "OffsetDateTime" if field.attributes.contains("timestamp") => "time, in seconds since 1970",
        "OffsetDateTime" => "time, RFC 3339",
        _ => "",
    };
    let named = if is_plain(core) { plain.to_owned() } else { link(core) };
    let list = if ty.contains("Vec<") { "list of " } else { "" };
    let optional = if field.attributes.contains("skip_serializing_if") { ", optional" } else { "" };
    format!("{list}{named}{optional}")
}

fn link(name: &str) -> String {
    format!("[{name}](#type-{})", name.to_lowercase())
}
