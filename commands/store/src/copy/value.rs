//! A value on its way from one database to the other, and its bytes in a digest.

use sha2::{Digest, Sha256};

use crate::{Row, Statement, StoreError};

/// What a column holds, in either database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Text,
    /// Text; PostgreSQL keeps it as it is in a column of type json.
    Json,
    Blob,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
    Blob(Option<Vec<u8>>),
}

impl Value {
    pub(super) fn read(row: &Row, column: usize, kind: Kind) -> Result<Self, StoreError> {
        Ok(match kind {
            Kind::Integer => Self::Integer(row.get(column)?),
            Kind::Text | Kind::Json => Self::Text(row.get(column)?),
            Kind::Blob => Self::Blob(row.get(column)?),
        })
    }

    pub(super) fn bind(self, statement: Statement) -> Statement {
        match self {
            Self::Integer(value) => statement.integer(value),
            Self::Text(value) => statement.text_or_null(value),
            Self::Blob(value) => statement.blob_or_null(value),
        }
    }

    /// Its kind and its length stand before its bytes, so that no two rows have the same.
    fn digest(&self, digest: &mut Sha256) {
        let mut add = |kind: u8, bytes: &[u8]| {
            digest.update([kind]);
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        };
        match self {
            Self::Integer(None) | Self::Text(None) | Self::Blob(None) => add(0, &[]),
            Self::Integer(Some(number)) => add(1, &number.to_be_bytes()),
            Self::Text(Some(text)) => add(2, text.as_bytes()),
            Self::Blob(Some(bytes)) => add(3, bytes),
        }
    }
}

/// Rows in order, boiled down to one SHA-256.
#[derive(Default)]
pub(super) struct RowsDigest {
    digest: Sha256,
    pub(super) rows: u64,
}

impl RowsDigest {
    pub(super) fn add(&mut self, row: &[Value]) {
        self.rows += 1;
        row.iter().for_each(|value| value.digest(&mut self.digest));
    }

    /// In hexadecimal.
    pub(super) fn finish(self) -> String {
        self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
