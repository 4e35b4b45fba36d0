//! The same questions, to the memory store.

use std::cmp::Reverse;

use serde_json::Value;
use windlass_domain::{Subject, transfer::TransferId};
use windlass_stellar::AccountId;
use windlass_store::MemoryStore;

use super::{Page, QueryError, SourceAccount, TransferFilter};
use crate::{TransferView, view::micros};

pub(super) fn transfer(store: &MemoryStore, id: TransferId) -> Result<Option<TransferView>, QueryError> {
    let row = store.inline_row("transfers", &id.to_string());
    row.map(|(_, values)| view(&values)).transpose()
}

pub(super) fn find(
    store: &MemoryStore,
    subject: &Subject,
    wanted: impl Fn(&TransferView) -> bool,
) -> Result<Option<TransferView>, QueryError> {
    Ok(all(store, subject)?.into_iter().find(|view| wanted(view)))
}

pub(super) fn transfers(
    store: &MemoryStore,
    filter: &TransferFilter,
) -> Result<Vec<TransferView>, QueryError> {
    let mine = all(store, &filter.subject)?;
    let begins_after = match filter.page {
        Page::First => None,
        Page::After(id) => match mine.iter().find(|view| view.id == id) {
            Some(view) => Some((view.started_at, view.id)),
            None => return Ok(vec![]),
        },
    };
    let wanted = |view: &TransferView| {
        let initiated = view.initiated();
        initiated.is_some_and(|initiated| {
            initiated.stellar_asset == filter.asset && filter.kind.is_none_or(|kind| initiated.kind == kind)
        }) && filter.no_older_than.is_none_or(|oldest| micros(view.started_at) >= micros(oldest))
            && begins_after.is_none_or(|after| (view.started_at, view.id) < after)
    };
    Ok(mine.into_iter().filter(wanted).take(filter.limit as usize).collect())
}

pub(super) fn source_account(store: &MemoryStore, account: AccountId) -> SourceAccount {
    let source = account.to_string();
    let rows = store.inline_rows("stellar_transactions").into_iter().map(|(_, _, values)| values);
    let mine: Vec<Value> = rows.filter(|values| values["source"] == source.as_str()).collect();
    SourceAccount {
        last_sequence: mine
            .iter()
            .filter(|values| values["spent"] == 1)
            .filter_map(|values| values["account_sequence"].as_i64())
            .max(),
        open: mine.iter().filter(|values| values["open"] == 1).count() as u32,
    }
}

/// The user's transfers, newest first.
fn all(store: &MemoryStore, subject: &Subject) -> Result<Vec<TransferView>, QueryError> {
    let identity = subject.identity();
    let rows = store.inline_rows("transfers").into_iter().map(|(_, _, values)| values);
    let mine = rows.filter(|values| values["subject"] == identity.as_str());
    let mut views = mine.map(|values| view(&values)).collect::<Result<Vec<_>, _>>()?;
    views.sort_by_key(|view| Reverse((view.started_at, view.id)));
    Ok(views)
}

fn view(values: &Value) -> Result<TransferView, QueryError> {
    let text = values["view"].as_str().unwrap_or_default();
    serde_json::from_str(text)
        .map_err(|source| QueryError::Malformed { what: "the row of a transfer".to_owned(), source })
}
