//! The interactive pages: the form, its review, and confirming it.
//!
//! The link's one-time token is exchanged for a session by the first POST, never by a GET: previews and reloads of the
//! link burn nothing (SEP24-T05).

mod cookie;
mod entered;
mod gate;
mod handlers;
mod input;
mod markup;

pub(crate) use handlers::{open, submit};
