//! The ledger port over Horizon.
