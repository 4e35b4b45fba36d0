//! The file of golden transactions.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub struct Vectors {
    #[serde(skip)]
    pub is_projects_own: bool,
    pub protocol_version: u32,
    pub network_id: String,
    pub base_fee: u32,
    pub base_reserve: u32,
    pub max_tx_set_ops: u32,
    pub genesis_ledger: u32,
    pub genesis_close_time: u64,
    pub genesis_fee_pool: String,
    pub total_coins: String,
    pub genesis: Vec<Value>,
    pub steps: Vec<Step>,
}

#[derive(Deserialize)]
pub struct Step {
    pub n: u32,
    pub name: String,
    pub kind: String,
    pub envelope_xdr: String,
    pub hash: String,
    pub submitted: String,
    pub result_xdr: Option<String>,
    pub tx_code: Option<String>,
    pub inner_tx_code: Option<String>,
    pub op_codes: Option<Vec<String>>,
    pub ledger: Option<u32>,
    pub close_time: Option<u64>,
    pub fee_pool: Option<String>,
    #[serde(default)]
    pub touched: Vec<String>,
    #[serde(default)]
    pub state_after: BTreeMap<String, Value>,
}

impl Vectors {
    /// Reads the project's own file, or the one that `VECTORS` names.
    pub fn read() -> Self {
        let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/classic.json");
        let other = std::env::var_os("VECTORS").map(PathBuf::from);
        let text = std::fs::read_to_string(other.as_ref().unwrap_or(&own)).unwrap();
        let mut vectors: Self = serde_json::from_str(&text).unwrap();
        vectors.is_projects_own = other.is_none();
        vectors
    }
}
