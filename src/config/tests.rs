//! What is taken, what is refused, and how faults are told.

use std::path::Path;

use super::*;

fn configured(toml: &str, environment: &[(&str, &str)]) -> Result<Config, Faults> {
    let mut settings = Settings::default();
    settings.add_toml(toml, Path::new("windlass.toml"))?;
    settings
        .add_environment(environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Config::from_settings(settings)
}

fn faults(toml: &str, environment: &[(&str, &str)]) -> Vec<String> {
    configured(toml, environment).unwrap_err().0.into_iter().map(|fault| fault.key).collect()
}

#[test]
fn with_no_setting_the_sandbox_runs_here() {
    let config = configured("", &[]).unwrap();
    assert_eq!(config.host_url, "http://localhost:8000");
    assert_eq!(config.horizon_url(), "http://localhost:8000/sandbox/horizon");
    assert!(matches!(config.stellar, Stellar::Sandbox { hosted: true, .. }));
    assert_eq!(config.network.passphrase(), Network::TESTNET);
    assert_eq!(config.sep10.home_domain, "localhost:8000");
}

#[test]
fn the_environment_overrides_the_file() {
    let toml = "host_url = 'https://file.example'\n[sep10]\nauth_timeout = 60\njwt_timeout = '2h'";
    let config = configured(toml, &[("SEP10_AUTH_TIMEOUT", "120"), ("PATH", "/bin")]).unwrap();
    assert_eq!(config.host_url, "https://file.example");
    assert_eq!(config.sep10.auth_timeout, Duration::from_secs(120));
    assert_eq!(config.sep10.jwt_timeout, Duration::from_secs(7_200));
}

#[test]
fn all_faults_are_told_at_once_each_with_its_name() {
    let toml = "colour = 'red'\nlisten = 'here'\n[sep10]\nauth_timout = 1\njwt_timeout = '1w'";
    let environment = [("SEP10_TYPO", "1"), ("MAX_TRANSACTION_FEE_STROOPS", "99"), ("HOST_URL", "ftp://x")];
    let mut told = faults(toml, &environment);
    told.sort();
    told.dedup();
    let wanted = [
        "colour",
        "host_url",
        "listen",
        "max_transaction_fee_stroops",
        "sep10.auth_timout",
        "sep10.jwt_timeout",
        "sep10.typo",
    ];
    assert_eq!(told, wanted);
}

#[test]
fn secrets_stay_out_of_the_file_and_out_of_messages() {
    let seed = "SCTTK6TE6H4ZPBLMXGNTDVTCABKFLP6GU4XEAKWCFPQT6TONMTXWT7H2";
    let toml = format!("[secret]\nsep10_signing_seed = '{seed}'");
    let error = configured(&toml, &[("SECRET_SEP10_JWT_SECRET", "short and secret")]).unwrap_err();
    let keys: Vec<_> = error.0.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(keys, ["secret.sep10_signing_seed", "secret.sep10_jwt_secret"]);
    assert!(!error.to_string().contains(seed) && !error.to_string().contains("short and secret"));

    let config = configured("", &[("SECRET_SEP10_SIGNING_SEED", seed)]).unwrap();
    assert!(!format!("{config:?}").contains(seed));
}

#[test]
fn operators_have_a_secret_of_their_own() {
    let secret = "0123456789abcdef0123456789abcdef";
    let told = |operators| {
        faults("", &[("SECRET_SEP10_JWT_SECRET", secret), ("SECRET_OPERATOR_JWT_SECRET", operators)])
    };
    assert_eq!(told(secret), ["secret.operator_jwt_secret"]);
    assert_eq!(told("too short"), ["secret.operator_jwt_secret"]);
    assert!(configured("", &[("SECRET_OPERATOR_JWT_SECRET", secret)]).unwrap().operator_secret.is_some());
    let production = configured("", &[("HORIZON_URL", "https://horizon.example")]).unwrap_err().to_string();
    assert!(!production.contains("OPERATOR"), "without it nobody audits over HTTP, and that is all");
}

#[test]
fn public_addresses_are_https_outside_of_local_mode() {
    assert_eq!(faults("", &[("HOST_URL", "http://anchor.example")]), ["host_url"]);
    assert!(configured("", &[("HOST_URL", "http://anchor.example"), ("LOCAL_MODE", "true")]).is_ok());
    assert!(configured("", &[("HOST_URL", "https://anchor.example/")]).is_ok());
}

#[test]
fn a_network_needs_keys_and_assets_of_its_own_and_the_public_one_is_refused() {
    let told = faults("", &[("HORIZON_URL", "https://horizon.example")]);
    assert_eq!(told, ["secret.sep10_signing_seed", "secret.sep10_jwt_secret", "secret.master_key", "assets"]);
    assert_eq!(
        faults("", &[("STELLAR_NETWORK_PASSPHRASE", Network::PUBLIC)]),
        ["stellar_network_passphrase"]
    );
    let both = [("HORIZON_URL", "https://horizon.example"), ("SANDBOX_URL", "http://localhost:1")];
    assert!(faults("", &both).contains(&"sandbox.url".to_owned()));
}

#[test]
fn assets_are_read_from_the_file_and_from_the_environment() {
    let toml = "[[assets]]\ncode = 'EURX'\ncurrency = 'EUR'\n[assets.sep24_deposit]\nenabled = true\nmin_amount = 1\n\
        max_amount = '500.5'\nfee_percent = '0.25'";
    let environment = [
        ("ASSETS[0]_SEP24_WITHDRAWAL_ENABLED", "true"),
        ("ASSETS[0]_SEP24_WITHDRAWAL_MIN_AMOUNT", "2"),
        ("ASSETS[0]_SEP24_WITHDRAWAL_MAX_AMOUNT", "3"),
    ];
    let config = configured(toml, &environment).unwrap();
    let [asset] = &config.assets[..] else { panic!("one asset") };
    assert_eq!((asset.code.as_str(), asset.currency.as_str(), asset.currency_digits), ("EURX", "EUR", 2));
    assert_eq!(asset.sep24_deposit.as_ref().unwrap().maximum.to_string(), "500.5");
    assert_eq!(asset.sep24_withdrawal.as_ref().unwrap().minimum.to_string(), "2");
}

#[test]
fn assets_that_cannot_be_meant_are_refused() {
    let toml = "[[assets]]\ncode = 'TOO-LONG-A-CODE'\ncurrency = 'euro'\n[assets.sep24_deposit]\nenabled = true\n\
        min_amount = '5'\nmax_amount = '1'\nfee_percent = '-1'\nfee_fixd = '1'";
    let mut told = faults(toml, &[]);
    told.sort();
    told.dedup();
    let wanted = [
        "assets.0.code",
        "assets.0.currency",
        "assets.0.sep24_deposit.fee_fixd",
        "assets.0.sep24_deposit.fee_percent",
        "assets.0.sep24_deposit.max_amount",
    ];
    assert_eq!(told, wanted);
    let twice = "[[assets]]\ncode = 'A'\ncurrency = 'USD'\n[[assets]]\ncode = 'A'\ncurrency = 'EUR'";
    assert_eq!(faults(twice, &[]), ["assets", "assets"]);
}

/// SEP10-T12
#[test]
fn domains_that_do_not_fit_into_a_challenge_are_refused() {
    let long = "a".repeat(65);
    let told = faults("", &[("SEP10_HOME_DOMAIN", &long[..60]), ("SEP10_WEB_AUTH_DOMAIN", &long)]);
    assert_eq!(told, ["sep10.home_domain", "sep10.web_auth_domain"]);
}

#[test]
fn the_keys_of_tamper_evidence_are_seeds_and_publishing_has_a_pace() {
    let seed = windlass_stellar::Keypair::from_seed_bytes([1; 32]).seed().to_string();
    let given = [
        ("SECRET_AUDIT_SIGNING_SEED", seed.as_str()),
        ("SECRET_AUDIT_PUBLISHING_SEED", &seed),
        ("AUDIT_PUBLISH_INTERVAL", "10s"),
    ];
    let audit = configured("", &given).unwrap().audit;
    assert!(audit.signing_key.is_some() && audit.publishing_key.is_some());
    assert_eq!(audit.publish_interval, std::time::Duration::from_secs(10));
    let bad = [("SECRET_AUDIT_SIGNING_SEED", "G"), ("AUDIT_PUBLISH_INTERVAL", "9s")];
    let mut told = faults("", &bad);
    told.dedup();
    assert!(told.contains(&"audit.publish_interval".to_owned()), "{told:?}");
    assert!(told.contains(&"secret.audit_signing_seed".to_owned()), "{told:?}");
}

#[test]
fn former_master_keys_stand_beside_the_current_one_with_commas_between_them() {
    let key = |letter: &str| format!("{}=", letter.repeat(43));
    let former = format!("{}, {}", key("B"), key("C"));
    let both = [("SECRET_MASTER_KEY", &*key("A")), ("SECRET_MASTER_KEY_PREVIOUS", &*former)];
    let config = configured("", &both).unwrap();
    assert_eq!(config.previous_master_keys.len(), 2);
    assert!(!format!("{config:?}").contains("BBBB"));
    let alone = faults("", &[("SECRET_MASTER_KEY_PREVIOUS", &former)]);
    assert_eq!(alone, ["secret.master_key_previous"]);
    let short = [("SECRET_MASTER_KEY", &*key("A")), ("SECRET_MASTER_KEY_PREVIOUS", "short")];
    assert_eq!(faults("", &short), ["secret.master_key_previous"]);
}
