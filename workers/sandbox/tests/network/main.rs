//! The network over real HTTP, as a wallet sees it: Horizon's face, the queue behind it, the
//! file under it, and the faults that it can be told to have.

mod accounts;
mod faults;
mod harness;
mod history;
mod queue;
mod restart;
mod stream;
mod submission;
