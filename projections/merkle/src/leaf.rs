//! An event as a leaf of the tree: its stored bytes, put together so that no two events share them.

use sha2::{Digest, Sha256};

use crate::{Hash, hash::LEAF_PREFIX};

/// What every leaf begins with: what this is, and the version of its form.
const PREFIX: &[u8] = b"windlass event v1\n";

/// An event as the log holds it. Its place in the database is left out, since moving the log changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf<'a> {
    /// The kind of stream, such as `transfer`.
    pub aggregate_type: &'a str,
    /// Which stream of that kind.
    pub aggregate_id: &'a str,
    /// The event's number within the stream: 1, 2, 3 and so on.
    pub sequence: u64,
    /// The event's name.
    pub event_type: &'a str,
    /// The version of the payload's shape.
    pub event_version: &'a str,
    /// The stored text, byte for byte.
    pub payload: &'a str,
    /// The stored text, byte for byte.
    pub metadata: &'a str,
    /// When the store wrote it, in microseconds since 1970, UTC.
    pub recorded_at: i64,
}

impl Leaf<'_> {
    /// The leaf's bytes, which [`Leaf::hash`] hashes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![];
        self.write(|part| bytes.extend_from_slice(part));
        bytes
    }

    /// The leaf's hash in the tree.
    pub fn hash(&self) -> Hash {
        let mut hasher = Sha256::new().chain_update([LEAF_PREFIX]);
        self.write(|part| hasher.update(part));
        Hash::from_bytes(hasher.finalize().into())
    }

    /// Texts with their length before them and numbers of a fixed length, so that no field can run into the next.
    fn write(&self, mut put: impl FnMut(&[u8])) {
        put(PREFIX);
        text(&mut put, self.aggregate_type);
        text(&mut put, self.aggregate_id);
        put(&self.sequence.to_be_bytes());
        text(&mut put, self.event_type);
        text(&mut put, self.event_version);
        text(&mut put, self.payload);
        text(&mut put, self.metadata);
        put(&self.recorded_at.to_be_bytes());
    }
}

fn text(put: &mut impl FnMut(&[u8]), text: &str) {
    put(&(text.len() as u64).to_be_bytes());
    put(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAF: Leaf<'_> = Leaf {
        aggregate_type: "transfer",
        aggregate_id: "7",
        sequence: 258,
        event_type: "Completed",
        event_version: "1",
        payload: "{\"é\":1}",
        metadata: "{}",
        recorded_at: -2,
    };

    #[test]
    fn a_leaf_is_its_prefix_and_its_fields_in_order() {
        let expected = b"windlass event v1\n\
            \0\0\0\0\0\0\0\x08transfer\0\0\0\0\0\0\0\x017\0\0\0\0\0\0\x01\x02\
            \0\0\0\0\0\0\0\x09Completed\0\0\0\0\0\0\0\x011\
            \0\0\0\0\0\0\0\x08{\"\xc3\xa9\":1}\0\0\0\0\0\0\0\x02{}\xff\xff\xff\xff\xff\xff\xff\xfe";
        assert_eq!(LEAF.bytes(), expected);
        assert_eq!(LEAF.hash(), Hash::of_leaf(expected));
    }

    #[test]
    fn every_field_is_in_the_leaf_and_none_runs_into_the_next() {
        let others = [
            Leaf { aggregate_type: "transfer7", aggregate_id: "", ..LEAF },
            Leaf { aggregate_id: "8", ..LEAF },
            Leaf { sequence: 257, ..LEAF },
            Leaf { event_type: "Completed1", event_version: "", ..LEAF },
            Leaf { event_version: "2", ..LEAF },
            Leaf { payload: "{\"é\":1}{", metadata: "}", ..LEAF },
            Leaf { metadata: "{ }", ..LEAF },
            Leaf { recorded_at: -3, ..LEAF },
        ];
        for other in others {
            assert_ne!(other.hash(), LEAF.hash(), "{other:?}");
        }
    }
}
