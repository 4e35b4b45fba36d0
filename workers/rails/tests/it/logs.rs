//! What is logged: what happened, and to nobody in particular.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing_subscriber::EnvFilter;
use windlass_domain::ports::Rail;

use crate::support::{Face, order};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Ok(mut log) = self.0.lock() {
            log.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_bank_nor_rail_log_a_name_or_a_number() {
    let log = Log::default();
    let writer = log.clone();
    // For the whole process: the database works on a thread of its own.
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("windlass_rails=trace,sqlx=trace"))
        .with_writer(move || writer.clone())
        .init();
    let face = Face::start().await;
    let (rail, ada) = (face.rail(), face.person("10").await);
    face.pay_in(&ada, "1", "REF").await;
    rail.credits(None, 10).await.unwrap();
    rail.pay_out(&order("logged", &ada, "1")).await.unwrap();
    rail.pay_out(&order("logged", &ada, "2")).await.unwrap_err();
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for expected in ["account opened", "payment booked", "payout taken"] {
        assert!(log.contains(expected), "{expected}: {log}");
    }
    assert!(!log.contains("Lovelace") && !log.contains(&ada), "{log}");
}
