//! `/accounts/{id}`

use std::collections::HashMap;

use serde::Deserialize;
use windlass_domain::ports::{LedgerAccount, LedgerBalance, LedgerError, LedgerSigner, Thresholds};
use windlass_stellar::{AccountId, Stroops};

use crate::{
    Horizon,
    json::{AssetFields, integer},
};

/// The data entry by which an account asks for a memo (SEP-29), and base64 of its value `1`.
const MEMO_REQUIRED: (&str, &str) = ("config.memo_required", "MQ==");

impl Horizon {
    pub(crate) async fn read_account(&self, id: AccountId) -> Result<Option<LedgerAccount>, LedgerError> {
        let answer = self.http.get(&format!("accounts/{id}"), &[]).await?;
        let as_of = answer.header("latest-ledger").and_then(|ledger| ledger.parse().ok());
        let Some(account) = answer.find::<Account>()? else {
            self.check_network().await?;
            return Ok(None);
        };
        if account.account_id != id {
            return Err(LedgerError::Malformed(format!("{} where {id} was asked for", account.account_id)));
        }
        account.read(as_of).map(Some)
    }
}

#[derive(Deserialize)]
struct Account {
    account_id: AccountId,
    #[serde(deserialize_with = "integer")]
    sequence: i64,
    thresholds: Levels,
    balances: Vec<Balance>,
    signers: Vec<Signer>,
    #[serde(default)]
    data: HashMap<String, String>,
}

#[derive(Deserialize)]
struct Levels {
    low_threshold: u8,
    med_threshold: u8,
    high_threshold: u8,
}

#[derive(Deserialize)]
struct Balance {
    #[serde(flatten)]
    asset: AssetFields,
    balance: Stroops,
    #[serde(default)]
    limit: Option<Stroops>,
    #[serde(default)]
    buying_liabilities: Stroops,
    #[serde(default)]
    is_authorized: bool,
}

#[derive(Deserialize)]
struct Signer {
    key: String,
    weight: u8,
    #[serde(rename = "type")]
    kind: String,
}

impl Account {
    fn read(self, as_of: Option<u32>) -> Result<LedgerAccount, LedgerError> {
        let (memo_key, memo_value) = MEMO_REQUIRED;
        let signers = self.signers.iter().filter(|signer| signer.kind == "ed25519_public_key");
        Ok(LedgerAccount {
            id: self.account_id,
            sequence: self.sequence,
            as_of,
            balances: self.balances.iter().filter_map(Balance::read).collect(),
            thresholds: Thresholds {
                low: self.thresholds.low_threshold,
                medium: self.thresholds.med_threshold,
                high: self.thresholds.high_threshold,
            },
            signers: signers.map(Signer::read).collect::<Result<_, _>>()?,
            memo_required: self.data.get(memo_key).is_some_and(|value| value == memo_value),
        })
    }
}

impl Balance {
    fn read(&self) -> Option<LedgerBalance> {
        let asset = self.asset.read()?;
        let native = asset.issuer().is_none();
        Some(LedgerBalance {
            asset,
            balance: self.balance,
            limit: if native { None } else { self.limit },
            buying_liabilities: self.buying_liabilities,
            authorized: native || self.is_authorized,
        })
    }
}

impl Signer {
    fn read(&self) -> Result<LedgerSigner, LedgerError> {
        let key = self.key.parse().map_err(|error| LedgerError::Malformed(format!("a signer: {error}")))?;
        Ok(LedgerSigner { key, weight: self.weight })
    }
}
