//! The whole HTTP face over a memory store, driven request by request.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what a helper cannot do fails the test that asked for it"
)]

mod audit;
mod audit_refused;
mod audit_stream;
mod auditors;
mod bad_input;
mod browser;
mod health;
mod limits;
mod pages;
mod pages_errors;
mod ports;
mod sep01;
mod sep10;
mod sep10_refused;
mod sep24_info;
mod sep24_initiate;
mod sep24_refused;
mod sep24_transactions;
mod serve;
mod support;
mod tokens;
