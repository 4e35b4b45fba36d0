-- Which envelopes took which sequence numbers, and which have an open fate. A dead one gave its number back.
CREATE TABLE stellar_transactions{build} (
    hash TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
    source TEXT NOT NULL,
    account_sequence INTEGER NOT NULL,
    open INTEGER NOT NULL,
    spent INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX stellar_transactions_spent{build} ON stellar_transactions{build} (source, account_sequence)
    WHERE spent = 1;
CREATE INDEX stellar_transactions_open{build} ON stellar_transactions{build} (source) WHERE open = 1;
