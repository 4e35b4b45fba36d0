//! Binding the port.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use tokio::net::TcpListener;

/// Binds the address.
///
/// # Errors
/// Where another program has it, or it is none of this machine's.
pub async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("nothing can be served at {address}; is another program there? LISTEN names another address")
    })
}
