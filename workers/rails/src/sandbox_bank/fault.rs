//! Faults: what the bank is told to do wrong, so that an anchor can be seen to cope. They are not kept over a restart.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::BankError;

/// A fault, where it strikes, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// The requests that it strikes.
    pub on: Faulty,
    /// What goes wrong.
    #[serde(rename = "do")]
    pub fault: Fault,
    /// How many requests it strikes before it is over.
    #[serde(default = "once")]
    pub times: u32,
}

/// The requests that can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Faulty {
    /// The anchor orders a payout.
    Payout,
    /// The anchor reads its statement.
    Credits,
    /// A person pays.
    Payment,
}

/// What can go wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Does what it was asked, and answers 504.
    #[serde(rename = "apply_then_504")]
    ApplyThen504,
    /// Does what it was asked, and does not answer.
    ApplyThenHang,
    /// Does nothing, and answers 503.
    #[serde(rename = "503")]
    Unavailable,
    /// Does nothing, and does not answer.
    Hang,
    /// Does what it was asked that many milliseconds later, at most [`Fault::PATIENCE`].
    DelayMs(u32),
    /// Shows the first credit of a statement's page twice. Waits for a page with a credit.
    DuplicateCredit,
    /// Confirms the next new payout only after five seconds.
    SettleLate,
}

impl Fault {
    /// How long a request hangs before the bank gives it up with a 504.
    pub const PATIENCE: Duration = Duration::from_secs(120);

    /// Whether this is about the request as such, whatever it asks for.
    pub(super) const fn is_general(self) -> bool {
        !matches!(self, Self::DuplicateCredit | Self::SettleLate)
    }
}

/// The faults to come, in the order in which they were added.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<FaultRule>>);

impl Faults {
    const MAX_RULES: usize = 100;

    /// Adds a rule.
    ///
    /// # Errors
    /// [`BankError::Invalid`] where the rule could never strike, or there are a hundred already.
    pub fn add(&self, rule: FaultRule) -> Result<(), BankError> {
        let fits = match rule.fault {
            Fault::DuplicateCredit => rule.on == Faulty::Credits,
            Fault::SettleLate => rule.on == Faulty::Payout,
            Fault::DelayMs(millis) => Duration::from_millis(millis.into()) <= Fault::PATIENCE,
            _ => true,
        };
        if !fits {
            let why =
                "duplicate_credit is for credits, settle_late for payout, and a delay is at most 120000 ms";
            return Err(BankError::invalid("do", why));
        }
        let mut rules = self.rules();
        if rules.len() >= Self::MAX_RULES {
            return Err(BankError::invalid("on", "there are a hundred rules already: delete them first"));
        }
        if rule.times > 0 {
            rules.push(rule);
        }
        Ok(())
    }

    /// The rules that are not over yet.
    pub fn list(&self) -> Vec<FaultRule> {
        self.rules().clone()
    }

    /// Ends them all.
    pub fn clear(&self) {
        self.rules().clear();
    }

    /// The first fault for such a request among those wanted, which thereby has struck once.
    pub(super) fn take(&self, on: Faulty, wanted: impl Fn(Fault) -> bool) -> Option<Fault> {
        let mut rules = self.rules();
        let index = rules.iter().position(|rule| rule.on == on && wanted(rule.fault))?;
        let rule = rules.get_mut(index)?;
        let fault = rule.fault;
        rule.times = rule.times.saturating_sub(1);
        if rule.times == 0 {
            rules.remove(index);
        }
        Some(fault)
    }

    fn rules(&self) -> MutexGuard<'_, Vec<FaultRule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn once() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_written_as_the_documentation_says() {
        let rule: FaultRule =
            serde_json::from_str(r#"{"on":"payout","do":"apply_then_504","times":2}"#).unwrap();
        assert_eq!(rule, FaultRule { on: Faulty::Payout, fault: Fault::ApplyThen504, times: 2 });
        let rule: FaultRule = serde_json::from_str(r#"{"on":"credits","do":{"delay_ms":5}}"#).unwrap();
        assert_eq!(rule, FaultRule { on: Faulty::Credits, fault: Fault::DelayMs(5), times: 1 });
        for text in ["503", "hang", "apply_then_hang", "duplicate_credit", "settle_late"] {
            assert!(serde_json::from_value::<Fault>(text.into()).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_fault_strikes_as_often_as_it_was_told() {
        let faults = Faults::default();
        faults.add(FaultRule { on: Faulty::Payout, fault: Fault::Hang, times: 2 }).unwrap();
        assert_eq!(faults.take(Faulty::Payment, Fault::is_general), None);
        assert_eq!(faults.take(Faulty::Payout, Fault::is_general), Some(Fault::Hang));
        assert_eq!(faults.take(Faulty::Payout, Fault::is_general), Some(Fault::Hang));
        assert_eq!(faults.take(Faulty::Payout, Fault::is_general), None);
    }

    #[test]
    fn a_rule_that_could_never_strike_is_refused() {
        let faults = Faults::default();
        for (on, fault) in [
            (Faulty::Payout, Fault::DuplicateCredit),
            (Faulty::Credits, Fault::SettleLate),
            (Faulty::Payment, Fault::DelayMs(120_001)),
        ] {
            assert!(matches!(faults.add(FaultRule { on, fault, times: 1 }), Err(BankError::Invalid { .. })));
        }
    }
}
