//! Events as CSV (RFC 4180), safe to be opened in a spreadsheet.

use super::{LogEntry, words};

/// The names of the columns, as the first line.
pub const CSV_HEADER: &str = "position,aggregate_type,aggregate_id,sequence,event_type,event_version,recorded_at,occurred_at,who,what,payload,metadata\r\n";

/// What makes a spreadsheet take a cell for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// An event as a line, its end included.
pub fn csv_line(entry: &LogEntry) -> String {
    let sequence = entry.sequence.to_string();
    let recorded_at = words::time(entry.recorded_at);
    let occurred_at = entry.occurred_at.map(words::time).unwrap_or_default();
    let cells = [
        entry.position.as_str(),
        &entry.aggregate_type,
        &entry.aggregate_id,
        &sequence,
        &entry.event_type,
        &entry.event_version,
        &recorded_at,
        &occurred_at,
        entry.who.as_deref().unwrap_or_default(),
        entry.what.as_deref().unwrap_or_default(),
        entry.payload.get(),
        entry.metadata.get(),
    ];
    let cells: Vec<_> = cells.into_iter().map(cell).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell: quoted where it has to be, and with an apostrophe before what a spreadsheet would calculate.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(FORMULA) { "'" } else { "" };
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_rfc_4180_says_so() {
        assert_eq!(cell("plain text"), "plain text");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell(r#"{"a":1}"#), r#""{""a"":1}""#);
        assert_eq!(cell("two\nlines"), "\"two\nlines\"");
    }

    #[test]
    fn no_cell_begins_like_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=\"a\",b"] {
            let cell = cell(text);
            assert!(cell.trim_start_matches('"').starts_with('\''), "{cell}");
        }
        assert_eq!(cell("a=1"), "a=1");
    }
}
