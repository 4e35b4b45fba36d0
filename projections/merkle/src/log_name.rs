//! The name of a log, by which the roots of two logs are told apart.

use std::{fmt, str::FromStr};

use windlass_stellar::serde_as_string;

const LONGEST: usize = 64;

/// The text is no name of a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no name of a log: 1 to 64 letters, digits and hyphens are needed")]
pub struct LogNameError(String);

/// A log's name: a UUID, say, chosen when the log begins and never again. ASCII letters, digits and hyphens, so
/// that a signed root's lines are unambiguous.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogName(String);

impl fmt::Display for LogName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LogName {
    type Err = LogNameError;

    fn from_str(text: &str) -> Result<Self, LogNameError> {
        let fits = (1..=LONGEST).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            Ok(Self(text.to_owned()))
        } else {
            Err(LogNameError(text.to_owned()))
        }
    }
}

serde_as_string!(LogName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_line_ends_and_no_spaces() {
        let name: LogName = "5b0f7a5e-1f5d-4c0a-9a55-2f1f6a3c9d10".parse().unwrap();
        assert_eq!(name.to_string(), "5b0f7a5e-1f5d-4c0a-9a55-2f1f6a3c9d10");
        for refused in ["", "a b", "a\n", "é", &"a".repeat(65)] {
            assert_eq!(refused.parse::<LogName>(), Err(LogNameError(refused.to_owned())));
        }
    }
}
