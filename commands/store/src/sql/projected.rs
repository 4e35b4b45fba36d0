//! The inline projections of a database, and which of them have tables that are being built beside the served ones.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::statement::expanded;
use crate::{Dialect, InlineProjection, Row, StoreError};

/// The inline projections, with what is being built at present.
#[derive(Default)]
pub(crate) struct Projected {
    pub(crate) list: Vec<Arc<dyn InlineProjection>>,
    builds: RwLock<Arc<Builds>>,
}

/// What is being built, as of an epoch: every append names the epoch that it knows, and is refused under another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Builds {
    /// Grows whenever a build begins or ends.
    pub(crate) epoch: i64,
    /// The suffix of the tables under construction, by the projection's place in the list.
    pub(crate) suffixes: BTreeMap<usize, String>,
}

impl Projected {
    pub(crate) fn new(list: Vec<Arc<dyn InlineProjection>>) -> Self {
        Self { list, builds: RwLock::default() }
    }

    pub(crate) fn builds(&self) -> Arc<Builds> {
        self.builds.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes over what the database says, unless something newer is known by now.
    pub(crate) fn learn(&self, builds: Builds) {
        let mut known = self.builds.write().unwrap_or_else(PoisonError::into_inner);
        if builds.epoch >= known.epoch {
            *known = Arc::new(builds);
        }
    }

    /// What the rows of `projections` say of those in the list.
    pub(crate) fn read(&self, epoch: i64, rows: &[Row]) -> Result<Builds, StoreError> {
        let mut builds = Builds { epoch, ..Builds::default() };
        for row in rows {
            let (name, version, building): (String, i64, Option<i64>) =
                (row.get(0)?, row.get(1)?, row.get(3)?);
            let Some((place, projection)) =
                self.list.iter().enumerate().find(|(_, projection)| projection.name() == name)
            else {
                continue;
            };
            // A newer program's rows cannot be written by this one.
            let newest = version.max(building.map_or(Ok(0), |_| row.get(4))?);
            if newest > i64::from(projection.version()) {
                return Err(StoreError::NewerSchema {
                    component: name,
                    found: u32::try_from(newest).unwrap_or(u32::MAX),
                    known: projection.version(),
                });
            }
            if let Some(building) = building {
                builds.suffixes.insert(place, suffix(building));
            }
        }
        Ok(builds)
    }

    /// The name of the projection at that place.
    pub(crate) fn name(&self, projection: usize) -> Option<&'static str> {
        self.list.get(projection).map(|projection| projection.name())
    }
}

impl Builds {
    /// The projection's upsert: into the served tables, or into those under construction.
    pub(crate) fn upsert(
        &self,
        projections: &[Arc<dyn InlineProjection>],
        place: usize,
        into_build: bool,
        dialect: Dialect,
    ) -> Option<String> {
        let suffix = if into_build { self.suffixes.get(&place)?.as_str() } else { "" };
        Some(expanded(projections.get(place)?.statement(dialect), suffix).into_owned())
    }
}

/// What stands behind the names of a build's tables.
pub(crate) fn suffix(build: i64) -> String {
    format!("_{build}")
}
