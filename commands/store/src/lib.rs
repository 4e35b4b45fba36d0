//! The event log with its inline rows, reservations, tasks, leases and subscriptions.
//!
//! Everything that a command changes goes into one [`Append`] and is written in one transaction,
//! or not at all. The store knows nothing of transfers: an event is a type, a version and JSON
//! text. [`EventStore`] is the contract; every back end passes the same suite of tests.

mod append;
mod error;
mod event;
mod inline;
mod lease;
mod memory;
mod planned_row;
mod position;
mod schema;
mod sqlite;
mod store;
mod stream;
mod task;
mod timestamp;

pub use append::{Append, Appended, CursorMove, IdempotencyKey, Reservation, Settle, StreamAppend};
pub use error::{AdvanceError, AppendError, LeaseError, StoreError};
pub use event::{NewEvent, RecordedEvent};
pub use inline::{Dialect, EventRef, InlineProjection, InlineRow, ProjectionError, StreamChange};
pub use lease::Lease;
pub use memory::MemoryStore;
pub use position::{LogPosition, ParsePositionError};
pub use schema::Schema;
pub use sqlite::{SqliteStore, Statement};
pub use store::EventStore;
pub use stream::StreamId;
pub use task::{NewTask, Retry, TaskFilter, TaskLease, TaskRow, TaskState, backoff};
