//! Every event as one English sentence. A new event has no sentence, and then this does not compile.

mod envelope;
mod inbound;
mod transfer;

use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};
use windlass_domain::{Amounts, AssetId, Money, StellarAsset};
use windlass_stellar::{Memo, Stroops};

use super::event::Event;

/// What happened.
pub(super) fn what(event: &Event) -> String {
    match event {
        Event::Transfer(event) => transfer::what(event),
        Event::Envelope(event) => envelope::what(event),
        Event::Inbound(event) => inbound::what(event),
    }
}

/// A time in UTC, as RFC 3339 has it.
pub(super) fn time(time: OffsetDateTime) -> String {
    time.to_offset(UtcOffset::UTC).format(&Rfc3339).unwrap_or_default()
}

/// `100 USD`, `98.5 USDC:G…`, `5 XLM`: an asset of the ledger with its issuer, for the code alone is no asset.
pub(super) fn money(money: Money) -> String {
    format!("{} {}", money.amount, asset(money.asset))
}

fn stroops(amount: Stroops, of: StellarAsset) -> String {
    money(Money::new(amount.into(), AssetId::Stellar(of)))
}

fn asset(asset: AssetId) -> String {
    match asset {
        AssetId::Iso4217(code) => code.to_string(),
        AssetId::Stellar(StellarAsset::Native) => "XLM".to_owned(),
        AssetId::Stellar(issued) => issued.to_string(),
    }
}

pub(super) fn amounts(amounts: &Amounts) -> String {
    let Amounts { amount_in, fee, amount_out } = *amounts;
    format!("{} in, {} of it kept as the fee, {} out", money(amount_in), money(fee), money(amount_out))
}

/// `with memo id 77`, `without a memo`.
fn memo(memo: &Memo) -> String {
    match (memo.kind(), memo.value()) {
        (Some(kind), Some(value)) => format!("with memo {kind} {value}"),
        _ => "without a memo".to_owned(),
    }
}
