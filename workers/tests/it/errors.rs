//! Which errors pass by themselves, and which wait for an operator.

use std::time::Duration;

use windlass_commands::CommandError;
use windlass_domain::{
    ports::{Cursor, LedgerError, RailError},
    transfer::{Refusal, Status},
};
use windlass_store::StoreError;
use windlass_vault::{MasterKey, Vault, VaultError};
use windlass_workers::StepError;

fn kind(error: impl Into<StepError>) -> &'static str {
    match error.into() {
        StepError::Transient(_) => "passes",
        StepError::Wait(_) => "waits",
        StepError::NeedsOperator(_) => "parks",
        StepError::Superseded => "drops",
    }
}

#[test]
fn a_database_in_trouble_passes() {
    let detail = String::new;
    for error in [
        StoreError::Busy,
        StoreError::Full,
        StoreError::Unavailable { detail: detail() },
        StoreError::ReadOnly { detail: detail() },
        StoreError::Database { detail: detail() },
    ] {
        assert_eq!(kind(error.clone()), "passes", "{error}");
        assert_eq!(kind(CommandError::Store(error.clone())), "passes", "{error}");
        assert_eq!(kind(CommandError::Vault(VaultError::Store(error.clone()))), "passes", "{error}");
        assert_eq!(kind(windlass_projections::QueryError::Store(error.clone())), "passes", "{error}");
    }
    assert_eq!(kind(StoreError::Projection { projection: "transfers", detail: detail() }), "parks");
}

#[test]
fn a_ledger_in_trouble_passes() {
    let cursor = || Cursor("7".to_owned());
    for (error, expected) in [
        (LedgerError::Unavailable("502".into()), "passes"),
        (LedgerError::Malformed("<html>".into()), "passes"),
        (LedgerError::Refused("403".into()), "passes"),
        (LedgerError::AheadOfHistory { cursor: cursor(), latest: 5 }, "passes"),
        (LedgerError::BeforeHistory { cursor: cursor(), oldest: 9 }, "parks"),
        (LedgerError::RateLimited(Duration::from_secs(7)), "waits"),
    ] {
        assert_eq!(kind(error.clone()), expected, "{error}");
    }
}

#[test]
fn nobody_is_made_to_wait_for_ever() {
    let asked = StepError::from(LedgerError::RateLimited(Duration::MAX));
    assert!(matches!(asked, StepError::Wait(wait) if wait == Duration::from_secs(300)), "{asked:?}");
}

#[test]
fn a_rail_in_trouble_passes() {
    for error in [RailError::Unknown("time-out".into()), RailError::Refused("short".into())] {
        assert_eq!(kind(error.clone()), "passes");
        assert_eq!(kind(CommandError::Rail(error)), "passes");
    }
}

#[test]
fn work_that_others_have_is_dropped_and_what_they_changed_is_looked_at_again() {
    assert_eq!(kind(CommandError::LeaseLost), "drops");
    assert_eq!(kind(CommandError::CursorMoved), "drops");
    assert_eq!(kind(CommandError::Contended), "passes");
    assert_eq!(kind(CommandError::SequenceTaken("G:7".into())), "passes");
    assert_eq!(kind(CommandError::Refused(Refusal::Closed(Status::Error))), "passes");
    assert_eq!(kind(CommandError::Refused(Refusal::PaymentDiffers)), "parks");
}

#[tokio::test]
async fn what_is_erased_or_was_never_sealed_stays_so() {
    let vault = Vault::memory(MasterKey::generate().unwrap()).await.unwrap();
    let reference = vault.seal("maria", "account", b"4711").await.unwrap();
    vault.erase("maria").await.unwrap();
    assert_eq!(kind(CommandError::Vault(vault.open(reference).await.unwrap_err())), "parks");
    let unknown = "01955600-0000-7000-8000-000000000001".parse().unwrap();
    assert_eq!(kind(CommandError::Vault(vault.open(unknown).await.unwrap_err())), "parks");
    assert_eq!(kind(CommandError::NoVaultReference), "parks");
}
