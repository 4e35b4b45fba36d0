//! `windlass copy`: a whole anchor from one database into another, verified.

use anyhow::{Context, Result, bail};
use windlass_projections::seal::Roots;
use windlass_store::{CopiedTable, CopyOptions, Database, EventStore, Location, Subscriptions, TableDigest};

use crate::{
    cli::Copy,
    handlers::Handlers,
    report::{Progress, say},
    system::now,
};

/// Copies, verifies, and prints what each table's digest is.
///
/// # Errors
/// Where somebody works on the source, the target is not empty, or the two are not the same in the end.
pub async fn run(handlers: &Handlers, options: &Copy) -> Result<()> {
    let (from, to) = (location("--from", &options.from)?, location("--to", &options.to)?);
    if from == to {
        bail!("--from and --to are the same database");
    }
    if let Location::Sqlite(path) = &from
        && !path.exists()
    {
        bail!("there is no file {}", path.display());
    }
    let (source, target) = (open(&from, handlers).await?, open(&to, handlers).await?);
    if let Some(unfinished) = source.unfinished_copy().await? {
        bail!("{from} is itself an unfinished copy, of {unfinished}");
    }
    let how = CopyOptions { source: from.to_string(), restart: options.restart, now: now() };
    let mut progress = Progress::new();
    let mut part = None;
    let mut tables = windlass_vault::TABLES.to_vec();
    tables.push(windlass_projections::seal::ROOTS_TABLE);
    for feed in handlers.feeds() {
        tables.extend(feed.tables().iter().map(|table| CopiedTable::new(table.name, table.key)));
        windlass_store::make_tables(&target, feed.tables(), feed.schema(target.dialect()))
            .await
            .with_context(|| format!("the tables of {} in {to}", feed.name()))?;
    }
    let copied = windlass_store::copy(&source, &target, &tables, &how, |step| {
        if part != Some((step.verifying, step.table)) {
            part = Some((step.verifying, step.table));
            progress = Progress::new();
        }
        let verb = if step.verifying { "verifying" } else { "copying" };
        progress.tell(&format!("{verb} {}", step.table), step.done, step.total);
    });
    let copied = copied.await.with_context(|| format!("{from} cannot be copied to {to}"))?;
    source.close().await;
    target.close().await;
    let mut lines = vec![format!("{to} is the same as {from}, table by table (rows, SHA-256):")];
    for TableDigest { table, rows, digest } in &copied.tables {
        lines.push(format!("  {table:<22} {rows:>10}  {digest}"));
    }
    if !copied.left_behind.is_empty() {
        lines.push(format!(
            "Left behind, since they are no tables of this anchor: {}",
            copied.left_behind.join(", ")
        ));
    }
    lines.push("Now set DATABASE_URL and start. The vault needs the same master key as before.".to_owned());
    say(&lines.join("\n"))
}

fn location(option: &str, url: &str) -> Result<Location> {
    Location::parse(url).with_context(|| format!("{option}: '{url}'"))
}

async fn open(location: &Location, handlers: &Handlers) -> Result<Database> {
    let database = Database::open(location, handlers.inline.clone()).await;
    let database = database.with_context(|| format!("the database {location} cannot be used"))?;
    Subscriptions::open(database.clone())
        .await
        .with_context(|| format!("the subscriptions in {location}"))?;
    Roots::open(database.clone()).await.with_context(|| format!("the signed roots in {location}"))?;
    windlass_vault::establish(&database).await.with_context(|| format!("the vault in {location}"))?;
    Ok(database)
}
