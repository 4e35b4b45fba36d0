//! A small Stellar network: a pure engine and Horizon's face.

pub mod engine;
