-- Signed roots of the Merkle tree over the log, each chained to the one before it. Hashes are in hexadecimal, times in
-- microseconds since 1970, UTC.
CREATE TABLE merkle_roots (
    -- 1, 2, 3 and so on, so that no two come after the same one.
    number INTEGER PRIMARY KEY CHECK (number > 0),
    -- What the next root names as its previous one, and what is published.
    id TEXT NOT NULL UNIQUE,
    log TEXT NOT NULL,
    size INTEGER NOT NULL UNIQUE,
    root TEXT NOT NULL,
    previous TEXT,
    signed_at INTEGER NOT NULL,
    key TEXT NOT NULL,
    signature TEXT NOT NULL,
    -- The Stellar transaction that publishes it, since when, and whether a ledger has it.
    published_by TEXT,
    published_at INTEGER,
    confirmed INTEGER NOT NULL DEFAULT 0 CHECK (confirmed IN (0, 1))
) STRICT;
CREATE INDEX merkle_roots_published ON merkle_roots (published_at) WHERE published_at IS NOT NULL;
