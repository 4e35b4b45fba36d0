//! Given, when, then; and random command sequences against the invariants.
