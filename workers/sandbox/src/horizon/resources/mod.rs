//! One thing each, as Horizon's JSON.

pub(super) mod account;
pub(super) mod ledger;
mod links;
pub(super) mod operation;
pub(super) mod transaction;
mod values;

pub(super) use links::Links;
pub(super) use values::timestamp;
