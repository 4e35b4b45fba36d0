//! SEP-24: deposits and withdrawals whose details the user gives on our pages.

mod info;
mod initiate;
mod links;
mod offered;
mod request;
mod transactions;

pub(crate) use info::info;
pub(crate) use initiate::{deposit, withdraw};
pub(crate) use links::more_info_path;
pub(crate) use transactions::{own_transfer, transaction, transactions};
