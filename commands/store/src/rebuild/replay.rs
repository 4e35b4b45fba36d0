//! The rows as they were at some time, in another database.

use std::sync::Arc;
use std::time::Instant;

use super::walk::{Until, Walk, Walked, upsert};
use crate::{Database, InlineProjection, StoreError};

/// A replay of one projection into another database, as the log was at some time.
pub struct Replay {
    from: Database,
    into: Database,
    projection: Arc<dyn InlineProjection>,
    walk: Walk,
    progress: Walked,
}

impl Replay {
    /// Of that projection, whose table in `into` is empty.
    pub fn new(
        from: &Database,
        into: &Database,
        projection: Arc<dyn InlineProjection>,
        until: Until,
    ) -> Self {
        let walk = Walk::of(&*projection, until, (None, None), Walked::default());
        Self { from: from.clone(), into: into.clone(), projection, walk, progress: Walked::default() }
    }

    /// How far it has come.
    pub fn progress(&self) -> Walked {
        self.progress
    }

    /// Does the next page; false once every stream is done.
    ///
    /// # Errors
    /// The databases' own, or the projection's.
    pub async fn fill(&mut self) -> Result<bool, StoreError> {
        let Some(page) = self.walk.next(&self.from).await? else { return Ok(false) };
        let began = Instant::now();
        let upsert = upsert(&self.into, &*self.projection, "", &page.streams)?;
        self.into.write_one(upsert).await?;
        self.walk.adapt(began.elapsed());
        self.progress = page.walked;
        Ok(true)
    }
}
