//! The vault's rows in the log's database.

use async_trait::async_trait;
use windlass_store::{Database, Dialect, Row, Schema, Statement, StoreError};

use crate::VaultRef;
use crate::shelf::{DataKeyRow, Kept, MasterKeyRow, SeedRow, Shelf, ValueRow};

fn schema(dialect: Dialect) -> Schema {
    Schema {
        component: "vault",
        migrations: match dialect {
            Dialect::Sqlite => &[include_str!("../../../migrations/sqlite/vault_0001_vault.sql")],
            Dialect::Postgres => &[include_str!("../../../migrations/postgres/vault_0001_vault.sql")],
        },
    }
}

const MASTER_KEYS: &str = "SELECT id, check_value FROM vault_master_keys";

const FOUND: &str = "INSERT INTO vault_master_keys (id, check_value)
    SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM vault_master_keys)";

const DATA_KEY: &str = "SELECT id, subject, master_key, wrapped FROM vault_data_keys WHERE subject = $1";

const OFFER_DATA_KEY: &str = "INSERT INTO vault_data_keys (id, subject, master_key, wrapped)
    VALUES ($1, $2, $3, $4) ON CONFLICT (subject) DO NOTHING";

const PUT: &str = "INSERT INTO vault_values (reference, data_key, field, sealed)
    SELECT $1, $2, $3, $4 WHERE EXISTS (SELECT 1 FROM vault_data_keys WHERE id = $2) RETURNING 'done'";

const VALUE: &str = "SELECT k.id, k.subject, k.master_key, k.wrapped, v.field, v.sealed
    FROM vault_values AS v LEFT JOIN vault_data_keys AS k ON k.id = v.data_key
    WHERE v.reference = $1";

const ERASE_VALUES: &str = "UPDATE vault_values SET data_key = NULL, field = NULL, sealed = NULL
    WHERE data_key = (SELECT id FROM vault_data_keys WHERE subject = $1)";

const ERASE_DATA_KEY: &str = "DELETE FROM vault_data_keys WHERE subject = $1";

const PUT_SEED: &str = "INSERT INTO vault_seeds (name, master_key, sealed)
    VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING 'done'";

const SEED: &str = "SELECT name, master_key, sealed FROM vault_seeds WHERE name = $1";

pub(crate) struct DatabaseShelf(Database);

impl DatabaseShelf {
    pub(crate) async fn open(database: Database) -> Result<Self, StoreError> {
        database.migrate(schema(database.dialect())).await?;
        Ok(Self(database))
    }

    /// Whether the statement, which returns what it wrote, wrote anything.
    async fn wrote(&self, statement: Statement) -> Result<bool, StoreError> {
        let rows = self.0.write(vec![statement]).await?;
        Ok(rows.iter().any(|rows| !rows.is_empty()))
    }
}

#[async_trait]
impl Shelf for DatabaseShelf {
    async fn master_keys(&self) -> Result<Vec<MasterKeyRow>, StoreError> {
        let rows = self.0.read(Statement::new(MASTER_KEYS)).await?;
        let master_key = |row: &Row| Ok(MasterKeyRow { id: row.get(0)?, check_value: row.get(1)? });
        rows.iter().map(master_key).collect()
    }

    async fn found(&self, first: MasterKeyRow) -> Result<(), StoreError> {
        let statement = Statement::new(FOUND).text(first.id).blob(first.check_value);
        self.0.write(vec![statement]).await.map(drop)
    }

    async fn data_key(&self, subject: &str) -> Result<Option<DataKeyRow>, StoreError> {
        let row = self.0.read_one(Statement::new(DATA_KEY).text(subject)).await?;
        row.as_ref().map(data_key).transpose()
    }

    async fn data_key_or(&self, offered: DataKeyRow) -> Result<DataKeyRow, StoreError> {
        let offer = Statement::new(OFFER_DATA_KEY)
            .text(&offered.id)
            .text(&offered.subject)
            .text(&offered.master_key)
            .blob(offered.wrapped.as_slice());
        let read = Statement::new(DATA_KEY).text(&offered.subject);
        let rows = self.0.write(vec![offer, read]).await?;
        rows.iter().flatten().next().map_or(Ok(offered), data_key)
    }

    async fn put(&self, value: ValueRow) -> Result<bool, StoreError> {
        let statement = Statement::new(PUT)
            .text(value.reference.to_string())
            .text(value.data_key)
            .text(value.field)
            .blob(value.sealed);
        self.wrote(statement).await
    }

    async fn value(&self, reference: VaultRef) -> Result<Option<Kept>, StoreError> {
        let statement = Statement::new(VALUE).text(reference.to_string());
        let Some(row) = self.0.read_one(statement).await? else { return Ok(None) };
        if row.get::<Option<String>>(0)?.is_none() {
            return Ok(Some(Kept::Erased));
        }
        let key = data_key(&row)?;
        let (field, sealed) = (row.get(4)?, row.get(5)?);
        let value = ValueRow { reference, data_key: key.id.clone(), field, sealed };
        Ok(Some(Kept::Sealed { value, key }))
    }

    async fn erase(&self, subject: &str) -> Result<(), StoreError> {
        let statements = [ERASE_VALUES, ERASE_DATA_KEY].map(|sql| Statement::new(sql).text(subject));
        self.0.write(statements.into()).await?;
        self.0.purge().await
    }

    async fn put_seed(&self, seed: SeedRow) -> Result<bool, StoreError> {
        let statement = Statement::new(PUT_SEED).text(seed.name).text(seed.master_key).blob(seed.sealed);
        self.wrote(statement).await
    }

    async fn seed(&self, name: &str) -> Result<Option<SeedRow>, StoreError> {
        let row = self.0.read_one(Statement::new(SEED).text(name)).await?;
        let seed = |row: Row| Ok(SeedRow { name: row.get(0)?, master_key: row.get(1)?, sealed: row.get(2)? });
        row.map(seed).transpose()
    }
}

fn data_key(row: &Row) -> Result<DataKeyRow, StoreError> {
    Ok(DataKeyRow { id: row.get(0)?, subject: row.get(1)?, master_key: row.get(2)?, wrapped: row.get(3)? })
}
