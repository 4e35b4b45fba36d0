//! Fields from a JSON object. Numbers keep the digits they were written with: an amount is never a float (SEP24-T13).

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::Fields;
use crate::error::ApiError;

/// Texts, numbers and booleans by name; null counts as absent. Nothing nested, so no depth can be too deep.
pub(super) fn read(body: &[u8]) -> Result<Fields, ApiError> {
    let object: BTreeMap<String, &RawValue> = serde_json::from_slice(body)
        .map_err(|_| ApiError::bad_request("the body is not a JSON object of names and plain values"))?;
    let mut fields = BTreeMap::new();
    for (name, value) in object {
        if let Some(value) = plain(&name, value.get())? {
            fields.insert(name, value);
        }
    }
    Ok(Fields(fields))
}

fn plain(name: &str, raw: &str) -> Result<Option<String>, ApiError> {
    let nested = || {
        let name: String = name.chars().take(40).collect();
        ApiError::BadRequest(format!("'{name}' must be a text, a number or a boolean"))
    };
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw).map(Some).map_err(|_| nested()),
        Some(b'{' | b'[') | None => Err(nested()),
        Some(b'n') => Ok(None),
        Some(_) => Ok(Some(raw.to_owned())),
    }
}
