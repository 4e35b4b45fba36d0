-- Personal data and seeds, sealed with AES-256-GCM. A sealed value is its nonce (12 bytes) and then
-- the ciphertext with its tag. Nothing here can be read without the master key.

-- Each master key that was ever used, by a known text sealed with it.
CREATE TABLE vault_master_keys (
    id TEXT PRIMARY KEY,
    check_value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One data key for each person, wrapped by a master key. Erasing the person deletes it.
CREATE TABLE vault_data_keys (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL UNIQUE,
    master_key TEXT NOT NULL REFERENCES vault_master_keys (id),
    wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- A person's values. Of an erased one only the reference is left, so that it can be told apart
-- from one that never was.
CREATE TABLE vault_values (
    reference TEXT PRIMARY KEY,
    data_key TEXT REFERENCES vault_data_keys (id),
    field TEXT,
    sealed BLOB
) STRICT, WITHOUT ROWID;

CREATE INDEX vault_values_data_key ON vault_values (data_key) WHERE data_key IS NOT NULL;

-- Secret seeds, sealed with the master key itself.
CREATE TABLE vault_seeds (
    name TEXT PRIMARY KEY,
    master_key TEXT NOT NULL REFERENCES vault_master_keys (id),
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
