//! The statements on the vault's tables; two of them are not the same in both databases, since PostgreSQL has several
//! writers at once.

pub(crate) const MASTER_KEYS: &str = "SELECT id, check_value FROM vault_master_keys";

/// Of two who are first at once one is refused by the id, which is the same for both.
pub(crate) const FOUND: &str = "INSERT INTO vault_master_keys (id, check_value)
    SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM vault_master_keys) ON CONFLICT DO NOTHING";

pub(crate) const ADD_MASTER_KEY: &str = "INSERT INTO vault_master_keys (id, check_value) VALUES ($1, $2)";

pub(crate) const DATA_KEY: &str =
    "SELECT id, subject, master_key, wrapped FROM vault_data_keys WHERE subject = $1";

pub(crate) const OFFER_DATA_KEY: &str = "INSERT INTO vault_data_keys (id, subject, master_key, wrapped)
    SELECT $1, $2, $3, $4 WHERE EXISTS (SELECT 1 FROM vault_master_keys WHERE id = $3)
    ON CONFLICT (subject) DO NOTHING";

pub(crate) const PUT_SQLITE: &str = "INSERT INTO vault_values (reference, data_key, field, sealed)
    SELECT $1, $2, $3, $4 WHERE EXISTS (SELECT 1 FROM vault_data_keys WHERE id = $2) RETURNING 'done'";

/// Waits for whoever is erasing the key, and then finds it gone.
pub(crate) const PUT_POSTGRES: &str = "INSERT INTO vault_values (reference, data_key, field, sealed)
    SELECT $1, $2, $3, $4 FROM vault_data_keys WHERE id = $2 FOR KEY SHARE RETURNING 'done'";

pub(crate) const VALUE: &str = "SELECT k.id, k.subject, k.master_key, k.wrapped, v.field, v.sealed
    FROM vault_values AS v LEFT JOIN vault_data_keys AS k ON k.id = v.data_key
    WHERE v.reference = $1";

pub(crate) const KEY_SQLITE: &str = "SELECT id FROM vault_data_keys WHERE subject = $1";

/// Waits for whoever is sealing with the key, so that the next statement sees what they sealed.
pub(crate) const KEY_POSTGRES: &str = "SELECT id FROM vault_data_keys WHERE subject = $1 FOR UPDATE";

pub(crate) const ERASE_VALUES: &str = "UPDATE vault_values SET data_key = NULL, field = NULL, sealed = NULL
    WHERE data_key = (SELECT id FROM vault_data_keys WHERE subject = $1) RETURNING 'done'";

pub(crate) const ERASE_DATA_KEY: &str = "DELETE FROM vault_data_keys WHERE subject = $1 RETURNING 'done'";

pub(crate) const PUT_SEED: &str = "INSERT INTO vault_seeds (name, master_key, sealed)
    SELECT $1, $2, $3 WHERE EXISTS (SELECT 1 FROM vault_master_keys WHERE id = $2)
    ON CONFLICT (name) DO NOTHING RETURNING 'done'";

pub(crate) const SEED: &str = "SELECT name, master_key, sealed FROM vault_seeds WHERE name = $1";

// Rotation.

pub(crate) const BEHIND: &str = "SELECT
    (SELECT count(*) FROM vault_data_keys WHERE master_key <> $1)
    + (SELECT count(*) FROM vault_seeds WHERE master_key <> $1)";

pub(crate) const DATA_KEYS_BEHIND: &str = "SELECT id, subject, master_key, wrapped FROM vault_data_keys
    WHERE master_key <> $1 AND id > $2 ORDER BY id LIMIT $3";

pub(crate) const SEEDS_BEHIND: &str = "SELECT name, master_key, sealed FROM vault_seeds
    WHERE master_key <> $1 AND name > $2 ORDER BY name LIMIT $3";

/// Only if it is sealed as it was when it was read: it may have been erased meanwhile, or resealed by another process.
pub(crate) const RESEAL_DATA_KEY: &str = "UPDATE vault_data_keys SET master_key = $3, wrapped = $4
    WHERE id = $1 AND master_key = $2 RETURNING 'done'";

pub(crate) const RESEAL_SEED: &str = "UPDATE vault_seeds SET master_key = $3, sealed = $4
    WHERE name = $1 AND master_key = $2 RETURNING 'done'";

pub(crate) const RETIRE: &str = "DELETE FROM vault_master_keys WHERE id = $1
    AND NOT EXISTS (SELECT 1 FROM vault_data_keys WHERE master_key = $1)
    AND NOT EXISTS (SELECT 1 FROM vault_seeds WHERE master_key = $1) RETURNING 'done'";

/// Takes the dead rows out of PostgreSQL's tables.
pub(crate) const VACUUM: &str = "VACUUM vault_data_keys, vault_values, vault_seeds, vault_master_keys";
