//! SEP-10: proof that somebody controls an account, exchanged for a token.

mod challenge;
mod counter;
mod token;

pub(crate) use challenge::challenge;
pub(crate) use counter::ChallengeCounter;
pub(crate) use token::token;
