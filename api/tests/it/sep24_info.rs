//! SEP-24: what is offered.

use serde_json::{Value, json};

use crate::support::Anchor;

/// SEP24-002, SEP24-003, SEP24-057, SEP24-058, SEP24-059, SEP24-060, SEP24-061, SEP24-063, SEP24-T02
#[tokio::test]
async fn info_tells_everybody_what_is_offered_with_limits_and_fees() {
    let anchor = Anchor::new().await;
    let answer = anchor.get("/sep24/info?lang=de").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let offer = json!({
        "enabled": true, "min_amount": 5, "max_amount": 10000.5,
        "fee_fixed": 0.5, "fee_percent": 1, "fee_minimum": 0,
    });
    let expected: Value = json!({
        "deposit": { "USD": offer, "native": offer },
        "withdraw": { "USD": offer, "native": { "enabled": false } },
        "fee": { "enabled": false },
        "features": { "account_creation": false, "claimable_balances": false },
    });
    assert_eq!(answer.json(), expected);
}

/// SEP24-063
#[tokio::test]
async fn the_deprecated_fee_endpoint_is_not_there() {
    let anchor = Anchor::new().await;
    assert_eq!(anchor.get("/sep24/fee?operation=deposit&asset_code=USD&amount=1").await.status, 404);
}
