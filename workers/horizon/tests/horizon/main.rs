//! The Horizon client against every answer that Horizon, or a proxy before it, can give.

mod accounts;
mod faults;
mod payments;
mod received;
mod stream;
mod submission;
mod support;
mod transactions;
