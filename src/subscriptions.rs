//! `subscriptions`: how far each event handler has come, and what an operator does with one.

mod report;

use anyhow::{Result, bail, ensure};
use windlass_domain::ports::Clock;
use windlass_store::{Database, Start, SubscriptionKind, Subscriptions, Table};
use windlass_workers::Handler;

use self::report::Report;
use crate::{
    cli::{self, Operate},
    handlers::Handlers,
    system::SystemClock,
};

/// Does what was asked, and says what came of it.
///
/// # Errors
/// Where there is no handler of that name, or the database cannot be used.
pub(crate) async fn run(
    database: &Database,
    handlers: &Handlers,
    options: cli::Subscriptions,
) -> Result<String> {
    let subscriptions = Subscriptions::open(database.clone()).await?;
    let now = SystemClock.now();
    Ok(match options.command {
        None => {
            let report = Report::of(&subscriptions, handlers, now).await?;
            if options.json { report.json() } else { report.text() }
        }
        Some(Operate::Pause { name }) => {
            subscriptions.pause(&name, true, now).await?;
            format!("{name} is paused")
        }
        Some(Operate::Resume { name }) => {
            subscriptions.pause(&name, false, now).await?;
            format!("{name} goes on")
        }
        Some(Operate::Retry { name }) => {
            subscriptions.retry(&name, now).await?;
            format!("{name} is tried again")
        }
        Some(Operate::Skip { name, reason }) => {
            ensure!(!reason.trim().is_empty(), "a skip needs its reason");
            refuse_evidence(handlers, &name)?;
            let skip = subscriptions.skip(&name, reason.trim(), &operator(), now).await?;
            format!("{name} leaves out event {} of {} at {}", skip.sequence, skip.stream, skip.at)
        }
        Some(Operate::Reset { name, from }) => {
            refuse_evidence(handlers, &name)?;
            let tables = tables(&subscriptions, handlers, &name).await?;
            subscriptions.reset(&name, from, tables, now).await?;
            match from {
                Start::Beginning => format!("{name} begins anew with the first event"),
                Start::Now => format!("{name} begins anew with what comes from now on"),
                Start::At(time) => format!("{name} begins anew with what was recorded at {time} or later"),
                Start::After(at) => format!("{name} begins anew after {at}"),
            }
        }
    })
}

/// What says how the log was may not be made to say something else.
fn refuse_evidence(handlers: &Handlers, name: &str) -> Result<()> {
    ensure!(
        handlers.subscription(name).is_none_or(Handler::can_be_rebuilt),
        "{name} says what the log was when it was read first: it cannot begin anew, and leaves nothing out. `windlass audit \
         verify` compares the two"
    );
    Ok(())
}

/// What has to be emptied when the subscription of that name begins anew.
async fn tables(subscriptions: &Subscriptions, handlers: &Handlers, name: &str) -> Result<&'static [Table]> {
    // An unknown name is refused by whoever changes it.
    let Some(row) = subscriptions.find(name).await? else { return Ok(&[]) };
    match (row.kind, handlers.subscription(name)) {
        (SubscriptionKind::Effect, _) => Ok(&[]),
        (SubscriptionKind::Build, _) => bail!("{name} is a build: begin it anew with `windlass replay`"),
        (SubscriptionKind::Feed, Some(handler)) if handler.version() == row.version => Ok(handler.tables()),
        (SubscriptionKind::Feed, Some(_)) => {
            bail!(
                "the rows of {name} are of another version than this program's: use `windlass replay {name}`"
            )
        }
        (SubscriptionKind::Feed, None) => {
            bail!(
                "this program has no feed {name}, and so cannot empty its tables: use the program that has it"
            )
        }
    }
}

/// Who decides, as the system knows them.
fn operator() -> String {
    ["USER", "LOGNAME"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "an operator".to_owned())
}
