//! Values as Horizon writes them: amounts, times, assets, flags, muxed accounts.

use serde_json::{Map, Value, json};
use stellar_xdr::{AccountId, Asset, MuxedAccount, TrustLineAsset};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The fields of one JSON object.
pub(super) type Fields = Map<String, Value>;

/// Stroops with seven decimals, always.
pub(super) fn amount(stroops: i64) -> String {
    let sign = if stroops < 0 { "-" } else { "" };
    let stroops = stroops.unsigned_abs();
    format!("{sign}{}.{:07}", stroops / 10_000_000, stroops % 10_000_000)
}

/// Unix seconds as a UTC time; null for what no calendar holds.
pub(in crate::horizon) fn timestamp(seconds: i64) -> Value {
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .map_or(Value::Null, Value::String)
}

/// `asset_type`, `asset_code` and `asset_issuer`.
pub(super) fn put_asset(fields: &mut Fields, asset: &Asset) {
    match asset {
        Asset::Native => put_native(fields),
        Asset::CreditAlphanum4(a) => {
            put_issued(fields, "credit_alphanum4", &a.asset_code, &a.issuer);
        }
        Asset::CreditAlphanum12(a) => {
            put_issued(fields, "credit_alphanum12", &a.asset_code, &a.issuer);
        }
    }
}

/// The same for the asset of a line.
pub(super) fn put_line_asset(fields: &mut Fields, asset: &TrustLineAsset) {
    match asset {
        TrustLineAsset::Native => put_native(fields),
        TrustLineAsset::CreditAlphanum4(a) => {
            put_issued(fields, "credit_alphanum4", &a.asset_code, &a.issuer);
        }
        TrustLineAsset::CreditAlphanum12(a) => {
            put_issued(fields, "credit_alphanum12", &a.asset_code, &a.issuer);
        }
        TrustLineAsset::PoolShare(pool) => {
            put(fields, "asset_type", "liquidity_pool_shares");
            put(fields, "liquidity_pool_id", pool.to_string());
        }
    }
}

fn put_native(fields: &mut Fields) {
    put(fields, "asset_type", "native");
}

fn put_issued(fields: &mut Fields, kind: &str, code: &impl ToString, issuer: &AccountId) {
    put(fields, "asset_type", kind);
    put(fields, "asset_code", code.to_string());
    put(fields, "asset_issuer", issuer.to_string());
}

/// The account under `name`, and where it is muxed the whole address and the id beside it.
pub(super) fn put_account(fields: &mut Fields, name: &str, account: &MuxedAccount) {
    put(fields, name, account.clone().account_id().to_string());
    if let MuxedAccount::MuxedEd25519(muxed) = account {
        put(fields, &format!("{name}_muxed"), account.to_string());
        put(fields, &format!("{name}_muxed_id"), muxed.id.to_string());
    }
}

/// Flags as numbers, and by name under `{name}_s`.
pub(super) fn put_flags(fields: &mut Fields, name: &str, flags: u32, names: &[(u32, &str)]) {
    let set = names.iter().filter(|(flag, _)| flags & flag != 0);
    let (numbers, words): (Vec<u32>, Vec<&str>) = set.copied().unzip();
    if !numbers.is_empty() {
        put(fields, name, numbers);
        put(fields, &format!("{name}_s"), words);
    }
}

/// Sets one field.
pub(super) fn put(fields: &mut Fields, name: &str, value: impl Into<Value>) {
    fields.insert(name.to_owned(), value.into());
}

/// The members of a JSON object literal.
pub(super) fn fields(object: Value) -> Fields {
    match object {
        Value::Object(fields) => fields,
        other => Fields::from_iter([("value".to_owned(), json!(other))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_always_have_seven_decimals() {
        assert_eq!(amount(0), "0.0000000");
        assert_eq!(amount(1), "0.0000001");
        assert_eq!(amount(105_000_000), "10.5000000");
        assert_eq!(amount(i64::MAX), "922337203685.4775807");
        assert_eq!(amount(i64::MIN), "-922337203685.4775808");
    }

    #[test]
    fn times_are_utc_to_the_second() {
        assert_eq!(timestamp(1_790_000_000), "2026-09-21T14:13:20Z");
        assert_eq!(timestamp(i64::MAX), Value::Null);
    }
}
