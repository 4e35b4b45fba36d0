//! The signed roots as they are stored.

use time::OffsetDateTime;
use windlass_merkle::SignedRoot;
use windlass_stellar::TransactionHash;
use windlass_store::{Database, Dialect, Row, Schema, Statement, StoreError};

use super::{SealError, tree::number};
use crate::view::micros;

macro_rules! columns {
    () => {
        "number, id, log, size, root, previous, signed_at, key, signature, published_by, published_at, confirmed"
    };
}

const LAST: &str = concat!("SELECT ", columns!(), " FROM merkle_roots ORDER BY number DESC LIMIT 1");

const LAST_NUMBER: &str = "SELECT coalesce(max(number), 0) FROM merkle_roots";

/// Parameters: the number before the first, the last number, how many.
const BETWEEN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM merkle_roots WHERE number > $1 AND number <= $2 ORDER BY number LIMIT $3"
);

const OF_AT_MOST: &str =
    concat!("SELECT ", columns!(), " FROM merkle_roots WHERE size <= $1 ORDER BY size DESC LIMIT 1");

const PUBLISHED_LAST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM merkle_roots WHERE published_at IS NOT NULL ORDER BY published_at DESC LIMIT 1"
);

/// The last confirmed one of less than that size.
const CONFIRMED_BEFORE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM merkle_roots WHERE published_at IS NOT NULL AND confirmed = 1 AND size < $1 \
      ORDER BY published_at DESC LIMIT 1"
);

/// Only after the last one, of those who try at once for one alone.
const APPEND: &str =
    "INSERT INTO merkle_roots (number, id, log, size, root, previous, signed_at, key, signature)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
    WHERE coalesce((SELECT max(number) FROM merkle_roots), 0) = $1 - 1
    ON CONFLICT DO NOTHING RETURNING number";

/// Parameters: number, the transaction, when, the transaction that was to do it before or nothing.
const PUBLISH: &str = "UPDATE merkle_roots SET published_by = $2, published_at = $3
    WHERE number = $1 AND coalesce(published_by, '') = $4 AND confirmed = 0 RETURNING number";

/// Parameters: number, the transaction.
const CONFIRM: &str =
    "UPDATE merkle_roots SET confirmed = 1 WHERE number = $1 AND published_by = $2 RETURNING number";

/// The signed roots of a database.
#[derive(Clone)]
pub struct Roots {
    database: Database,
}

/// A signed root as it is stored. It holds only after [`SignedRoot::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRoot {
    /// Which of the chain: 1, 2, 3 and so on.
    pub number: u64,
    /// The root.
    pub root: SignedRoot,
    /// Where it is published, if it is.
    pub publication: Option<Publication>,
}

/// How a root is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The Stellar transaction that has its id as memo.
    pub transaction: TransactionHash,
    /// When that was made, in microseconds since 1970.
    pub at: i64,
    /// Whether a ledger has it.
    pub confirmed: bool,
}

impl Roots {
    /// Brings their table to the version that this program knows.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`], or the database's own.
    pub async fn open(database: Database) -> Result<Self, StoreError> {
        let migrations: &[&str] = match database.dialect() {
            Dialect::Sqlite => &[include_str!("../../../migrations/sqlite/seal_0001_roots.sql")],
            Dialect::Postgres => &[include_str!("../../../migrations/postgres/seal_0001_roots.sql")],
        };
        database.migrate(Schema { component: "seal", migrations }).await?;
        Ok(Self { database })
    }

    /// The newest.
    ///
    /// # Errors
    /// [`SealError::UnreadableRoot`], or the database's own.
    pub async fn last(&self) -> Result<Option<StoredRoot>, SealError> {
        self.one(Statement::new(LAST)).await
    }

    /// How many there are.
    ///
    /// # Errors
    /// The database's own.
    pub async fn last_number(&self) -> Result<u64, StoreError> {
        let row = self.database.read_one(Statement::new(LAST_NUMBER)).await?;
        row.map_or(Ok(0), |row| row.count(0))
    }

    /// The largest that has at most so many leaves.
    ///
    /// # Errors
    /// [`SealError::UnreadableRoot`], or the database's own.
    pub async fn of_at_most(&self, size: u64) -> Result<Option<StoredRoot>, SealError> {
        self.one(Statement::new(OF_AT_MOST).integer(number(size))).await
    }

    /// The one that was published last, whether a ledger has it or not.
    ///
    /// # Errors
    /// [`SealError::UnreadableRoot`], or the database's own.
    pub async fn published_last(&self) -> Result<Option<StoredRoot>, SealError> {
        self.one(Statement::new(PUBLISHED_LAST)).await
    }

    /// The newest with less leaves that a ledger has.
    ///
    /// # Errors
    /// [`SealError::UnreadableRoot`], or the database's own.
    pub async fn confirmed_before(&self, size: u64) -> Result<Option<StoredRoot>, SealError> {
        self.one(Statement::new(CONFIRMED_BEFORE).integer(number(size))).await
    }

    /// Those after that number and up to the other, at most `limit`.
    ///
    /// # Errors
    /// The database's own. What is wrong with a single root stands in its place.
    pub async fn between(
        &self,
        after: u64,
        last: u64,
        limit: u64,
    ) -> Result<Vec<Result<StoredRoot, SealError>>, StoreError> {
        let query =
            Statement::new(BETWEEN).integer(number(after)).integer(number(last)).integer(number(limit));
        Ok(self.database.read(query).await?.iter().map(stored_root).collect())
    }

    /// Appends a root to the chain as that number; false where another process was first.
    ///
    /// # Errors
    /// The database's own.
    pub async fn append(&self, place: u64, root: &SignedRoot) -> Result<bool, StoreError> {
        let append = Statement::new(APPEND)
            .integer(number(place))
            .text(root.id().to_string())
            .text(root.log.to_string())
            .integer(number(root.size))
            .text(root.root.to_string())
            .text_or_null(root.previous.map(|previous| previous.to_string()))
            .integer(root.signed_at)
            .text(root.key.to_string())
            .text(root.signature.to_string());
        Ok(!self.database.write_one(append).await?.is_empty())
    }

    /// Notes which transaction publishes a root, before that is sent; false where another process was first.
    ///
    /// # Errors
    /// The database's own.
    pub async fn publish(
        &self,
        root: &StoredRoot,
        transaction: TransactionHash,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let before = root.publication.map_or_else(String::new, |before| before.transaction.to_string());
        let publish = Statement::new(PUBLISH)
            .integer(number(root.number))
            .text(transaction.to_string())
            .integer(micros(at))
            .text(before);
        Ok(!self.database.write_one(publish).await?.is_empty())
    }

    /// Notes that a ledger has the transaction.
    ///
    /// # Errors
    /// The database's own.
    pub async fn confirm(&self, place: u64, transaction: TransactionHash) -> Result<(), StoreError> {
        let confirm = Statement::new(CONFIRM).integer(number(place)).text(transaction.to_string());
        self.database.write_one(confirm).await.map(|_| ())
    }

    async fn one(&self, query: Statement) -> Result<Option<StoredRoot>, SealError> {
        self.database.read_one(query).await?.as_ref().map(stored_root).transpose()
    }
}

fn stored_root(row: &Row) -> Result<StoredRoot, SealError> {
    let place = row.count(0)?;
    let unreadable = |why: String| SealError::UnreadableRoot { number: place, why };
    let text = |column| row.get::<String>(column);
    let root = SignedRoot {
        log: text(2)?.parse().map_err(|error| unreadable(format!("{error}")))?,
        size: row.count(3)?,
        root: text(4)?.parse().map_err(|error| unreadable(format!("{error}")))?,
        previous: match row.get::<Option<String>>(5)? {
            Some(id) => Some(id.parse().map_err(|error| unreadable(format!("{error}")))?),
            None => None,
        },
        signed_at: row.get(6)?,
        key: text(7)?.parse().map_err(|error| unreadable(format!("{error}")))?,
        signature: text(8)?.parse().map_err(|error| unreadable(format!("{error}")))?,
    };
    if root.id().to_string() != text(1)? {
        return Err(unreadable("its id is not that of what it says".to_owned()));
    }
    let publication = match (row.get::<Option<String>>(9)?, row.get::<Option<i64>>(10)?) {
        (Some(hash), Some(at)) => Some(Publication {
            transaction: hash
                .parse()
                .map_err(|_| unreadable(format!("'{hash}' is no transaction's hash")))?,
            at,
            confirmed: row.get::<i64>(11)? == 1,
        }),
        _ => None,
    };
    Ok(StoredRoot { number: place, root, publication })
}
