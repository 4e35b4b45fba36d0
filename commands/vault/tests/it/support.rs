//! A vault's database, and looks at what is behind it.

use std::path::PathBuf;

use secrecy::ExposeSecret;
use tempfile::TempDir;
use windlass_store::{Database, Dialect, Location, Statement};
use windlass_vault::{MasterKey, Vault, VaultError, VaultRef};

/// A database without a vault so far, and the master key for it.
pub(crate) struct Place {
    pub(crate) database: Database,
    pub(crate) key: MasterKey,
    folder: TempDir,
    /// Dropped last: it goes with whoever is connected to it.
    _server: Option<windlass_test_postgres::Database>,
}

pub(crate) async fn place(dialect: Dialect) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let server = (dialect == Dialect::Postgres).then(|| windlass_test_postgres::fresh_database().unwrap());
    let location = match &server {
        None => Location::Sqlite(folder.path().join("w.db")),
        Some(server) => Location::parse(&server.url()).unwrap(),
    };
    let database = Database::open(&location, vec![]).await.unwrap();
    Place { database, key: master(), folder, _server: server }
}

impl Place {
    pub(crate) async fn vault(&self) -> Vault {
        Vault::open_in(self.database.clone(), self.key.clone()).await.unwrap()
    }

    /// The number that the query gives.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        self.database.read_one(Statement::new(sql)).await.unwrap().unwrap().get(0).unwrap()
    }
}

pub(crate) fn master() -> MasterKey {
    MasterKey::generate().unwrap()
}

pub(crate) async fn text(vault: &Vault, reference: VaultRef) -> Result<Vec<u8>, VaultError> {
    Ok(vault.open(reference).await?.expose_secret().to_vec())
}

pub(crate) async fn change(place: &Place, statement: Statement) {
    place.database.write_one(statement).await.unwrap();
}

pub(crate) fn on_disk(place: &Place, bytes: &[u8]) -> bool {
    let files = std::fs::read_dir(place.folder.path()).unwrap().map(|file| file.unwrap().path());
    let mut contents = files.map(|file: PathBuf| std::fs::read(file).unwrap());
    contents.any(|content| content.windows(bytes.len()).any(|window| window == bytes))
}
