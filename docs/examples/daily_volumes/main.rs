//! An anchor with two event handlers of its own: a feed that keeps daily volumes for each asset, and an effect that tells
//! a chat of every transfer that was completed. `docs/event-handlers.md` goes through it.

mod chat;
mod volumes;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

fn main() -> ExitCode {
    let anchor = windlass::Builder::new().feed(volumes::DailyVolumes);
    // The operator says where the chat is: CHAT_WEBHOOK_URL=https://chat.example/hooks/…
    match std::env::var(chat::URL) {
        Ok(url) => anchor.effect(chat::Chat::at(url)).run(),
        Err(_) => anchor.run(),
    }
}
