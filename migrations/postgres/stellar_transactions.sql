-- Which envelopes took which sequence numbers, and which have an open fate. A dead one gave its number back.
CREATE TABLE stellar_transactions{build} (
    hash text COLLATE "C",
    sequence bigint NOT NULL,
    source text COLLATE "C" NOT NULL,
    account_sequence bigint NOT NULL,
    open bigint NOT NULL,
    spent bigint NOT NULL,
    CONSTRAINT stellar_transactions_pkey{build} PRIMARY KEY (hash)
);

CREATE UNIQUE INDEX stellar_transactions_spent{build} ON stellar_transactions{build} (source, account_sequence)
    WHERE spent = 1;
CREATE INDEX stellar_transactions_open{build} ON stellar_transactions{build} (source) WHERE open = 1;
