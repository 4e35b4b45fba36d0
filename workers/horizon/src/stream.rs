//! Server-sent events: waiting for the next record. Whatever is odd about a stream ends it, and the page is read instead.

use std::future::pending;

use reqwest::{Method, Response, header};
use serde::de::IgnoredAny;
use tokio::time::{Instant, timeout_at};
use windlass_domain::ports::{Cursor, LedgerError};
use windlass_stellar::AccountId;

use crate::{
    Horizon,
    http::{Failure, complete, failure},
};

/// The longest line that is read, in bytes.
const MAX_LINE: usize = 2 * 1024 * 1024;

impl Horizon {
    /// Returns when a payment record after `cursor` is announced, the stream ends, or `deadline` is over.
    pub(crate) async fn wait_for_payment(
        &self,
        account: AccountId,
        cursor: Option<&Cursor>,
        deadline: Instant,
    ) -> Result<(), LedgerError> {
        let mut query = vec![("order", "asc"), ("limit", "1")];
        query.extend(cursor.map(|cursor| ("cursor", cursor.0.as_str())));
        let request = self
            .http
            .request(Method::GET, &format!("accounts/{account}/payments"))
            .query(&query)
            .header(header::ACCEPT, "text/event-stream");
        let listening = async {
            let response = match request.send().await.map_err(failure) {
                Ok(response) => response,
                Err(Failure::Connect(why)) => return Err(LedgerError::Unavailable(why)),
                Err(_) => return Ok(()),
            };
            if response.status().is_success() {
                listen(response).await;
            } else if complete(response).await?.find::<IgnoredAny>()?.is_none() {
                // There is no such account yet.
                pending().await
            }
            Ok(())
        };
        timeout_at(deadline, listening).await.unwrap_or(Ok(()))
    }
}

/// Returns at the first record, or at the end.
async fn listen(mut response: Response) {
    let mut lines = Lines::default();
    while let Ok(Some(chunk)) = response.chunk().await {
        if lines.push(&chunk) != Heard::Nothing {
            return;
        }
    }
}

/// What a piece of the stream says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    /// Greetings, comments, or part of a line.
    Nothing,
    /// There is a record.
    Record,
    /// A line that is longer than any record's.
    TooLong,
}

/// The stream's lines, put together from its pieces.
#[derive(Debug, Default)]
struct Lines {
    unfinished: Vec<u8>,
}

impl Lines {
    fn push(&mut self, chunk: &[u8]) -> Heard {
        let mut pieces = chunk.split(|byte| *byte == b'\n');
        let last = pieces.next_back().unwrap_or_default();
        for piece in pieces {
            self.unfinished.extend_from_slice(piece);
            let record = is_record(&self.unfinished);
            self.unfinished.clear();
            if record {
                return Heard::Record;
            }
        }
        self.unfinished.extend_from_slice(last);
        if self.unfinished.len() > MAX_LINE { Heard::TooLong } else { Heard::Nothing }
    }
}

/// A record is an object; `"hello"` and `"byebye"`, with which Horizon opens and closes a stream, are none.
fn is_record(line: &[u8]) -> bool {
    line.strip_prefix(b"data:").is_some_and(|data| data.trim_ascii_start().starts_with(b"{"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREETING: &[u8] = b"retry: 1000\nevent: open\ndata: \"hello\"\n\n: a comment\r\nid: 7\n";

    #[test]
    fn greetings_comments_and_ids_are_no_records() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(GREETING), Heard::Nothing);
        assert_eq!(lines.push(b"event: close\ndata: \"byebye\"\n\n"), Heard::Nothing);
    }

    #[test]
    fn a_record_is_heard_however_the_stream_is_cut_into_pieces() {
        let stream = [GREETING, b"data: {\"id\": \"7\"}\r\n\r\n"].concat();
        for size in 1..stream.len() {
            let mut lines = Lines::default();
            assert!(stream.chunks(size).any(|piece| lines.push(piece) == Heard::Record), "{size}");
        }
    }

    #[test]
    fn half_a_record_is_none() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(b"data: {\"id\": \"7\""), Heard::Nothing);
    }

    #[test]
    fn a_line_without_end_is_not_kept_for_ever() {
        let mut lines = Lines::default();
        let piece = vec![b'x'; MAX_LINE];
        assert_eq!(lines.push(&piece), Heard::Nothing);
        assert_eq!(lines.push(b"x"), Heard::TooLong);
    }
}
