//! The same command with ten million events in the table as with ten thousand, and the loading of one transfer likewise.

use std::time::{Duration, Instant};

use windlass_store::{Database, EventStore, StreamId};

use crate::append::commands;
use crate::rounds::{ROUNDS, Rounds};
use crate::stores;

const FEW: u64 = 10_000;
const EACH: u64 = 5;
const WRITERS: u32 = 8;

pub(crate) async fn postgres() {
    // For a quick look at the bench itself.
    let many = std::env::var("WINDLASS_EVENTS").map_or(10_000_000, |text| text.parse().unwrap());
    let mut stores = vec![];
    for (name, events) in [("few", FEW), ("many", many)] {
        let url = stores::fresh(name);
        let store = stores::postgres(&url, WRITERS).await;
        let raw = stores::raw_postgres(&url, 1).await;
        let began = Instant::now();
        stores::fill_postgres(&raw, events, events / EACH).await;
        eprintln!("{events} events were written in {:.0} s", began.elapsed().as_secs_f64());
        stores.push(store);
    }
    let (mut appends, mut loads) = (Rounds::default(), Rounds::default());
    for round in 0..=ROUNDS {
        let rates = [commands(&stores[0], WRITERS, round).await, commands(&stores[1], WRITERS, round).await];
        let read = [load(&stores[0], FEW / EACH).await, load(&stores[1], many / EACH).await];
        if round > 0 {
            appends.add(rates[1], rates[0]);
            loads.add(read[1], read[0]);
        }
    }
    appends.tell("append_postgres_8_at_10m", "commands/s");
    loads.tell("load_postgres_8_at_10m", "loads/s");
    for store in stores {
        store.close().await;
    }
}

/// Streams here and there, loaded by eight at once.
async fn load(store: &Database, streams: u64) -> f64 {
    let began = Instant::now();
    let until = began + Duration::from_secs(2);
    let readers: Vec<_> = (0..u64::from(WRITERS))
        .map(|reader| {
            let store = store.clone();
            tokio::spawn(async move {
                let (mut done, mut number) = (0_u64, reader);
                while Instant::now() < until {
                    number =
                        (number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_041)) >> 8;
                    let number = number % streams;
                    let id = stores::stream(number);
                    assert_eq!(store.load(&StreamId::new("transfer", id)).await.unwrap().len() as u64, EACH);
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for reader in readers {
        done += reader.await.unwrap();
    }
    done as f64 / began.elapsed().as_secs_f64()
}
