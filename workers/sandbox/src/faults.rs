//! Faults on command: what tests use to see how a client bears a bad network.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// How many rules there can be.
const MAX_RULES: usize = 100;

/// The rules in force, applied in order; each ends when it has been used often enough.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<Fault>>);

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which requests it is about.
    pub on: On,
    /// What happens to them.
    #[serde(rename = "do")]
    pub action: Do,
    /// To how many of them, counted down.
    #[serde(default = "once")]
    pub times: u32,
}

/// Requests that can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// Submitting a transaction.
    Submit,
    /// Reading an account.
    Account,
    /// Reading or streaming payments.
    Payments,
    /// Looking a transaction up by its hash.
    Transaction,
}

/// What can go wrong with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Do {
    /// Does what was asked, then answers that it does not know (submissions; else like `504`).
    #[serde(rename = "apply_then_504")]
    ApplyThen504,
    /// Does what was asked, then never answers (submissions; else like `hang`).
    #[serde(rename = "apply_then_hang")]
    ApplyThenHang,
    /// Does nothing and never answers.
    #[serde(rename = "hang")]
    Hang,
    /// Is out of service.
    #[serde(rename = "503")]
    Unavailable,
    /// Knows nothing of it, as a server that lags behind.
    #[serde(rename = "404")]
    NotFound,
    /// Takes so many milliseconds longer.
    #[serde(rename = "delay_ms")]
    DelayMs(u64),
}

fn once() -> u32 {
    1
}

impl Faults {
    /// Adds a rule behind the others. Past a hundred, the oldest goes.
    pub fn add(&self, fault: Fault) {
        let mut rules = self.rules();
        if rules.len() >= MAX_RULES {
            rules.remove(0);
        }
        rules.push(fault);
    }

    /// The rules that still apply.
    #[must_use]
    pub fn list(&self) -> Vec<Fault> {
        self.rules().clone()
    }

    /// Ends all rules.
    pub fn clear(&self) {
        self.rules().clear();
    }

    /// What is to happen to this request, if anything; counts the rule down.
    pub(crate) fn take(&self, on: On) -> Option<Do> {
        let mut rules = self.rules();
        rules.retain(|rule| rule.times > 0);
        let rule = rules.iter_mut().find(|rule| rule.on == on)?;
        rule.times -= 1;
        let action = rule.action;
        rules.retain(|rule| rule.times > 0);
        Some(action)
    }

    fn rules(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
