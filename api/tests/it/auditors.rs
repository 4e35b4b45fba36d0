//! Operators' tokens, good ones and others.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{EncodingKey, Header};
use secrecy::SecretString;
use serde_json::json;
use sha2::Sha256;
use windlass_api::{OperatorTokens, Role};

use crate::support::{Anchor, HOST, OPERATOR_SECRET};

/// An auditor's token for an hour.
pub fn auditor(anchor: &Anchor) -> String {
    let tokens = OperatorTokens::new(&SecretString::from(OPERATOR_SECRET), HOST).unwrap();
    let hour = Duration::from_secs(3600);
    tokens.issue(Role::Auditor, "Grace Hopper", "token-1", anchor.now(), hour).unwrap().unwrap()
}

/// A token that is signed as operators' tokens are, with that role and audience.
pub fn operator(anchor: &Anchor, role: Option<&str>, audience: &str) -> String {
    let mut key = Hmac::<Sha256>::new_from_slice(OPERATOR_SECRET.as_bytes()).unwrap();
    key.update(b"windlass:operator\0");
    let key = EncodingKey::from_secret(&key.finalize().into_bytes());
    let now = anchor.now().unix_timestamp();
    let claims = json!({
        "iss": HOST, "aud": audience, "sub": "Grace Hopper", "iat": now, "exp": now + 60, "jti": "1", "role": role,
    });
    jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap()
}
