-- Personal data and seeds, sealed with AES-256-GCM. A sealed value is its nonce (12 bytes) and then the ciphertext with
-- its tag. Nothing here can be read without the master key.

-- Each master key that was ever used, by a known text sealed with it.
CREATE TABLE vault_master_keys (
    id text COLLATE "C" PRIMARY KEY,
    check_value bytea NOT NULL
);

-- One data key for each person, wrapped by a master key. Erasing the person deletes it.
CREATE TABLE vault_data_keys (
    id text COLLATE "C" PRIMARY KEY,
    subject text COLLATE "C" NOT NULL UNIQUE,
    master_key text COLLATE "C" NOT NULL REFERENCES vault_master_keys (id),
    wrapped bytea NOT NULL
);

-- A person's values. Of an erased one only the reference is left, so that it can be told apart from one that never was.
CREATE TABLE vault_values (
    reference text COLLATE "C" PRIMARY KEY,
    data_key text COLLATE "C" REFERENCES vault_data_keys (id),
    field text COLLATE "C",
    sealed bytea
);

CREATE INDEX vault_values_data_key ON vault_values (data_key) WHERE data_key IS NOT NULL;

-- Secret seeds, sealed with the master key itself.
CREATE TABLE vault_seeds (
    name text COLLATE "C" PRIMARY KEY,
    master_key text COLLATE "C" NOT NULL REFERENCES vault_master_keys (id),
    sealed bytea NOT NULL
);
