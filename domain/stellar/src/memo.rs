//! A transaction's memo.

use std::fmt;

use serde::{Deserialize, Serialize};
use stellar_xdr as xdr;

const SUBSTITUTE: char = '\u{1a}';

/// Why a memo of that type cannot have that value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemoError {
    /// Not one of the types.
    #[error("'{0}' is not a memo type: text, id, hash or return is needed")]
    Type(String),
    /// Longer than 28 bytes.
    #[error("a text memo has at most 28 bytes, this one has {0}")]
    TextTooLong(usize),
    /// A zero byte, which databases do not take.
    #[error("a text memo cannot contain a zero byte")]
    TextWithZero,
    /// Not a number from 0 to 2^64-1, or written with a sign, spaces or leading zeros.
    #[error("an id memo is a whole number from 0 to 18446744073709551615")]
    Id,
    /// Not base64 of 32 bytes.
    #[error("a hash memo is the base64 of 32 bytes")]
    Hash,
}

/// A transaction's memo. In JSON `{"type": "id", "value": "7"}`; hashes in base64, as the SEPs write them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Memo {
    /// No memo.
    #[default]
    None,
    /// At most 28 bytes of UTF-8.
    Text(String),
    /// An unsigned 64-bit number.
    Id(u64),
    /// 32 bytes.
    Hash([u8; 32]),
    /// 32 bytes that name the transaction which is refunded.
    Return([u8; 32]),
}

impl Memo {
    /// From a type (`text`, `id`, `hash`, `return`, `none`) and a value, as SEP-6 and SEP-24 carry them (SEP24-018).
    ///
    /// # Errors
    /// [`MemoError`] says what a value of that type looks like.
    pub fn parse(kind: &str, value: &str) -> Result<Self, MemoError> {
        match kind {
            "none" => Ok(Self::None),
            "text" if value.len() > 28 => Err(MemoError::TextTooLong(value.len())),
            "text" if value.contains('\0') => Err(MemoError::TextWithZero),
            "text" => Ok(Self::Text(value.to_owned())),
            "id" => parse_id(value).map(Self::Id),
            "hash" => parse_hash(value).map(Self::Hash),
            "return" => parse_hash(value).map(Self::Return),
            other => Err(MemoError::Type(other.chars().take(20).collect())),
        }
    }

    /// The SEPs' name of its type; `None` for no memo.
    pub fn kind(&self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Text(_) => Some("text"),
            Self::Id(_) => Some("id"),
            Self::Hash(_) => Some("hash"),
            Self::Return(_) => Some("return"),
        }
    }

    /// Its value as the SEPs write it; `None` for no memo.
    pub fn value(&self) -> Option<String> {
        use base64::{Engine, engine::general_purpose::STANDARD};
        match self {
            Self::None => None,
            Self::Text(text) => Some(text.clone()),
            Self::Id(id) => Some(id.to_string()),
            Self::Hash(bytes) | Self::Return(bytes) => Some(STANDARD.encode(bytes)),
        }
    }

    /// As XDR.
    pub fn to_xdr(&self) -> xdr::Memo {
        match self {
            Self::None => xdr::Memo::None,
            // The constructor and the parser keep text within 28 bytes.
            Self::Text(text) => text.parse().map_or(xdr::Memo::None, xdr::Memo::Text),
            Self::Id(id) => xdr::Memo::Id(*id),
            Self::Hash(bytes) => xdr::Memo::Hash(xdr::Hash(*bytes)),
            Self::Return(bytes) => xdr::Memo::Return(xdr::Hash(*bytes)),
        }
    }

    /// A text memo as the ledger has it: at most 28 bytes, of which not all may be UTF-8.
    ///
    /// What is not, and zero bytes, become U+001A (substitute): the text can then match no memo of ours, and never
    /// grows beyond what [`Memo::parse`] takes.
    pub fn from_text_bytes(bytes: &[u8]) -> Self {
        let mut text = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            text.extend(chunk.valid().chars().map(|c| if c == '\0' { SUBSTITUTE } else { c }));
            if !chunk.invalid().is_empty() {
                text.push(SUBSTITUTE);
            }
        }
        Self::Text(text)
    }

    /// From XDR; text as by [`Memo::from_text_bytes`].
    pub fn from_xdr(memo: &xdr::Memo) -> Self {
        match memo {
            xdr::Memo::None => Self::None,
            xdr::Memo::Text(text) => Self::from_text_bytes(text.as_slice()),
            xdr::Memo::Id(id) => Self::Id(*id),
            xdr::Memo::Hash(hash) => Self::Hash(hash.0),
            xdr::Memo::Return(hash) => Self::Return(hash.0),
        }
    }
}

impl fmt::Display for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind(), self.value()) {
            (Some(kind), Some(value)) => write!(f, "{kind}:{value}"),
            _ => f.write_str("none"),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

impl From<Memo> for Written {
    fn from(memo: Memo) -> Self {
        Self { kind: memo.kind().unwrap_or("none").to_owned(), value: memo.value() }
    }
}

impl TryFrom<Written> for Memo {
    type Error = MemoError;

    fn try_from(written: Written) -> Result<Self, MemoError> {
        Self::parse(&written.kind, written.value.as_deref().unwrap_or_default())
    }
}

/// Strict: a `u64`, no sign, no spaces, no leading zeros (SEP10-T09).
fn parse_id(value: &str) -> Result<u64, MemoError> {
    let plain = value.bytes().all(|b| b.is_ascii_digit()) && (value == "0" || !value.starts_with('0'));
    if plain { value.parse().map_err(|_| MemoError::Id) } else { Err(MemoError::Id) }
}

fn parse_hash(value: &str) -> Result<[u8; 32], MemoError> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let bytes = STANDARD.decode(value).map_err(|_| MemoError::Hash)?;
    bytes.try_into().map_err(|_| MemoError::Hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memos_keep_their_text_json_and_xdr() {
        let memos = [
            Memo::None,
            Memo::Text("ref 7".into()),
            Memo::Id(u64::MAX),
            Memo::Hash([1; 32]),
            Memo::Return([2; 32]),
        ];
        for memo in memos {
            assert_eq!(Memo::from_xdr(&memo.to_xdr()), memo);
            let written = Written::from(memo.clone());
            assert_eq!(Memo::try_from(written).unwrap(), memo);
        }
    }

    #[test]
    fn text_that_anybody_put_on_the_ledger_can_be_kept_and_read_again() {
        let outside: [&[u8]; 4] = [b"plain", &[0xff; 28], b"nul\0byte", "réf é".as_bytes().split_at(2).0];
        for bytes in outside {
            let memo = Memo::from_xdr(&xdr::Memo::Text(bytes.try_into().unwrap()));
            assert_eq!(Memo::try_from(Written::from(memo.clone())), Ok(memo.clone()));
            let text = memo.value().unwrap();
            assert_eq!(text == "plain", bytes == b"plain");
            assert!(!text.contains('\0') && text.len() <= 28);
        }
        assert_eq!(Memo::parse("text", "a\0"), Err(MemoError::TextWithZero));
    }

    /// SEP10-T09
    #[test]
    fn an_id_is_a_plain_unsigned_number() {
        for value in ["", "-1", "+1", " 1", "01", "1.0", "18446744073709551616", "0x1"] {
            assert_eq!(Memo::parse("id", value), Err(MemoError::Id), "{value}");
        }
        assert_eq!(Memo::parse("id", "9223372036854775808").unwrap(), Memo::Id(1 << 63));
        assert_eq!(Memo::parse("text", &"é".repeat(15)), Err(MemoError::TextTooLong(30)));
        assert_eq!(Memo::parse("hash", "AAAA"), Err(MemoError::Hash));
        assert!(matches!(Memo::parse("number", "1"), Err(MemoError::Type(_))));
    }
}
