-- What wallets are shown of each transfer. Times are in microseconds since 1970, UTC.
CREATE TABLE transfers{build} (
    id text COLLATE "C",
    sequence bigint NOT NULL,
    subject text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    asset text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    started_at bigint NOT NULL,
    stellar_transaction_id text COLLATE "C",
    external_transaction_id text COLLATE "C",
    view text NOT NULL,
    CONSTRAINT transfers_pkey{build} PRIMARY KEY (id)
);

-- Paging of one user's transfers, newest first.
CREATE INDEX transfers_by_subject{build} ON transfers{build} (subject, asset, started_at DESC, id DESC);
CREATE INDEX transfers_by_stellar_transaction{build} ON transfers{build} (stellar_transaction_id)
    WHERE stellar_transaction_id IS NOT NULL;
CREATE INDEX transfers_by_external_transaction{build} ON transfers{build} (external_transaction_id)
    WHERE external_transaction_id IS NOT NULL;
