//! `windlass erase`: a person's data is made unreadable for good.

use std::{
    collections::BTreeSet,
    fmt::Display,
    io::{IsTerminal, Write},
};

use anyhow::{Context as _, Result, bail};
use windlass_commands::{Context, Person};
use windlass_domain::Actor;

use crate::{anchor::Anchor, cli::Erase, config::Config, handlers::Handlers, report::say};

/// Finds the person, asks, and erases.
///
/// # Errors
/// Where nobody is known by that name, it was not confirmed, or something failed: then it can be done again.
pub async fn run(config: Config, handlers: &Handlers, options: &Erase) -> Result<()> {
    let anchor = Anchor::open(config, handlers).await?;
    let person = anchor.commands().find_person(&options.customer).await?;
    say(&described(&person))?;
    if !options.yes {
        confirm()?;
    }
    let context = Context::of(Actor::system("erase"));
    let done = anchor.commands().erase(&person, &options.reason, &context).await?;
    anchor.close().await;
    let (keys, values) = (done.erased.keys, done.erased.values);
    say(&match (done.recorded, keys) {
        (false, 0) => "They were erased before, and nothing has been sealed for them since.".to_owned(),
        (true, 0) => "Erased: the log says so. Nothing had been sealed for them.".to_owned(),
        _ => format!(
            "Erased: {keys} keys and the {values} values that they had sealed. The log says so (aggregate customer).\n\
            A backup that was made before still holds the sealed keys: whoever has it and the master key can read them, \
            until it is deleted or the master key of its time is. docs/backup-and-move.md says more."
        ),
    })
}

fn described(person: &Person) -> String {
    let mut lines = vec![
        format!("To be erased: {}", list(&person.names)),
        format!(
            "  {} transfers and {} payments that came in for them",
            person.transfers.len(),
            person.payments.len()
        ),
    ];
    if !person.open.is_empty() {
        lines.push(format!(
            "  {} of the transfers have not ended, and may need what is erased: {}",
            person.open.len(),
            list(&person.open)
        ));
    }
    lines.join("\n")
}

fn list(names: &BTreeSet<impl Display>) -> String {
    const SHOWN: usize = 10;
    let mut shown: Vec<_> = names.iter().take(SHOWN).map(ToString::to_string).collect();
    if names.len() > SHOWN {
        shown.push(format!("and {} more", names.len() - SHOWN));
    }
    shown.join(", ")
}

fn confirm() -> Result<()> {
    if !std::io::stdin().is_terminal() {
        bail!("nothing was erased: nobody can be asked here, so --yes is needed");
    }
    let mut out = std::io::stderr().lock();
    write!(out, "This cannot be undone. Type 'erase' to go on: ")
        .context("standard error cannot be written")?;
    out.flush().context("standard error cannot be written")?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("standard input cannot be read")?;
    if answer.trim() != "erase" {
        bail!("nothing was erased");
    }
    Ok(())
}
