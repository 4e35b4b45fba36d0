//! Which events a handler is given.

use windlass_store::RecordedEvent;

/// Which events a handler is given: those that both lists name. What it is not given counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    /// Aggregates, as in `transfer`; none means all.
    pub aggregate_types: Option<&'static [&'static str]>,
    /// Events, as in `Completed`; none means all.
    pub event_types: Option<&'static [&'static str]>,
}

impl Filter {
    /// Every event.
    pub const ALL: Self = Self { aggregate_types: None, event_types: None };

    /// Whether the event is among them.
    pub fn accepts(&self, event: &RecordedEvent) -> bool {
        let among = |names: Option<&[&str]>, name: &str| names.is_none_or(|names| names.contains(&name));
        among(self.aggregate_types, &event.stream.aggregate_type)
            && among(self.event_types, &event.event_type)
    }
}
