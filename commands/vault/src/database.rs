//! The vault's rows in the log's database.

use async_trait::async_trait;
use windlass_store::{CopiedTable, Database, Dialect, Fenced, Row, Schema, Statement, StoreError};

use crate::database_sql as sql;
use crate::shelf::{
    DataKeyRow, Erased, Kept, MasterKeyRow, Page, Resealed, Sealed, SeedRow, Shelf, ValueRow,
};
use crate::{VaultError, VaultRef};

fn schema(dialect: Dialect) -> Schema {
    Schema {
        component: "vault",
        migrations: match dialect {
            Dialect::Sqlite => &[include_str!("../../../migrations/sqlite/vault_0001_vault.sql")],
            Dialect::Postgres => &[include_str!("../../../migrations/postgres/vault_0001_vault.sql")],
        },
    }
}

/// The vault's tables, for copying. What is in them stays sealed: the copy needs the same master key.
pub const TABLES: [CopiedTable; 4] = [
    CopiedTable::new("vault_master_keys", &["id"]),
    CopiedTable::new("vault_data_keys", &["id"]),
    CopiedTable::new("vault_values", &["reference"]),
    CopiedTable::new("vault_seeds", &["name"]),
];

/// Makes the vault's tables where needed, without a key.
///
/// # Errors
/// Where the database cannot be used, or a newer program has worked on it.
pub async fn establish(database: &Database) -> Result<(), VaultError> {
    Ok(database.migrate(schema(database.dialect())).await?)
}

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
        let rows = self.0.read(Statement::new(sql::MASTER_KEYS)).await?;
        let master_key = |row: &Row| Ok(MasterKeyRow { id: row.get(0)?, check_value: row.get(1)? });
        rows.iter().map(master_key).collect()
    }

    async fn found(&self, first: MasterKeyRow) -> Result<(), StoreError> {
        let statement = Statement::new(sql::FOUND).text(first.id).blob(first.check_value);
        self.0.write(vec![statement]).await.map(drop)
    }

    async fn data_key(&self, subject: &str) -> Result<Option<DataKeyRow>, StoreError> {
        let row = self.0.read_one(Statement::new(sql::DATA_KEY).text(subject)).await?;
        row.as_ref().map(data_key).transpose()
    }

    async fn data_key_or(&self, offered: DataKeyRow) -> Result<Option<DataKeyRow>, StoreError> {
        let offer = Statement::new(sql::OFFER_DATA_KEY)
            .text(&offered.id)
            .text(&offered.subject)
            .text(&offered.master_key)
            .blob(offered.wrapped.as_slice());
        let read = Statement::new(sql::DATA_KEY).text(&offered.subject);
        let rows = self.0.write(vec![offer, read]).await?;
        rows.iter().flatten().next().map(data_key).transpose()
    }

    async fn put(&self, value: ValueRow) -> Result<bool, StoreError> {
        let put = match self.0.dialect() {
            Dialect::Sqlite => sql::PUT_SQLITE,
            Dialect::Postgres => sql::PUT_POSTGRES,
        };
        let statement = Statement::new(put)
            .text(value.reference.to_string())
            .text(value.data_key)
            .text(value.field)
            .blob(value.sealed);
        self.wrote(statement).await
    }

    async fn value(&self, reference: VaultRef) -> Result<Option<Kept>, StoreError> {
        let statement = Statement::new(sql::VALUE).text(reference.to_string());
        let Some(row) = self.0.read_one(statement).await? else { return Ok(None) };
        if row.get::<Option<String>>(0)?.is_none() {
            return Ok(Some(Kept::Erased));
        }
        let key = data_key(&row)?;
        let (field, sealed) = (row.get(4)?, row.get(5)?);
        let value = ValueRow { reference, data_key: key.id.clone(), field, sealed };
        Ok(Some(Kept::Sealed { value, key }))
    }

    async fn erase(&self, subjects: &[&str]) -> Result<Erased, StoreError> {
        let lock = match self.0.dialect() {
            Dialect::Sqlite => sql::KEY_SQLITE,
            Dialect::Postgres => sql::KEY_POSTGRES,
        };
        let mut erased = Erased::default();
        for subject in subjects {
            let statements = [sql::ERASE_VALUES, sql::ERASE_DATA_KEY];
            let statements = statements.map(|sql| Statement::new(sql).text(*subject)).into();
            let has_key = Statement::new(lock).text(*subject);
            let Fenced::Done(rows) = self.0.write_if(has_key, statements, None).await? else { continue };
            if let [values, keys] = rows.iter().map(Vec::len).collect::<Vec<_>>().as_slice() {
                erased.values += *values as u64;
                erased.keys += *keys as u64;
            }
        }
        Ok(erased)
    }

    async fn put_seed(&self, seed: SeedRow) -> Result<bool, StoreError> {
        let statement = Statement::new(sql::PUT_SEED).text(seed.name).text(seed.master_key).blob(seed.sealed);
        self.wrote(statement).await
    }

    async fn seed(&self, name: &str) -> Result<Option<SeedRow>, StoreError> {
        let row = self.0.read_one(Statement::new(sql::SEED).text(name)).await?;
        row.as_ref().map(seed).transpose()
    }

    async fn add_master_key(&self, next: MasterKeyRow) -> Result<(), StoreError> {
        let statement = Statement::new(sql::ADD_MASTER_KEY).text(next.id).blob(next.check_value);
        self.0.write_one(statement).await.map(drop)
    }

    async fn behind(&self, master_key: &str) -> Result<u64, StoreError> {
        let row = self.0.read_one(Statement::new(sql::BEHIND).text(master_key)).await?;
        row.map_or(Ok(0), |row| row.count(0))
    }

    async fn data_keys_behind(&self, page: Page<'_>) -> Result<Vec<DataKeyRow>, StoreError> {
        let rows = self.0.read(paged(sql::DATA_KEYS_BEHIND, page)).await?;
        rows.iter().map(data_key).collect()
    }

    async fn seeds_behind(&self, page: Page<'_>) -> Result<Vec<SeedRow>, StoreError> {
        let rows = self.0.read(paged(sql::SEEDS_BEHIND, page)).await?;
        rows.iter().map(seed).collect()
    }

    async fn reseal(&self, what: Sealed, rows: Vec<Resealed>) -> Result<u64, StoreError> {
        let sql = match what {
            Sealed::DataKeys => sql::RESEAL_DATA_KEY,
            Sealed::Seeds => sql::RESEAL_SEED,
        };
        let statement =
            |row: Resealed| Statement::new(sql).text(row.id).text(row.from).text(row.to).blob(row.sealed);
        let done = self.0.write(rows.into_iter().map(statement).collect()).await?;
        Ok(done.iter().map(Vec::len).sum::<usize>() as u64)
    }

    async fn retire(&self, master_key: &str) -> Result<bool, StoreError> {
        self.wrote(Statement::new(sql::RETIRE).text(master_key)).await
    }

    async fn purge(&self) -> Result<(), StoreError> {
        if self.0.dialect() == Dialect::Sqlite {
            return self.0.purge().await;
        }
        match self.0.write_one(Statement::new(sql::VACUUM)).await {
            // Behind a pooler every statement is in a transaction, and VACUUM cannot be: the server does it by itself later.
            Ok(_) | Err(StoreError::Database { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn paged(sql: &'static str, page: Page<'_>) -> Statement {
    Statement::new(sql).text(page.master_key).text(page.after).integer(i64::from(page.limit))
}

fn data_key(row: &Row) -> Result<DataKeyRow, StoreError> {
    Ok(DataKeyRow { id: row.get(0)?, subject: row.get(1)?, master_key: row.get(2)?, wrapped: row.get(3)? })
}

fn seed(row: &Row) -> Result<SeedRow, StoreError> {
    Ok(SeedRow { name: row.get(0)?, master_key: row.get(1)?, sealed: row.get(2)? })
}
