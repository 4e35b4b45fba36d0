//! Ports that nobody else has.

use std::{
    net::TcpListener,
    sync::atomic::{AtomicU16, Ordering},
};

use anyhow::{Result, bail};

/// Below the range from which systems take the ports of outgoing connections: a port must stay free while its server
/// is stopped, and a client that tries again and again must not meet itself there.
const FIRST: u16 = 12_000;
const COUNT: u16 = 8_000;
/// Processes start looking this far apart.
const STRIDE: u32 = 40;

/// A port of the loopback interface on which nobody listens, and which this process gives out once.
///
/// # Errors
/// Where there is none.
pub(crate) fn free_port() -> Result<u16> {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let start = std::process::id() % (u32::from(COUNT) / STRIDE) * STRIDE;
    for _ in 0..COUNT {
        let offset = (start + u32::from(GIVEN.fetch_add(1, Ordering::Relaxed))) % u32::from(COUNT);
        let port = FIRST + u16::try_from(offset)?;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("every port from {FIRST} on is taken")
}
