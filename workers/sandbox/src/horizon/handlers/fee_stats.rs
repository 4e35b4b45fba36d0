//! What transactions bid and paid per operation in the last ledgers.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};

use crate::Sandbox;
use crate::engine::{BASE_FEE, MAX_OPERATIONS};
use crate::horizon::Problem;

/// How many ledgers the statistics look back.
const LEDGERS: u32 = 5;
const PERCENTILES: [usize; 11] = [10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99];

pub(in crate::horizon) async fn show(State(sandbox): State<Sandbox>) -> Result<Json<Value>, Problem> {
    let latest = *sandbox.closed().borrow();
    let fees = sandbox.store().fees(latest.saturating_sub(LEDGERS - 1)).await?;
    let last: i64 = fees.iter().filter(|fee| fee.ledger == i64::from(latest)).map(|fee| fee.operations).sum();
    let usage = Value::from(last).as_f64().unwrap_or(0.0) / f64::from(MAX_OPERATIONS);
    Ok(Json(json!({
        "last_ledger": latest.to_string(),
        "last_ledger_base_fee": BASE_FEE.to_string(),
        "ledger_capacity_usage": format!("{usage:.2}"),
        "fee_charged": distribution(fees.iter().map(|f| per_operation(f.charged, f.operations))),
        "max_fee": distribution(fees.iter().map(|f| per_operation(f.bid, f.operations))),
    })))
}

fn per_operation(fee: i64, operations: i64) -> i64 {
    let operations = operations.max(1);
    fee / operations + i64::from(fee % operations != 0)
}

/// Where there was no transaction, all are the least fee.
fn distribution(fees: impl Iterator<Item = i64>) -> Value {
    let mut fees: Vec<i64> = fees.collect();
    fees.sort_unstable();
    let floor = i64::from(BASE_FEE);
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for fee in &fees {
        *counts.entry(*fee).or_default() += 1;
    }
    let mode = counts.iter().max_by_key(|(_, count)| **count);
    let mut json = Map::new();
    let mut put = |name: String, fee: Option<&i64>| {
        let fee = fee.unwrap_or(&floor).to_string();
        json.insert(name, Value::String(fee));
    };
    put("max".to_owned(), fees.last());
    put("min".to_owned(), fees.first());
    put("mode".to_owned(), mode.map(|(fee, _)| fee));
    for percent in PERCENTILES {
        let place = (percent * fees.len()).div_ceil(100).saturating_sub(1);
        put(format!("p{percent}"), fees.get(place));
    }
    Value::Object(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_transactions_every_statistic_is_the_base_fee() {
        let json = distribution(std::iter::empty());
        assert_eq!(json["max"], "100");
        assert_eq!(json["mode"], "100");
        assert_eq!(json["p99"], "100");
    }

    #[test]
    fn percentiles_are_fees_that_were_really_paid() {
        let json = distribution([500, 100, 100, 200].into_iter());
        assert_eq!(json["min"], "100");
        assert_eq!(json["max"], "500");
        assert_eq!(json["mode"], "100");
        assert_eq!(json["p50"], "100");
        assert_eq!(json["p60"], "200");
        assert_eq!(json["p99"], "500");
    }
}
