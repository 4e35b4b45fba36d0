//! What the server hands out, against challenges that another SDK built (`../golden/`).

use windlass_stellar::{
    Challenge, ChallengeBuildError, Envelope, MAX_HOME_DOMAIN, MAX_WEB_AUTH_DOMAIN, OperationError,
    TimeBounds,
};

use crate::support::*;

/// SEP10-026 SEP10-027 SEP10-028 SEP10-029 SEP10-030 SEP10-031 SEP10-032 SEP10-034 SEP10-035 SEP10-T09 SEP10-T11
/// SEP10-T14
#[test]
fn a_challenge_with_memo_and_client_domain_is_byte_for_byte_what_another_sdk_builds() {
    let request = Request { memo: Some((1 << 63) + 1), ..Request::with_wallet() };
    assert_eq!(request.build(), include_str!("../golden/challenge.b64"));
}

/// SEP10-030 SEP10-T10
#[test]
fn a_challenge_for_a_muxed_account_keeps_the_muxed_form() {
    let request = Request { client: muxed_client(), ..Request::plain() };
    assert_eq!(request.build(), include_str!("../golden/challenge_muxed.b64"));
}

/// SEP10-028
#[test]
fn a_challenge_is_valid_from_now_for_its_lifetime() {
    let envelope = Envelope::read(&Request::plain().build(), &network()).unwrap();
    assert_eq!(envelope.time_bounds(), Some(TimeBounds { min: NOW, max: NOW + 900 }));
}

fn challenge<'a>(
    server: &'a windlass_stellar::Keypair,
    network: &'a windlass_stellar::Network,
) -> Challenge<'a> {
    Challenge {
        network,
        server,
        client: client().account_id().into(),
        memo: None,
        home_domain: "anchor.example",
        web_auth_domain: WEB_AUTH_DOMAIN,
        client_domain: None,
        nonce: [9; 48],
        now: NOW,
        lifetime: 900,
    }
}

/// SEP10-008
#[test]
fn a_memo_with_a_muxed_account_is_refused() {
    let (server, network) = (server(), network());
    let both = Challenge { client: muxed_client(), memo: Some(1), ..challenge(&server, &network) };
    assert_eq!(both.build(), Err(ChallengeBuildError::MemoWithMuxed));
}

/// SEP10-T12
#[test]
fn domains_up_to_the_limits_are_built_and_longer_ones_refused() {
    let (server, network) = (server(), network());
    let build = |home: usize, web: usize| {
        let (home_domain, web_auth_domain) = (&*"h".repeat(home), &*"w".repeat(web));
        Challenge { home_domain, web_auth_domain, ..challenge(&server, &network) }.build()
    };
    let too_long = |what, length| Err(OperationError::TooLong { what, length, max: 64 }.into());

    assert!(build(MAX_HOME_DOMAIN, MAX_WEB_AUTH_DOMAIN).is_ok());
    assert_eq!(build(MAX_HOME_DOMAIN + 1, 1), too_long("data entry's name", 65));
    assert_eq!(build(1, MAX_WEB_AUTH_DOMAIN + 1), too_long("data entry's value", 65));
}

/// SEP10-051: the server's own signature must not pass for a wallet's.
#[test]
fn a_client_domain_with_the_servers_own_key_is_refused() {
    let (server, network) = (server(), network());
    let client_domain = Some(("wallet.example", server.account_id()));
    let own = Challenge { client_domain, ..challenge(&server, &network) };
    assert_eq!(own.build(), Err(ChallengeBuildError::ClientDomainIsServer));
}
