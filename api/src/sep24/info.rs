//! `GET /info`: what is offered, with limits and fees.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::value::RawValue;
use windlass_domain::{Offer, transfer::Kind};

use super::offered;
use crate::{Api, error::ApiError};

#[derive(Serialize)]
struct Info<'a> {
    deposit: BTreeMap<&'a str, Entry>,
    withdraw: BTreeMap<&'a str, Entry>,
    fee: Fee,
    features: Features,
}

/// One asset in one direction (SEP24-058). Numbers keep their digits: they are written as text, never through a float.
#[derive(Serialize)]
struct Entry {
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_amount: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_amount: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee_fixed: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee_percent: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee_minimum: Option<Box<RawValue>>,
}

/// `GET /fee` is deprecated and not offered (SEP24-060, SEP24-063).
#[derive(Serialize)]
struct Fee {
    enabled: bool,
}

/// What is done for accounts that cannot take the asset yet (SEP24-061).
#[derive(Serialize)]
struct Features {
    account_creation: bool,
    claimable_balances: bool,
}

pub(crate) async fn info(State(api): State<Arc<Api>>) -> Result<Response, ApiError> {
    let info = Info {
        deposit: entries(&api, Kind::Sep24Deposit),
        withdraw: entries(&api, Kind::Sep24Withdrawal),
        fee: Fee { enabled: false },
        features: Features { account_creation: false, claimable_balances: false },
    };
    let body = serde_json::to_string(&info).map_err(|error| {
        tracing::error!(%error, "the offer could not be written");
        ApiError::Internal
    })?;
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}

fn entries(api: &Api, kind: Kind) -> BTreeMap<&str, Entry> {
    let mut entries = BTreeMap::new();
    for asset in api.commands.assets() {
        // Of several by one code the first is meant, here as in requests that name no issuer.
        entries
            .entry(offered::code(&asset.stellar))
            .or_insert_with(|| Entry::new(offered::offer(asset, kind)));
    }
    entries
}

impl Entry {
    fn new(offer: Option<&Offer>) -> Self {
        let number = |text: Option<String>| text.and_then(|text| RawValue::from_string(text).ok());
        Self {
            enabled: offer.is_some(),
            min_amount: number(offer.map(|offer| offer.minimum.to_string())),
            max_amount: number(offer.map(|offer| offer.maximum.to_string())),
            fee_fixed: number(offer.map(|offer| offer.fee.fixed.to_string())),
            fee_percent: number(offer.map(|offer| offer.fee.percent.to_string())),
            fee_minimum: number(offer.map(|offer| offer.fee.minimum.to_string())),
        }
    }
}
