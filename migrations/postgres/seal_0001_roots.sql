-- Signed roots of the Merkle tree over the log, each chained to the one before it. Hashes are in hexadecimal, times in
-- microseconds since 1970, UTC.
CREATE TABLE merkle_roots (
    -- 1, 2, 3 and so on, so that no two come after the same one.
    number bigint PRIMARY KEY CHECK (number > 0),
    -- What the next root names as its previous one, and what is published.
    id text COLLATE "C" NOT NULL UNIQUE,
    log text COLLATE "C" NOT NULL,
    size bigint NOT NULL UNIQUE,
    root text COLLATE "C" NOT NULL,
    previous text COLLATE "C",
    signed_at bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    signature text COLLATE "C" NOT NULL,
    -- The Stellar transaction that publishes it, since when, and whether a ledger has it.
    published_by text COLLATE "C",
    published_at bigint,
    confirmed bigint NOT NULL DEFAULT 0 CHECK (confirmed IN (0, 1))
);
CREATE INDEX merkle_roots_published ON merkle_roots (published_at) WHERE published_at IS NOT NULL;
