//! Stands between store and server, and writes down what the store sends for its answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};

/// The statements that were run, one for each time that the store waited for the server.
#[derive(Clone, Default)]
pub(super) struct Trips(Arc<Mutex<Vec<String>>>);

impl Trips {
    /// What came since this was asked last.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// The port behind which the server's port is. It goes with the test's runtime.
pub(super) async fn before(server: u16) -> (u16, Trips) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, trips) = (listener.local_addr().unwrap().port(), Trips::default());
    let written = trips.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (from_client, mut to_client) = client.into_split();
            let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
            let (mut from_server, to_server) = server.into_split();
            tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
            tokio::spawn(pass_on(from_client, to_server, written.clone()));
        }
    });
    (port, trips)
}

/// The messages of the protocol's client (<https://www.postgresql.org/docs/current/protocol-message-formats.html>).
async fn pass_on(
    mut client: impl AsyncRead + Unpin,
    mut server: impl AsyncWrite + Unpin,
    trips: Trips,
) -> std::io::Result<()> {
    let mut prepared: HashMap<String, String> = HashMap::new();
    let mut bound = None;
    // The first message has no type.
    let length = client.read_u32().await?;
    let mut startup = vec![0; length as usize - 4];
    client.read_exact(&mut startup).await?;
    server.write_u32(length).await?;
    server.write_all(&startup).await?;
    loop {
        let (kind, length) = (client.read_u8().await?, client.read_u32().await?);
        let mut body = vec![0; length as usize - 4];
        client.read_exact(&mut body).await?;
        let texts: Vec<String> = body
            .split(|byte| *byte == 0)
            .take(2)
            .map(|text| String::from_utf8_lossy(text).into_owned())
            .collect();
        match kind {
            // Parse: name, text.
            b'P' => {
                prepared.insert(texts[0].clone(), texts[1].clone());
            }
            // Bind: portal, name.
            b'B' => bound = Some(prepared.get(&texts[1]).cloned().unwrap_or_default()),
            // Query.
            b'Q' => trips.0.lock().unwrap().push(texts[0].clone()),
            // Sync. One that only prepares happens once on each connection.
            b'S' => trips.0.lock().unwrap().extend(bound.take()),
            _ => {}
        }
        server.write_u8(kind).await?;
        server.write_u32(length).await?;
        server.write_all(&body).await?;
    }
}
