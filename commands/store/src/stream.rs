//! The name of a stream: which aggregate its events belong to.

use std::borrow::Cow;
use std::fmt;

/// One aggregate's stream of events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// The kind of aggregate, as in `Transfer`.
    pub aggregate_type: Cow<'static, str>,
    /// The aggregate's own id, unique within its type.
    pub aggregate_id: String,
}

impl StreamId {
    /// The stream of the aggregate `aggregate_id` of type `aggregate_type`.
    pub fn new(aggregate_type: impl Into<Cow<'static, str>>, aggregate_id: impl Into<String>) -> Self {
        Self { aggregate_type: aggregate_type.into(), aggregate_id: aggregate_id.into() }
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.aggregate_type, self.aggregate_id)
    }
}
