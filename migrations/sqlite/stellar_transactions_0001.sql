-- Which envelopes took which sequence numbers, and which have an open fate.
CREATE TABLE stellar_transactions (
    hash TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
    source TEXT NOT NULL,
    account_sequence INTEGER NOT NULL,
    open INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX stellar_transactions_by_sequence ON stellar_transactions (source, account_sequence);
CREATE INDEX stellar_transactions_open ON stellar_transactions (source) WHERE open = 1;
