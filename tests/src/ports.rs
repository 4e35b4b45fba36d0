//! Ports that nobody else has.

use std::{
    net::TcpListener,
    sync::atomic::{AtomicU16, Ordering},
};

use anyhow::{Result, bail};

/// Below the range from which systems take the ports of outgoing connections, so that none of those gets in between.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A port of the loopback interface on which nobody listens, and which this process gives out once.
///
/// # Errors
/// Where there is none.
pub fn free_port() -> Result<u16> {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 240)? * 50;
    for _ in 0..COUNT {
        let offset = (u32::from(start) + u32::from(GIVEN.fetch_add(1, Ordering::Relaxed))) % u32::from(COUNT);
        let port = FIRST + u16::try_from(offset)?;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("every port from {FIRST} on is taken")
}
