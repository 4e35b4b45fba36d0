//! An append as one statement: a common table expression for each of its parts. Which parts there are is all that
//! differs from one append to the next, so the few texts that occur are prepared once.

use crate::Dialect;
use crate::sql::part::{Part, Parts};
use crate::sql::projected::{Builds, Projected};

/// `{p}` is the parameter with the part's entries; `{then}` a condition that lets another part go first.
const CANCEL_TASKS: &str = "DELETE FROM tasks WHERE id IN (
    SELECT t.id FROM json_array_elements({p}::json) AS c (value)
    JOIN tasks AS t ON t.key = c.value ->> 1 AND t.kind = c.value ->> 0
    WHERE t.leased_until IS NULL)";

const INSERT_COMMANDS: &str = "INSERT INTO commands (key, fingerprint, outcome, recorded_at)
    SELECT value ->> 0, decode(value ->> 1, 'hex'), value ->> 2, windlass_now() FROM json_array_elements({p}::json)";

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
const INSERT_EVENTS: &str = "INSERT INTO events
    (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, recorded_at)
    SELECT e.value ->> 0, e.value ->> 1, (e.value ->> 3)::bigint, e.value ->> 4, e.value ->> 5,
           (e.value ->> 6)::json, (e.value ->> 7)::json, (SELECT at FROM moment)
    FROM json_array_elements({p}::json) WITH ORDINALITY AS e (value, number)
    WHERE (e.value ->> 2)::bigint = 0 OR (
        SELECT p.sequence FROM events AS p
        WHERE p.aggregate_type = e.value ->> 0 AND p.aggregate_id = e.value ->> 1
          AND p.sequence = (e.value ->> 2)::bigint) IS NOT NULL
    ORDER BY e.number";

const RELEASE: &str = "DELETE FROM reservations WHERE (kind, key) IN (
    SELECT value ->> 0, value ->> 1 FROM json_array_elements({p}::json))";

const RESERVE: &str = "INSERT INTO reservations (kind, key, owner, expires_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, (value ->> 3)::bigint FROM json_array_elements({p}::json){then}";

const INSERT_TASKS: &str = "INSERT INTO tasks (kind, key, sequence, payload, due_at)
    SELECT value ->> 0, value ->> 1, (value ->> 2)::bigint, value ->> 3, (value ->> 4)::bigint
    FROM json_array_elements({p}::json){then}";

/// The statement for these parts. Its parameters are the entries of each part in their order, the epoch that is known, and
/// how many rows each exact part must write. It returns one row: the time, the transaction, and the positions of the
/// events in their order. None for a projection that does not exist.
pub(super) fn statement(parts: &Parts, projected: &Projected, builds: &Builds) -> Option<String> {
    let mut ctes = vec!["moment AS MATERIALIZED (SELECT windlass_now() AS at)".to_owned()];
    let epoch = parts.iter().count() + 1;
    let mut conditions = vec![format!("windlass_guard(${epoch})")];
    for (index, (part, _)) in parts.iter().enumerate() {
        let parameter = format!("${}", index + 1);
        let name = name(part);
        let sql = match part {
            Part::Rows { projection, into_build } => builds
                .upsert(&projected.list, projection, into_build, Dialect::Postgres)?
                .replace("$1", &parameter),
            part => fragment(part).replace("{p}", &parameter).replace("{then}", &condition(part, parts)),
        };
        let returning = if part == Part::InsertEvents { "position, tx" } else { "1" };
        ctes.push(format!("{name} AS ({sql} RETURNING {returning})"));
        if part.is_exact() {
            let expected = epoch + conditions.len();
            conditions
                .push(format!("windlass_expect((SELECT count(*) FROM {name}), ${expected}, '{name}')"));
        }
    }
    let events = if parts.has(Part::InsertEvents) {
        "(SELECT max(tx) FROM insert_events), (SELECT array_agg(position ORDER BY position) FROM insert_events)"
    } else {
        "0::bigint, '{}'::bigint[]"
    };
    let (ctes, conditions) = (ctes.join(",\n"), conditions.join(" AND "));
    Some(format!("WITH {ctes}\nSELECT at, {events} FROM moment WHERE {conditions}"))
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
        Part::InsertEvents => INSERT_EVENTS,
        Part::Release => RELEASE,
        Part::Reserve => RESERVE,
        Part::InsertTasks => INSERT_TASKS,
        Part::Rows { .. } => "",
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
