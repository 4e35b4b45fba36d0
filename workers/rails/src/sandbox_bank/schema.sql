-- Amounts are whole ten-millionths of the currency's unit; times are microseconds since 1970 in UTC.

CREATE TABLE currencies (
    code   TEXT NOT NULL PRIMARY KEY,
    digits INTEGER NOT NULL
) STRICT;

-- role: 'bank' is the bank's own account, one per currency, which owes what all the others hold.
CREATE TABLE accounts (
    id       INTEGER NOT NULL PRIMARY KEY,
    number   TEXT NOT NULL UNIQUE,
    holder   TEXT NOT NULL,
    role     TEXT NOT NULL CHECK (role IN ('bank', 'anchor', 'person')),
    currency TEXT NOT NULL REFERENCES currencies (code),
    balance  INTEGER NOT NULL DEFAULT 0,
    CHECK (role = 'bank' OR balance >= 0)
) STRICT;

CREATE UNIQUE INDEX accounts_own ON accounts (currency) WHERE role = 'bank';

CREATE TABLE entries (
    id                  INTEGER NOT NULL PRIMARY KEY,
    account             INTEGER NOT NULL REFERENCES accounts (id),
    kind                TEXT NOT NULL CHECK (kind IN ('opening', 'payment', 'payout')),
    amount              INTEGER NOT NULL,
    balance             INTEGER NOT NULL,
    counterparty_holder TEXT NOT NULL,
    counterparty_number TEXT NOT NULL,
    reference           TEXT NOT NULL,
    booked_at           INTEGER NOT NULL
) STRICT;

CREATE INDEX entries_of_account ON entries (account, id);

-- failure: a code where nothing was paid and never will be.
CREATE TABLE payouts (
    id         INTEGER NOT NULL PRIMARY KEY,
    key        TEXT NOT NULL UNIQUE,
    payer      TEXT NOT NULL,
    to_holder  TEXT NOT NULL,
    to_number  TEXT NOT NULL,
    amount     INTEGER NOT NULL,
    currency   TEXT NOT NULL,
    reference  TEXT NOT NULL,
    failure    TEXT CHECK (failure IN ('unknown_account', 'wrong_currency')),
    created_at INTEGER NOT NULL,
    settles_at INTEGER NOT NULL
) STRICT;
