//! How many challenges were asked for in this minute (SEP10-013). It forgets rather than grow.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use time::OffsetDateTime;
use windlass_stellar::AccountId;

use crate::ChallengeRate;

/// As many accounts, and as many addresses, are counted at once.
const MOST_COUNTED: usize = 20_000;

/// Counts challenges by account and by address, minute by minute.
pub(crate) struct ChallengeCounter {
    rate: ChallengeRate,
    minute: Mutex<Minute>,
}

#[derive(Default)]
struct Minute {
    number: i64,
    accounts: HashMap<AccountId, u32>,
    addresses: HashMap<IpAddr, u32>,
}

impl ChallengeCounter {
    pub(crate) fn new(rate: ChallengeRate) -> Self {
        Self { rate, minute: Mutex::default() }
    }

    /// Whether one more challenge may be issued; counts it.
    pub(crate) fn admits(&self, account: AccountId, peer: Option<IpAddr>, now: OffsetDateTime) -> bool {
        // A panic elsewhere leaves counts that are at most one off.
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.unix_timestamp().div_euclid(60);
        if minute.number != number {
            *minute = Minute { number, ..Minute::default() };
        }
        let peer = peer.map(|peer| peer.to_canonical()).filter(|peer| !peer.is_loopback());
        let by_address = peer.is_none_or(|peer| count(&mut minute.addresses, peer) <= self.rate.per_address);
        by_address && count(&mut minute.accounts, account) <= self.rate.per_account
    }
}

fn count<K: Eq + Hash>(counts: &mut HashMap<K, u32>, key: K) -> u32 {
    if counts.len() >= MOST_COUNTED && !counts.contains_key(&key) {
        counts.clear();
    }
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
    *count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u32) -> AccountId {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        AccountId::from_bytes(bytes)
    }

    /// SEP10-013
    #[test]
    fn an_account_and_an_address_have_their_share_of_a_minute() {
        let counter = ChallengeCounter::new(ChallengeRate { per_account: 2, per_address: 3 });
        let peer = Some("192.0.2.1".parse().unwrap());
        let now = OffsetDateTime::UNIX_EPOCH;
        let asked = |number, peer| counter.admits(account(number), peer, now);
        assert_eq!([asked(1, peer), asked(1, peer), asked(1, peer)], [true, true, false]);
        assert!(!asked(2, peer), "the address has used its share");
        assert!(asked(2, Some("192.0.2.2".parse().unwrap())));
        assert!(counter.admits(account(1), peer, now + time::Duration::MINUTE));
    }

    #[test]
    fn a_proxy_on_the_same_machine_is_not_taken_for_one_client() {
        let counter = ChallengeCounter::new(ChallengeRate { per_account: 1, per_address: 1 });
        for number in 0..5 {
            let proxy = Some("::ffff:127.0.0.1".parse().unwrap());
            assert!(counter.admits(account(number), proxy, OffsetDateTime::UNIX_EPOCH));
        }
    }

    #[test]
    fn a_flood_of_accounts_does_not_fill_the_memory() {
        let counter = ChallengeCounter::new(ChallengeRate::default());
        for number in 0..MOST_COUNTED as u32 + 10 {
            counter.admits(account(number), None, OffsetDateTime::UNIX_EPOCH);
        }
        assert!(counter.minute.lock().unwrap().accounts.len() <= MOST_COUNTED);
    }
}
