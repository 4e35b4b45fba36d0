//! One row per envelope of ours: which sequence numbers are spent, and which envelopes have an open fate. The number
//! of an envelope that is proven dead is free again: the ledger still waits for it.

use serde_json::json;
use windlass_domain::stellar_transaction::{Progress, StellarTransaction, StellarTransactionEvent};
use windlass_store::{Dialect, InlineProjection, InlineRow, ProjectionError, StreamChange, Table};

use super::read;

/// The table `stellar_transactions`.
pub struct StellarTransactions;

impl InlineProjection for StellarTransactions {
    fn name(&self) -> &'static str {
        "stellar_transactions"
    }

    fn version(&self) -> u32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["stellar_transaction"]
    }

    fn table(&self) -> Table {
        Table { name: "stellar_transactions", key: &["hash"] }
    }

    fn schema(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => include_str!("../../../migrations/sqlite/stellar_transactions.sql"),
            Dialect::Postgres => include_str!("../../../migrations/postgres/stellar_transactions.sql"),
        }
    }

    fn statement(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => UPSERT_SQLITE,
            Dialect::Postgres => UPSERT_POSTGRES,
        }
    }

    fn rows(&self, change: &StreamChange<'_>) -> Result<Vec<InlineRow>, ProjectionError> {
        use cqrs_es::Aggregate;
        let mut transaction = StellarTransaction::default();
        for event in change.events() {
            let (event, _) = read::<StellarTransactionEvent>(change.stream, &event)?;
            transaction.apply(event);
        }
        let Some(prepared) = transaction.prepared else {
            let reason = "it does not begin with Prepared".to_owned();
            return Err(ProjectionError { stream: change.stream.clone(), reason });
        };
        let values = json!({
            "source": prepared.source.to_string(),
            "account_sequence": prepared.sequence,
            "open": i64::from(transaction.progress.is_open()),
            "spent": i64::from(transaction.progress != Progress::Dead),
        });
        Ok(vec![InlineRow { key: change.stream.aggregate_id.clone(), values }])
    }
}

const UPSERT_SQLITE: &str = "\
INSERT INTO stellar_transactions{build} (hash, sequence, source, account_sequence, open, spent)
SELECT value ->> 'key', value ->> 'sequence', value ->> 'source', value ->> 'account_sequence', value ->> 'open',
    value ->> 'spent'
FROM json_each($1) WHERE true
ON CONFLICT (hash) DO UPDATE SET sequence = excluded.sequence, open = excluded.open, spent = excluded.spent
WHERE excluded.sequence > stellar_transactions{build}.sequence";

const UPSERT_POSTGRES: &str = "\
INSERT INTO stellar_transactions{build} (hash, sequence, source, account_sequence, open, spent)
SELECT key, sequence, source, account_sequence, open, spent
FROM json_to_recordset($1::json) AS r (key text, sequence bigint, source text, account_sequence bigint, open bigint,
    spent bigint)
ON CONFLICT (hash) DO UPDATE SET sequence = excluded.sequence, open = excluded.open, spent = excluded.spent
WHERE excluded.sequence > stellar_transactions{build}.sequence";
