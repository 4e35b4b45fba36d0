//! Whether every row is the one that the log leads to: all are built anew beside those that are served, and compared.

use anyhow::Result;
use windlass_store::{Build, EventStore};

use super::{Findings, log};
use crate::World;

pub(super) async fn check(world: &World, findings: &mut Findings) -> Result<()> {
    let database = log::open(world).await?;
    for projection in database.projections() {
        let mut build = Build::begin(&database, projection.name()).await?;
        while build.fill().await? {}
        for row in build.differences("").await? {
            findings.same(&format!("the row {} of {}", row.key, projection.name()), row.built, row.served);
        }
        build.abandon().await?;
    }
    database.close().await;
    Ok(())
}
