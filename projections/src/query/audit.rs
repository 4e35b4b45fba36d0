//! What an auditor asks: the timeline of a transfer in words, and the log page by page. Read from the log itself, never
//! from a projection: a projection says only which transfers an asset or an account has.

mod belonging;
mod csv;
mod event;
mod filter;
mod log_entry;
mod moment;
mod order;
mod reader;
mod references;
mod state;
mod text;
mod timeline;
mod words;

pub use csv::{CSV_HEADER, csv_line};
pub use filter::{AssetFilter, LogFilter};
pub use log_entry::LogEntry;
pub use moment::{Moment, ParseMomentError};
pub use reader::{LogPage, LogReader};
pub use references::{LedgerReference, RailReference};
pub use state::TransferState;
pub use timeline::{Timeline, TimelineEntry};
