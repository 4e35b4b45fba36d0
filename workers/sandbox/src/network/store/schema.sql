-- One network: its name, its state, its history.
CREATE TABLE network (
    passphrase TEXT NOT NULL
) STRICT;

-- The state: LedgerKey to LedgerEntry, both XDR.
CREATE TABLE entries (
    key BLOB PRIMARY KEY,
    entry BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ledgers (
    sequence INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    header BLOB NOT NULL, -- LedgerHeader, XDR
    successful_transactions INTEGER NOT NULL,
    failed_transactions INTEGER NOT NULL,
    successful_operations INTEGER NOT NULL,
    operations INTEGER NOT NULL
) STRICT;

-- id: ledger << 32 | place in the ledger << 12.
CREATE TABLE transactions (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    inner_hash BLOB NOT NULL,
    successful INTEGER NOT NULL,
    closed_at INTEGER NOT NULL, -- Unix seconds
    fee_charged INTEGER NOT NULL, -- stroops
    fee_bid INTEGER NOT NULL, -- stroops
    fee_operations INTEGER NOT NULL, -- a fee bump counts as one more
    envelope BLOB NOT NULL, -- TransactionEnvelope, XDR
    result BLOB NOT NULL -- TransactionResult, XDR
) STRICT;
CREATE INDEX transactions_by_inner_hash ON transactions (inner_hash);

-- id: the transaction's, and the place in the transaction.
CREATE TABLE operations (
    id INTEGER PRIMARY KEY,
    payment INTEGER NOT NULL,
    successful INTEGER NOT NULL
) STRICT;

CREATE TABLE transaction_accounts (
    account BLOB NOT NULL,
    id INTEGER NOT NULL,
    successful INTEGER NOT NULL,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE operation_accounts (
    account BLOB NOT NULL,
    id INTEGER NOT NULL,
    payment INTEGER NOT NULL,
    successful INTEGER NOT NULL,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;
