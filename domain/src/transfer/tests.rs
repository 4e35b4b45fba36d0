//! Given, when, then for each decision; random command sequences against the invariants.

mod closing;
mod fixture;
mod funding;
mod history;
mod intake;
mod invariants;
mod payment;
mod payout;
mod random;
mod status;
