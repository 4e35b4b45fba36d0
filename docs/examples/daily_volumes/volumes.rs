//! Daily volumes for each asset: how many transfers were completed, and how much of the asset moved on Stellar.

use async_trait::async_trait;
use windlass::{
    domain::{AssetId, transfer::TransferEvent},
    feed::{Feed, FeedStatement, FeedView, Filter, HandlerError},
    store::{Dialect, RecordedEvent, Table},
};

/// Keeps the table `daily_volumes`.
pub struct DailyVolumes;

/// `$1` the day as in 2026-03-01 (UTC), `$2` the asset, `$3` stroops. It means the same in both databases.
const ADD: &str = "INSERT INTO daily_volumes{build} AS v (day, asset, transfers, stroops) VALUES ($1, $2, 1, $3)
    ON CONFLICT (day, asset) DO UPDATE SET transfers = v.transfers + 1, stroops = v.stroops + excluded.stroops";

#[async_trait]
impl Feed for DailyVolumes {
    fn name(&self) -> &'static str {
        "daily_volumes"
    }

    fn version(&self) -> u32 {
        1
    }

    fn filter(&self) -> Filter {
        Filter { aggregate_types: Some(&["transfer"]), event_types: Some(&["Completed"]) }
    }

    fn tables(&self) -> &'static [Table] {
        &[Table { name: "daily_volumes", key: &["day", "asset"] }]
    }

    fn schema(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => {
                "CREATE TABLE daily_volumes{build} (
                    day TEXT NOT NULL,
                    asset TEXT NOT NULL,
                    transfers INTEGER NOT NULL,
                    stroops INTEGER NOT NULL,
                    PRIMARY KEY (day, asset)
                ) STRICT"
            }
            Dialect::Postgres => {
                "CREATE TABLE daily_volumes{build} (
                    day text NOT NULL,
                    asset text NOT NULL,
                    transfers bigint NOT NULL,
                    stroops bigint NOT NULL,
                    CONSTRAINT daily_volumes_pkey{build} PRIMARY KEY (day, asset)
                )"
            }
        }
    }

    async fn statements(
        &self,
        events: &[RecordedEvent],
        view: &FeedView<'_>,
    ) -> Result<Vec<FeedStatement>, HandlerError> {
        let mut statements = vec![];
        for event in events {
            let TransferEvent::Completed { amounts, .. } = serde_json::from_str(&event.payload)? else {
                continue;
            };
            // One side of a transfer is on Stellar: what goes out of a deposit, what comes in with a withdrawal.
            for money in [amounts.amount_in, amounts.amount_out] {
                let AssetId::Stellar(asset) = &money.asset else { continue };
                let stroops = money.amount.to_stroops();
                let stroops = stroops.map_err(|error| HandlerError::Permanent(error.to_string()))?;
                let day = event.recorded_at.date().to_string();
                statements.push(view.statement(ADD).text(day).text(asset.to_string()).integer(stroops.get()));
            }
        }
        Ok(statements)
    }
}
