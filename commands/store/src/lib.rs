//! The event log with its inline rows, reservations, tasks, leases and subscriptions.
//!
//! Everything that a command changes goes into one [`Append`] and is written in one transaction,
//! or not at all. The store knows nothing of transfers: an event is a type, a version and JSON
//! text. [`EventStore`] is the contract; every back end passes the same suite of tests.

mod append;
mod copy;
mod database;
mod difference;
mod error;
mod event;
mod horizon;
mod inline;
mod lease;
mod location;
mod log_reader;
mod memory;
mod planned_row;
mod position;
mod postgres;
mod rebuild;
mod row;
mod schema;
mod sql;
mod sqlite;
mod statement;
mod store;
mod stream;
mod subscriptions;
mod tables;
mod task;
mod timestamp;
mod workers;

pub use append::{Append, Appended, CursorMove, IdempotencyKey, Reservation, Settle, StreamAppend};
pub use copy::{Copied, CopiedTable, CopyError, CopyOptions, CopyProgress, TableDigest, copy, make_tables};
pub use database::{Database, Fenced};
pub use difference::Difference;
pub use error::{AppendError, LeaseError, StoreError};
pub use event::{NewEvent, RecordedEvent};
pub use horizon::{Horizon, HorizonHolder};
pub use inline::{Dialect, EventRef, InlineProjection, InlineRow, ProjectionError, StreamChange, Table};
pub use lease::Lease;
pub use location::{Location, ParseLocationError, PostgresLocation};
pub use log_reader::LogReader;
pub use memory::MemoryStore;
pub use position::{LogPosition, ParsePositionError};
pub use rebuild::{Build, Replay, Until, Walked};
pub use row::{Column, Row};
pub use schema::Schema;
pub use statement::{BUILD, Statement};
pub use store::EventStore;
pub use stream::StreamId;
pub use subscriptions::{
    Failed, FailedAt, Kind as SubscriptionKind, Lag, NewSubscription, OperateError, Progress, Skip, Start,
    Subscription, Subscriptions, Swap,
};
pub use task::{NewTask, Retry, TaskFilter, TaskLease, TaskRow, TaskState, backoff};
