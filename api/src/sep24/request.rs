//! A wallet's request for a deposit or a withdrawal, read and checked.

use windlass_commands::InitiateTransfer;
use windlass_domain::{Amount, AssetId, Subject, transfer::Kind};
use windlass_stellar::{Memo, MuxedAccount};

use super::offered;
use crate::{Api, auth::Session, error::ApiError, fields::Fields};

/// The longest SEP-12 customer id that is kept.
const LONGEST_CUSTOMER_ID: usize = 100;
/// The longest language tag that RFC 4646 asks to be taken.
const LONGEST_LANG: usize = 42;

/// What the wallet asks for. SEP-9 fields and the wallet's name are accepted and not kept (SEP24-022, SEP24-023).
pub(super) fn read(
    api: &Api,
    kind: Kind,
    session: &Session,
    fields: &Fields,
) -> Result<InitiateTransfer, ApiError> {
    let asset = offered::requested(api, fields, |asset| offered::offer(asset, kind).is_some())?;
    if fields.get("quote_id").is_some() {
        return Err(ApiError::bad_request("quote_id: quotes are not supported here; leave it out"));
    }
    let other_side = if kind.is_deposit() { "source_asset" } else { "destination_asset" };
    let currency = AssetId::Iso4217(asset.currency);
    if fields.parse::<AssetId>(other_side)?.is_some_and(|given| given != currency) {
        return Err(ApiError::BadRequest(format!("{other_side}: only {currency} is offered for this asset")));
    }
    let account: Option<MuxedAccount> = fields.parse("account")?;
    let stellar_account = account.unwrap_or_else(|| session.subject.address());
    let (memo, refund_memo) = if kind.is_deposit() {
        let own = || own_memo(&session.subject, stellar_account);
        (memo(fields, "memo", "memo_type")?.unwrap_or_else(own), Memo::None)
    } else {
        // A withdrawal's `memo` names the user of a shared account, which the token does better (SEP24-032).
        (Memo::None, memo(fields, "refund_memo", "refund_memo_type")?.unwrap_or_default())
    };
    let customer_id = fields.get("customer_id").map(str::to_owned);
    if customer_id.as_ref().is_some_and(|id| id.len() > LONGEST_CUSTOMER_ID) {
        return Err(ApiError::bad_request("customer_id: at most 100 characters"));
    }
    Ok(InitiateTransfer {
        kind,
        subject: session.subject,
        client_domain: session.client_domain.clone(),
        stellar_account,
        asset: asset.stellar,
        requested_amount: fields.parse::<Amount>("amount")?,
        memo,
        refund_memo,
        lang: lang(fields).map(str::to_owned),
        claimable_balance_supported: flag(fields, "claimable_balance_supported")?,
        customer_id,
    })
}

/// The language tag, where it is one; another is passed over, since a transfer need not fail for it.
pub(super) fn lang(fields: &Fields) -> Option<&str> {
    let is_tag = |lang: &&str| {
        lang.len() <= LONGEST_LANG
            && lang.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    fields.get("lang").filter(is_tag)
}

/// A memo with its type: both or neither (SEP24-018, SEP24-034).
fn memo(fields: &Fields, value: &str, kind: &str) -> Result<Option<Memo>, ApiError> {
    match (fields.get(value), fields.get(kind)) {
        (None, None) => Ok(None),
        (Some(text), Some(of @ ("text" | "id" | "hash"))) => match Memo::parse(of, text) {
            Ok(memo) => Ok(Some(memo)),
            Err(error) => Err(ApiError::BadRequest(format!("{value}: {error}"))),
        },
        (Some(_), Some(_)) => Err(ApiError::BadRequest(format!("{kind}: text, id or hash is needed"))),
        _ => Err(ApiError::BadRequest(format!("{value} and {kind}: both or neither are needed"))),
    }
}

/// The memo that a user of a shared account logged in with: a payment to that account without it would be nobody's.
fn own_memo(subject: &Subject, destination: MuxedAccount) -> Memo {
    if destination != subject.account().into() {
        return Memo::None;
    }
    let text = subject.to_string();
    let memo = text.split_once(':').and_then(|(_, memo)| Memo::parse("id", memo).ok());
    memo.unwrap_or_default()
}

/// A boolean, which forms send as text (SEP24-020, SEP24-T03).
fn flag(fields: &Fields, name: &str) -> Result<bool, ApiError> {
    match fields.get(name).map(str::to_ascii_lowercase).as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(ApiError::BadRequest(format!("{name}: true or false is needed"))),
    }
}
