//! SEP-10 challenges: what is built, what is refused, and who may sign. Tests name the requirements they cover.

mod building;
mod refused;
mod signers;
mod support;
