//! What Horizon says is wrong: `application/problem+json` (RFC 7807).

use std::fmt;

use serde::Deserialize;
use windlass_domain::ports::ResultCodes;

#[derive(Debug, Deserialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    extras: Option<Extras>,
}

#[derive(Debug, Deserialize)]
struct Extras {
    #[serde(default)]
    result_codes: Option<Codes>,
}

#[derive(Debug, Deserialize)]
struct Codes {
    #[serde(default)]
    transaction: String,
    #[serde(default)]
    inner_transaction: Option<String>,
    #[serde(default)]
    operations: Vec<String>,
}

impl Problem {
    /// Whether it is of that type, such as `not_found`; Horizon puts an address before it.
    pub(crate) fn is(&self, kind: &str) -> bool {
        self.kind.rsplit('/').next() == Some(kind)
    }

    /// The result codes of a transaction that failed; of the inner one in a fee bump.
    pub(crate) fn result_codes(self) -> Option<ResultCodes> {
        let Codes { transaction, inner_transaction, operations } = self.extras?.result_codes?;
        Some(ResultCodes { transaction: inner_transaction.unwrap_or(transaction), operations })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clip = |text: &str| text.chars().take(200).collect::<String>();
        write!(f, "{}: {}", clip(&self.title), clip(&self.detail))
    }
}
