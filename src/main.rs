//! Windlass: reads configuration, wires ports, runs the subcommands.
fn main() {}
