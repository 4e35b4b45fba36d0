//! What people see: plain HTML without scripts, for phones, keyboards and screen readers.

mod error_page;
mod home;
mod interactive;
mod layout;
mod show;
mod status;
mod words;

pub(crate) use error_page::error_page;
pub(crate) use home::home;
pub(crate) use interactive::{open, submit};
pub(crate) use status::status;
