//! Tokens of all kinds, and whom a request proves to come from with one.

mod auditor;
mod operator;
mod session;
mod token;

pub(crate) use auditor::Auditor;
pub use operator::{InvalidName, OperatorTokens, Role, UnknownRole};
pub(crate) use session::{Session, bearer};
pub(crate) use token::{Claims, TokenError, Tokens, Usage};
