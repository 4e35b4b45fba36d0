-- What wallets are shown of each transfer. Times are in microseconds since 1970, UTC.
CREATE TABLE transfers{build} (
    id TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    asset TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    stellar_transaction_id TEXT,
    external_transaction_id TEXT,
    view TEXT NOT NULL
) STRICT;

-- Paging of one user's transfers, newest first.
CREATE INDEX transfers_by_subject{build} ON transfers{build} (subject, asset, started_at DESC, id DESC);
CREATE INDEX transfers_by_stellar_transaction{build} ON transfers{build} (stellar_transaction_id)
    WHERE stellar_transaction_id IS NOT NULL;
CREATE INDEX transfers_by_external_transaction{build} ON transfers{build} (external_transaction_id)
    WHERE external_transaction_id IS NOT NULL;
