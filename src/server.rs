//! Binding the port, and serving HTTP until told to stop.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result};
use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long requests that are under way may take after the stop: streams never end by themselves.
const PATIENCE: Duration = Duration::from_secs(10);

/// Binds the address.
///
/// # Errors
/// Where another program has it, or it is none of this machine's.
pub async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("nothing can be served at {address}; is another program there? LISTEN names another address")
    })
}

/// Serves until `stop`; then takes no more requests and lets those under way come to their end.
///
/// # Errors
/// Where the listener fails.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let graceful = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::select! {
        ended = graceful => ended,
        () = async { stop.cancelled().await; tokio::time::sleep(PATIENCE).await } => Ok(()),
    }
}
