//! The sandbox bank and its rail, over HTTP on a real socket.

mod conservation;
mod face;
mod faults;
mod logs;
mod odd_answers;
mod opening;
mod payouts;
mod rail;
mod statement;
mod support;
