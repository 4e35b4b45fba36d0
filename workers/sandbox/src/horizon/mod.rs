//! Horizon's face of the network: the requests and answers that Stellar SDKs know.
//!
//! `handlers` answer requests, `resources` write the JSON of one thing each. What the network
//! does not have (effects, offers, trades, assets, claimable balances) answers 404.

mod faulty;
mod handlers;
mod listing;
mod paging;
mod problem;
mod resources;
mod router;
mod stream;

use problem::Problem;
