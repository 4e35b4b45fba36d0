//! What only SQLite has: the file and its faults, the group commit, the query plans.

mod file;
mod grouping;
mod plans;
mod projections;

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use super::SqliteEngine;
use crate::sql::projected::Projected;
use crate::{Append, Database, InlineProjection, NewEvent, RecordedEvent, StreamAppend, StreamId};

fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.db");
    (folder, path)
}

async fn fresh(projections: Vec<Arc<dyn InlineProjection>>) -> (TempDir, Database) {
    let (folder, path) = file();
    let store = Database::sqlite(path, projections).await.unwrap();
    (folder, store)
}

/// The engine without the database around it.
async fn engine(path: &std::path::Path, patience: std::time::Duration) -> SqliteEngine {
    SqliteEngine::open(path, Arc::new(Projected::new(vec![])), patience).await.unwrap()
}

fn stream(id: &str) -> StreamId {
    StreamId::new("Transfer", id)
}

fn change(id: &str, history: Vec<RecordedEvent>) -> StreamAppend {
    let event = NewEvent {
        event_type: "Tick".to_owned(),
        event_version: "1".to_owned(),
        payload: "{}".to_owned(),
        metadata: "{}".to_owned(),
    };
    StreamAppend { stream: stream(id), history, events: vec![event] }
}

fn append(id: &str) -> Append {
    Append { streams: vec![change(id, vec![])], ..Append::default() }
}
