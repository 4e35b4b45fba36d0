//! Tokens of all kinds, and the SEP-10 session that a request proves with one.

mod session;
mod token;

pub(crate) use session::Session;
pub(crate) use token::{Claims, TokenError, Tokens, Usage};
