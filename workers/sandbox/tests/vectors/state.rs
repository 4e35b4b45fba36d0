//! Ledger entries as the file writes them, and back. Offers and claimable balances, which the
//! engine does not keep, are left out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use stellar_xdr::{
    AccountEntry, AccountEntryExt, AccountEntryExtensionV1, AccountEntryExtensionV1Ext,
    AccountEntryExtensionV2, AccountEntryExtensionV2Ext, AccountEntryExtensionV3, AccountId, AlphaNum4,
    AlphaNum12, AssetCode, DataEntry, DataValue, LedgerEntry, LedgerEntryData, LedgerEntryExt,
    LedgerEntryExtensionV1, LedgerKey, Liabilities, Signer, SponsorshipDescriptor, String32, String64,
    StringM, Thresholds, TrustLineAsset, TrustLineEntry, TrustLineEntryExt, TrustLineEntryV1,
};
use windlass_sandbox::engine::{AccountView, Ledger};

pub fn is_kept(key: &str) -> bool {
    !key.starts_with("offer:") && !key.starts_with("claimable_balance:")
}

/// What the ledger holds under a key of the file; null if nothing.
pub fn describe(ledger: &Ledger, name: &str) -> Value {
    let Some(entry) = ledger.entry(&key(name)) else {
        return Value::Null;
    };
    let sponsor = match &entry.ext {
        LedgerEntryExt::V1(v1) => v1.sponsoring_id.0.as_ref().map(ToString::to_string),
        LedgerEntryExt::V0 => None,
    };
    match &entry.data {
        LedgerEntryData::Account(account) => describe_account(account, sponsor),
        LedgerEntryData::Trustline(line) => describe_line(line, sponsor),
        LedgerEntryData::Data(data) => json!({
            "type": "data",
            "account": data.account_id.to_string(),
            "name": latin1(&data.data_name.0),
            "value_base64": BASE64.encode(data.data_value.0.as_slice()),
            "sponsor": sponsor,
        }),
        other => panic!("unexpected {other:?}"),
    }
}

fn describe_account(account: &AccountEntry, sponsor: Option<String>) -> Value {
    let [master, low, med, high] = account.thresholds.0;
    let signers: Vec<Value> = account
        .signers
        .iter()
        .enumerate()
        .map(|(index, signer)| {
            json!({
                "key": signer.key.to_string(),
                "weight": signer.weight,
                "sponsor": account.signer_sponsor(index).map(ToString::to_string),
            })
        })
        .collect();
    let Liabilities { buying, selling } = account.liabilities();
    json!({
        "type": "account",
        "account": account.account_id.to_string(),
        "balance": account.balance.to_string(),
        "seq_num": account.seq_num.0.to_string(),
        "num_subentries": account.num_sub_entries,
        "inflation_dest": account.inflation_dest.as_ref().map(ToString::to_string),
        "flags": account.flags,
        "thresholds": {"master": master, "low": low, "med": med, "high": high},
        "home_domain": latin1(&account.home_domain.0),
        "signers": signers,
        "num_sponsoring": account.num_sponsoring(),
        "num_sponsored": account.num_sponsored(),
        "buying_liabilities": buying.to_string(),
        "selling_liabilities": selling.to_string(),
        "seq_ledger": account.seq_ledger(),
        "seq_time": account.seq_time(),
        "sponsor": sponsor,
    })
}

fn describe_line(line: &TrustLineEntry, sponsor: Option<String>) -> Value {
    let Liabilities { buying, selling } = match &line.ext {
        TrustLineEntryExt::V1(v1) => v1.liabilities.clone(),
        TrustLineEntryExt::V0 => Liabilities::default(),
    };
    let (code, issuer) = match &line.asset {
        TrustLineAsset::CreditAlphanum4(a) => (a.asset_code.to_string(), &a.issuer),
        TrustLineAsset::CreditAlphanum12(a) => (a.asset_code.to_string(), &a.issuer),
        other => panic!("unexpected {other:?}"),
    };
    json!({
        "type": "trustline",
        "account": line.account_id.to_string(),
        "asset": format!("{code}:{issuer}"),
        "balance": line.balance.to_string(),
        "limit": line.limit.to_string(),
        "flags": line.flags,
        "buying_liabilities": buying.to_string(),
        "selling_liabilities": selling.to_string(),
        "sponsor": sponsor,
    })
}

/// The key that the file writes as `account:G`, `trustline:G:CODE:ISSUER` or `data:G:name`.
pub fn key(name: &str) -> LedgerKey {
    let (kind, rest) = name.split_once(':').unwrap();
    let (account, rest) = rest.split_once(':').unwrap_or((rest, ""));
    let account_id: AccountId = account.parse().unwrap();
    let data = match kind {
        "account" => LedgerEntryData::Account(AccountEntry { account_id, ..AccountEntry::default() }),
        "trustline" => LedgerEntryData::Trustline(TrustLineEntry {
            account_id,
            asset: line_asset(rest),
            ..TrustLineEntry::default()
        }),
        "data" => LedgerEntryData::Data(DataEntry {
            account_id,
            data_name: String64(bytes(rest)),
            ..DataEntry::default()
        }),
        other => panic!("unknown kind {other}"),
    };
    data.to_key()
}

/// The entry that the file describes; none for null.
pub fn entry(value: &Value) -> Option<LedgerEntry> {
    match value.get("type")?.as_str().unwrap() {
        "account" => Some(account_entry(value)),
        "trustline" => Some(sponsored(
            value,
            LedgerEntryData::Trustline(TrustLineEntry {
                account_id: text(value, "account").parse().unwrap(),
                asset: line_asset(text(value, "asset")),
                balance: integer(value, "balance"),
                limit: integer(value, "limit"),
                flags: small(value, "flags"),
                ext: TrustLineEntryExt::V1(TrustLineEntryV1 {
                    liabilities: liabilities(value),
                    ..TrustLineEntryV1::default()
                }),
            }),
        )),
        "data" => Some(sponsored(
            value,
            LedgerEntryData::Data(DataEntry {
                account_id: text(value, "account").parse().unwrap(),
                data_name: String64(bytes(text(value, "name"))),
                data_value: DataValue(
                    BASE64.decode(text(value, "value_base64")).unwrap().try_into().unwrap(),
                ),
                ..DataEntry::default()
            }),
        )),
        other => panic!("unknown type {other}"),
    }
}

/// The account entry that the file describes.
pub fn account_entry(value: &Value) -> LedgerEntry {
    let thresholds =
        ["master", "low", "med", "high"].map(|name| u8::try_from(small(&value["thresholds"], name)).unwrap());
    let listed = value["signers"].as_array().unwrap();
    let signers: Vec<Signer> = listed
        .iter()
        .map(|signer| Signer { key: text(signer, "key").parse().unwrap(), weight: small(signer, "weight") })
        .collect();
    let sponsors: Vec<SponsorshipDescriptor> =
        listed.iter().map(|signer| SponsorshipDescriptor(account(signer, "sponsor"))).collect();
    let ext = AccountEntryExtensionV2 {
        num_sponsored: small(value, "num_sponsored"),
        num_sponsoring: small(value, "num_sponsoring"),
        signer_sponsoring_i_ds: sponsors.try_into().unwrap(),
        ext: AccountEntryExtensionV2Ext::V3(AccountEntryExtensionV3 {
            seq_ledger: small(value, "seq_ledger"),
            seq_time: value["seq_time"].as_u64().unwrap().into(),
            ..AccountEntryExtensionV3::default()
        }),
    };
    sponsored(
        value,
        LedgerEntryData::Account(AccountEntry {
            account_id: text(value, "account").parse().unwrap(),
            balance: integer(value, "balance"),
            seq_num: integer(value, "seq_num").into(),
            num_sub_entries: small(value, "num_subentries"),
            inflation_dest: account(value, "inflation_dest"),
            flags: small(value, "flags"),
            home_domain: String32(bytes(text(value, "home_domain"))),
            thresholds: Thresholds(thresholds),
            signers: signers.try_into().unwrap(),
            ext: AccountEntryExt::V1(AccountEntryExtensionV1 {
                liabilities: liabilities(value),
                ext: AccountEntryExtensionV1Ext::V2(ext),
            }),
        }),
    )
}

fn sponsored(value: &Value, data: LedgerEntryData) -> LedgerEntry {
    LedgerEntry {
        last_modified_ledger_seq: 0,
        data,
        ext: LedgerEntryExt::V1(LedgerEntryExtensionV1 {
            sponsoring_id: SponsorshipDescriptor(account(value, "sponsor")),
            ..LedgerEntryExtensionV1::default()
        }),
    }
}

fn line_asset(name: &str) -> TrustLineAsset {
    let (code, issuer) = name.split_once(':').unwrap();
    let issuer = issuer.parse().unwrap();
    match code.parse().unwrap() {
        AssetCode::CreditAlphanum4(asset_code) => {
            TrustLineAsset::CreditAlphanum4(AlphaNum4 { asset_code, issuer })
        }
        AssetCode::CreditAlphanum12(asset_code) => {
            TrustLineAsset::CreditAlphanum12(AlphaNum12 { asset_code, issuer })
        }
    }
}

fn liabilities(value: &Value) -> Liabilities {
    Liabilities {
        buying: integer(value, "buying_liabilities"),
        selling: integer(value, "selling_liabilities"),
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn integer(value: &Value, name: &str) -> i64 {
    text(value, name).parse().unwrap()
}

fn small(value: &Value, name: &str) -> u32 {
    value[name].as_u64().unwrap().try_into().unwrap()
}

fn account(value: &Value, name: &str) -> Option<AccountId> {
    value[name].as_str().map(|id| id.parse().unwrap())
}

/// Bytes that the file wrote as Latin-1.
fn bytes<const MAX: u32>(text: &str) -> StringM<MAX> {
    let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
    bytes.try_into().unwrap()
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
