//! Whatever is asked of the bank, no money appears or vanishes.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of a test")]

use std::time::Duration;

use proptest::prelude::*;
use windlass_rails::{NewAccount, NewPayment, NewPayout, SandboxBank};

use crate::support::{ANCHOR, config, payout};

/// What somebody asks for; accounts are chosen by index, the last of all being one that does not exist.
#[derive(Clone, Debug)]
enum Ask {
    Open { cents: u32 },
    Pay { from: usize, to: usize, cents: u32 },
    PayOut { key: u8, to: usize, cents: u32 },
}

fn ask() -> impl Strategy<Value = Ask> {
    let cents = prop_oneof![3 => 0..20_000_u32, 1 => 0..300_000_u32];
    prop_oneof![
        1 => cents.clone().prop_map(|cents| Ask::Open { cents }),
        4 => (0..8_usize, 0..8_usize, cents.clone()).prop_map(|(from, to, cents)| Ask::Pay { from, to, cents }),
        4 => (0..12_u8, 0..8_usize, cents).prop_map(|(key, to, cents)| Ask::PayOut { key, to, cents }),
    ]
}

fn dollars(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn cents(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}

/// Does it, whatever comes of it.
async fn carry_out(bank: &SandboxBank, people: &mut Vec<String>, ask: Ask) {
    let number = |people: &[String], index: usize| match people.get(index) {
        Some(number) => number.clone(),
        None => ["SBX999999999", "DE89370400440532013000", ANCHOR][index % 3].to_owned(),
    };
    match ask {
        Ask::Open { cents } => {
            let new = NewAccount {
                holder: "Somebody".to_owned(),
                currency: "USD".to_owned(),
                opening_balance: dollars(cents),
            };
            people.extend(bank.open_account(&new).await.ok().map(|account| account.number));
        }
        Ask::Pay { from, to, cents } => {
            let payment = NewPayment {
                from: number(people, from),
                to: number(people, to),
                amount: dollars(cents),
                currency: "USD".to_owned(),
                reference: String::new(),
            };
            let _ = bank.pay(&payment).await;
        }
        Ask::PayOut { key, to, cents } => {
            let new: NewPayout =
                serde_json::from_value(payout(&number(people, to), &dollars(cents))).unwrap();
            let _ = bank.pay_out(&format!("key-{key}"), &new).await;
        }
    }
}

/// Each balance is never below zero and is the sum of its entries, at every entry; together they are what was issued.
async fn check(bank: &SandboxBank, people: &[String]) {
    let totals = bank.totals("USD").await.unwrap();
    assert_eq!(totals.issued, totals.held);
    let mut held = 0;
    for number in people.iter().map(String::as_str).chain([ANCHOR]) {
        let statement = bank.statement(number, None, 200, Duration::ZERO).await;
        let entries = statement.unwrap().entries;
        assert!(entries.len() < 200, "the page holds all");
        let mut balance = 0;
        for entry in &entries {
            balance += cents(&entry.amount);
            assert_eq!(cents(&entry.balance), balance);
            assert!(balance >= 0);
        }
        let account = bank.account(number).await.unwrap();
        assert_eq!(cents(&account.balance), balance);
        held += balance;
    }
    assert_eq!(cents(&totals.held), held);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn money_is_conserved(asks in prop::collection::vec(ask(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bank = SandboxBank::open(config(None)).await.unwrap();
            let mut people = Vec::new();
            carry_out(&bank, &mut people, Ask::Open { cents: 50_000 }).await;
            for ask in asks {
                carry_out(&bank, &mut people, ask).await;
                let totals = bank.totals("USD").await.unwrap();
                assert_eq!(totals.issued, totals.held);
            }
            check(&bank, &people).await;
        });
    }
}
