//! SEP-1: what `stellar.toml` says, and how it is served.

use axum::{body::Body, http::Request};
use toml::{Table, Value};
use windlass_api::Organization;
use windlass_stellar::Network;

use crate::support::{Anchor, HOST, key, network, signing_key};

async fn document(anchor: &Anchor) -> Table {
    anchor.get("/.well-known/stellar.toml").await.body.parse().unwrap()
}

fn text<'a>(table: &'a Table, key: &str) -> &'a str {
    table[key].as_str().unwrap()
}

/// SEP01-001, SEP01-002, SEP01-003, SEP01-007, SEP01-008, SEP01-T01
#[tokio::test]
async fn the_file_is_plain_text_that_every_origin_may_read() {
    let anchor = Anchor::new().await;
    let get = anchor.get("/.well-known/stellar.toml").await;
    let head = Request::head("/.well-known/stellar.toml").body(Body::empty()).unwrap();
    let head = anchor.send(head).await;
    for answer in [&get, &head] {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(answer.header("content-type").starts_with("text/plain"));
    }
    assert_eq!(get.header("content-length"), head.header("content-length"));
    assert!(head.body.is_empty());
}

/// SEP01-006
#[tokio::test]
async fn other_pages_are_not_open_to_every_origin() {
    let anchor = Anchor::new().await;
    for path in
        ["/", "/health/live", "/health/ready", "/sep24/interactive", "/sep24/transaction/more_info", "/none"]
    {
        let request =
            Request::get(path).header("origin", "https://other.example").body(Body::empty()).unwrap();
        assert_eq!(anchor.send(request).await.header("access-control-allow-origin"), "", "{path}");
    }
}

/// SEP01-005, SEP01-009, SEP01-010, SEP01-012, SEP01-014, SEP01-016, SEP01-019, SEP01-025, SEP01-065, SEP10-076
#[tokio::test]
async fn it_names_the_network_the_key_and_the_services_that_run() {
    let document = document(&Anchor::new().await).await;
    assert_eq!(text(&document, "VERSION"), "2.7.0");
    assert_eq!(text(&document, "NETWORK_PASSPHRASE"), network().passphrase());
    assert_eq!(text(&document, "SIGNING_KEY"), signing_key().account_id().to_string());
    assert_eq!(text(&document, "WEB_AUTH_ENDPOINT"), format!("{HOST}/auth"));
    assert_eq!(text(&document, "TRANSFER_SERVER_SEP0024"), format!("{HOST}/sep24"));
}

/// SEP01-011, SEP01-012, SEP01-013, SEP01-015, SEP01-017, SEP01-018, SEP01-020, SEP01-022, SEP01-023, SEP01-024
#[tokio::test]
async fn it_names_no_service_that_does_not_run() {
    let document = document(&Anchor::new().await).await;
    for absent in [
        "FEDERATION_SERVER",
        "AUTH_SERVER",
        "TRANSFER_SERVER",
        "KYC_SERVER",
        "WEB_AUTH_FOR_CONTRACTS_ENDPOINT",
        "WEB_AUTH_CONTRACT_ID",
        "HORIZON_URL",
        "URI_REQUEST_SIGNING_KEY",
        "DIRECT_PAYMENT_SERVER",
        "ANCHOR_QUOTE_SERVER",
    ] {
        assert!(!document.contains_key(absent), "{absent}");
    }
}

/// SEP01-020
#[tokio::test]
async fn a_horizon_that_is_offered_is_named() {
    let anchor = Anchor::with(|config| config.horizon_url = Some("http://localhost:8000".into())).await;
    assert_eq!(text(&document(&anchor).await, "HORIZON_URL"), "http://localhost:8000");
}

/// SEP01-021
#[tokio::test]
async fn every_account_of_the_organization_is_listed_once() {
    let document = document(&Anchor::new().await).await;
    let listed: Vec<&str> =
        document["ACCOUNTS"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let mut expected = [100, 101, 102].map(|number| key(number).account_id()).to_vec();
    expected.sort();
    assert_eq!(listed, expected.iter().map(ToString::to_string).collect::<Vec<_>>());
}

/// SEP01-027, SEP01-028, SEP01-029, SEP01-030, SEP01-031, SEP01-032, SEP01-034, SEP01-037, SEP01-038, SEP01-039
#[tokio::test]
async fn the_organization_is_documented_as_far_as_it_is_configured() {
    let plain = document(&Anchor::new().await).await;
    let plain = plain["DOCUMENTATION"].as_table().unwrap();
    assert_eq!(text(plain, "ORG_NAME"), "Example Anchor Ltd");
    assert_eq!(text(plain, "ORG_URL"), HOST);
    assert!(!plain.contains_key("ORG_DBA"));

    let some = |text: &str| Some(text.to_owned());
    let anchor = Anchor::with(|config| {
        config.organization = Organization {
            name: "Full \"Name\" = [Ltd]".into(),
            url: HOST.into(),
            dba: some("Full"),
            description: some("Two\nlines"),
            logo: some("https://anchor.example/logo.png"),
            physical_address: some("1 Road"),
            phone_number: some("+14155550100"),
            official_email: some("office@anchor.example"),
            support_email: some("help@anchor.example"),
            licensing_authority: some("The Authority"),
            license_type: some("E-money"),
            license_number: some("7"),
            accounts: vec![],
        };
    })
    .await;
    let full = document(&anchor).await;
    let full = full["DOCUMENTATION"].as_table().unwrap();
    let expected = [
        ("ORG_NAME", "Full \"Name\" = [Ltd]"),
        ("ORG_URL", HOST),
        ("ORG_DBA", "Full"),
        ("ORG_DESCRIPTION", "Two\nlines"),
        ("ORG_LOGO", "https://anchor.example/logo.png"),
        ("ORG_PHYSICAL_ADDRESS", "1 Road"),
        ("ORG_PHONE_NUMBER", "+14155550100"),
        ("ORG_OFFICIAL_EMAIL", "office@anchor.example"),
        ("ORG_SUPPORT_EMAIL", "help@anchor.example"),
        ("ORG_LICENSING_AUTHORITY", "The Authority"),
        ("ORG_LICENSE_TYPE", "E-money"),
        ("ORG_LICENSE_NUMBER", "7"),
    ];
    assert_eq!(full.len(), expected.len());
    for (name, value) in expected {
        assert_eq!(text(full, name), value);
    }
}

/// SEP01-044, SEP01-045, SEP01-048, SEP01-049, SEP01-050, SEP01-051, SEP01-052, SEP01-053, SEP01-056, SEP01-064
#[tokio::test]
async fn every_asset_is_a_currency_with_exactly_one_statement_of_its_supply() {
    let document = document(&Anchor::new().await).await;
    let currencies = document["CURRENCIES"].as_array().unwrap();
    assert_eq!(currencies.len(), 2);
    let usd = currencies[0].as_table().unwrap();
    assert_eq!((text(usd, "code"), text(usd, "status")), ("USD", "test"));
    assert_eq!(text(usd, "issuer"), key(101).account_id().to_string());
    assert_eq!(usd["display_decimals"].as_integer(), Some(2));
    assert_eq!(usd["is_unlimited"].as_bool(), Some(true));
    assert!(!usd.contains_key("fixed_number") && !usd.contains_key("max_number"));
    assert_eq!(usd["is_asset_anchored"].as_bool(), Some(true));
    assert_eq!((text(usd, "anchor_asset_type"), text(usd, "anchor_asset")), ("fiat", "USD"));
    assert!(!text(usd, "desc").is_empty() && !text(usd, "redemption_instructions").is_empty());
    assert_eq!(usd["regulated"].as_bool(), Some(false));
    let native = currencies[1].as_table().unwrap();
    assert_eq!(text(native, "code"), "native");
    assert!(!native.contains_key("issuer"));
}

/// SEP01-048
#[tokio::test]
async fn on_the_public_network_assets_are_live() {
    let anchor = Anchor::with(|config| config.network = Network::new(Network::PUBLIC)).await;
    let document = document(&anchor).await;
    assert_eq!(document["CURRENCIES"][0]["status"].as_str(), Some("live"));
}
