//! An append as one statement: a common table expression for each of its parts. Which parts there are is all that
//! differs from one append to the next, so the few texts that occur are prepared once.

use crate::Dialect;
use crate::sql::job::AppendJob;
use crate::sql::part::{Part, Parts};
use crate::sql::projected::{Builds, Projected};
use crate::statement::Statement;

/// `{p}` is the parameter with the part's entries; `{then}` a condition that lets another part go first.
const CANCEL_TASKS: &str = "DELETE FROM tasks WHERE id IN (
    SELECT t.id FROM json_array_elements({p}::json) AS c (value)
    JOIN tasks AS t ON t.key = c.value ->> 1 AND t.kind = c.value ->> 0
    WHERE t.leased_until IS NULL)";

const INSERT_COMMANDS: &str = "INSERT INTO commands (key, fingerprint, outcome, recorded_at)
    SELECT value ->> 0, decode(value ->> 1, 'hex'), value ->> 2, {now} FROM json_array_elements({p}::json)";

const FINISH_TASKS: &str = "DELETE FROM tasks WHERE id IN (
    SELECT t.id FROM json_array_elements({p}::json) AS s (value)
    JOIN tasks AS t ON t.id = (s.value ->> 0)::bigint AND t.generation = (s.value ->> 1)::bigint
    WHERE t.leased_until IS NOT NULL)";

const RESCHEDULE_TASKS: &str = "UPDATE tasks SET
    due_at = (s.value ->> 2)::bigint,
    attempts = CASE WHEN (s.value ->> 3)::boolean THEN 0 ELSE attempts END,
    lease_owner = NULL, leased_until = NULL, running_key = NULL, last_error = NULL
    FROM json_array_elements({p}::json) AS s (value)
    WHERE tasks.id = (s.value ->> 0)::bigint AND tasks.generation = (s.value ->> 1)::bigint
      AND tasks.leased_until IS NOT NULL";

const INSERT_CURSORS: &str = "INSERT INTO cursors (name, value)
    SELECT value ->> 0, value ->> 1 FROM json_array_elements({p}::json)";

const MOVE_CURSORS: &str = "UPDATE cursors SET value = m.value ->> 2
    FROM json_array_elements({p}::json) AS m (value)
    WHERE cursors.name = m.value ->> 0 AND cursors.value = m.value ->> 1";

/// Leaves out streams whose expected version the log does not have: their insertion would leave a gap. That rows are
/// missing is noticed. The look-up stands in a scalar subquery because that is never turned into a walk through the table.
/// Arrays rather than JSON: payloads are long, and would be read once more for each member. Positions are handed out in
/// the arrays' order, since nothing sorts or joins them.
const INSERT_EVENTS: &str = "INSERT INTO events
    (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, recorded_at)
    SELECT e.type, e.id, e.sequence, e.event_type, e.event_version, e.payload::json, e.metadata::json, {now}
    FROM unnest({e}) AS e (type, id, expected, sequence, event_type, event_version, payload, metadata)
    WHERE e.expected = 0 OR (
        SELECT p.sequence FROM events AS p
        WHERE p.aggregate_type = e.type AND p.aggregate_id = e.id AND p.sequence = e.expected) IS NOT NULL";

/// The moment of the statement, the same wherever it stands in it.
const NOW: &str = "(extract(epoch FROM statement_timestamp()) * 1000000)::bigint";

/// The arrays that stand for `{e}`, in their order.
const EVENT_ARRAYS: [&str; 8] =
    ["text[]", "text[]", "bigint[]", "bigint[]", "text[]", "text[]", "text[]", "text[]"];

const RELEASE: &str = "DELETE FROM reservations WHERE (kind, key) IN (
    SELECT value ->> 0, value ->> 1 FROM json_array_elements({p}::json))";

const RESERVE: &str = "INSERT INTO reservations (kind, key, owner, expires_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, (value ->> 3)::bigint FROM json_array_elements({p}::json){then}";

const INSERT_TASKS: &str = "INSERT INTO tasks (kind, key, sequence, payload, due_at)
    SELECT value ->> 0, value ->> 1, (value ->> 2)::bigint, value ->> 3, (value ->> 4)::bigint
    FROM json_array_elements({p}::json){then}";

/// The statement for these parts of `jobs`. It returns one row: the time, the transaction, and the positions of the events
/// in their order. None for a projection that does not exist.
///
/// Its parameters are those of each part in their order, the epoch that is known, and how many rows the counted parts must
/// write together: none can write more than its own.
pub(super) fn statement(
    jobs: &[&AppendJob],
    parts: &Parts,
    projected: &Projected,
    builds: &Builds,
) -> Option<Statement> {
    let text = text(parts, projected, builds)?;
    let mut statement = Statement::composed(text);
    for (part, entries) in parts.iter() {
        statement = match part {
            Part::InsertEvents => with_events(statement, jobs),
            _ => statement.text(entries.json()),
        };
    }
    let expected: usize =
        parts.iter().filter(|(part, _)| is_counted(*part)).map(|(_, entries)| entries.count).sum();
    Some(statement.integer(builds.epoch).integer(expected as i64))
}

/// Whether the part may find less than it takes for granted, without violating a constraint.
fn is_counted(part: Part) -> bool {
    matches!(part, Part::InsertEvents | Part::FinishTasks | Part::RescheduleTasks | Part::MoveCursors)
}

fn text(parts: &Parts, projected: &Projected, builds: &Builds) -> Option<String> {
    let (mut ctes, mut counts, mut last) = (vec![], vec!["0".to_owned()], 0);
    let mut next = || {
        last += 1;
        format!("${last}")
    };
    for (part, _) in parts.iter() {
        let name = name(part);
        let sql = match part {
            Part::InsertEvents => {
                let arrays: Vec<_> = EVENT_ARRAYS.iter().map(|kind| format!("{}::{kind}", next())).collect();
                INSERT_EVENTS.replace("{e}", &arrays.join(", "))
            }
            Part::Rows { projection, into_build } => builds
                .upsert(&projected.list, projection, into_build, Dialect::Postgres)?
                .replace("$1", &next()),
            part => fragment(part).replace("{p}", &next()).replace("{then}", &condition(part, parts)),
        };
        ctes.push(format!("{name} AS ({sql}{})", returning(part)));
        if is_counted(part) {
            counts.push(match part {
                Part::InsertEvents => "coalesce(cardinality(e.positions), 0)".to_owned(),
                _ => format!("(SELECT count(*) FROM {name})"),
            });
        }
    }
    let events = match parts.has(Part::InsertEvents) {
        true => "(SELECT array_agg(position) AS positions FROM insert_events) AS e",
        false => "(SELECT '{}'::bigint[] AS positions) AS e",
    };
    let with = if ctes.is_empty() { String::new() } else { format!("WITH {}\n", ctes.join(",\n")) };
    let text = format!(
        "{with}SELECT {{now}}, pg_current_xact_id()::text::bigint + windlass_tx_offset(), e.positions \
         FROM {events} WHERE windlass_guard({}, {}, {})",
        next(),
        counts.join(" + "),
        next()
    );
    Some(text.replace("{now}", NOW))
}

fn with_events(statement: Statement, jobs: &[&AppendJob]) -> Statement {
    let (mut types, mut ids, mut expected, mut sequences) = (vec![], vec![], vec![], vec![]);
    let (mut event_types, mut versions, mut payloads, mut metadata) = (vec![], vec![], vec![], vec![]);
    for change in jobs.iter().flat_map(|job| job.append.changes()) {
        let version = change.history.len() as i64;
        for (sequence, event) in (version + 1..).zip(&change.events) {
            types.push(change.stream.aggregate_type.to_string());
            ids.push(change.stream.aggregate_id.clone());
            expected.push(version);
            sequences.push(sequence);
            event_types.push(event.event_type.clone());
            versions.push(event.event_version.clone());
            payloads.push(event.payload.clone());
            metadata.push(event.metadata.clone());
        }
    }
    statement
        .texts(types)
        .texts(ids)
        .integers(expected)
        .integers(sequences)
        .texts(event_types)
        .texts(versions)
        .texts(payloads)
        .texts(metadata)
}

/// What is returned of what the part wrote: only what is counted, or what somebody wants.
fn returning(part: Part) -> &'static str {
    match part {
        Part::InsertEvents => " RETURNING position",
        Part::CancelTasks | Part::Release => " RETURNING 1",
        part if is_counted(part) => " RETURNING 1",
        _ => "",
    }
}

/// What the part is called within the statement.
pub(super) fn name(part: Part) -> String {
    match part {
        Part::CancelTasks => "cancel_tasks".to_owned(),
        Part::InsertCommands => "insert_commands".to_owned(),
        Part::FinishTasks => "finish_tasks".to_owned(),
        Part::RescheduleTasks => "reschedule_tasks".to_owned(),
        Part::InsertCursors => "insert_cursors".to_owned(),
        Part::MoveCursors => "move_cursors".to_owned(),
        Part::InsertEvents => "insert_events".to_owned(),
        Part::Release => "release_names".to_owned(),
        Part::Reserve => "reserve_names".to_owned(),
        Part::InsertTasks => "insert_tasks".to_owned(),
        Part::Rows { projection, into_build: false } => format!("rows_{projection}"),
        Part::Rows { projection, into_build: true } => format!("rows_{projection}_build"),
    }
}

fn fragment(part: Part) -> &'static str {
    match part {
        Part::CancelTasks => CANCEL_TASKS,
        Part::InsertCommands => INSERT_COMMANDS,
        Part::FinishTasks => FINISH_TASKS,
        Part::RescheduleTasks => RESCHEDULE_TASKS,
        Part::InsertCursors => INSERT_CURSORS,
        Part::MoveCursors => MOVE_CURSORS,
        Part::Release => RELEASE,
        Part::Reserve => RESERVE,
        Part::InsertTasks => INSERT_TASKS,
        Part::InsertEvents | Part::Rows { .. } => "",
    }
}

/// The parts of one statement run in no certain order, but one that is counted has run: what is taken away goes first.
fn condition(part: Part, parts: &Parts) -> String {
    let first: &[Part] = match part {
        Part::Reserve => &[Part::Release],
        Part::InsertTasks => &[Part::CancelTasks, Part::FinishTasks],
        _ => &[],
    };
    let counted = |part: &Part| format!("(SELECT count(*) FROM {}) >= 0", name(*part));
    let counted: Vec<_> = first.iter().filter(|part| parts.has(**part)).map(counted).collect();
    if counted.is_empty() { String::new() } else { format!(" WHERE {}", counted.join(" AND ")) }
}
