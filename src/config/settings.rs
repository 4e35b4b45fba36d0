//! Settings by name, from wherever they come; what nobody asked for is a fault.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use secrecy::SecretString;
use windlass_stellar::Keypair;

/// Everything that is wrong with the configuration.
#[derive(Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

/// One setting that is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its name in the file, such as `sep10.auth_timeout`.
    pub key: String,
    /// What would be right.
    pub message: String,
}

impl Faults {
    /// Of one setting.
    pub fn one(key: &str, message: &str) -> Self {
        Self(vec![Fault { key: key.to_owned(), message: message.to_owned() }])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration cannot be used:")?;
        for Fault { key, message } in &self.0 {
            write!(f, "\n  {key} (in the environment {}): {message}", environment_name(key))?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// Settings that were read and not yet asked for.
#[derive(Debug, Default)]
pub struct Settings {
    values: BTreeMap<String, Value>,
    faults: Vec<Fault>,
}

struct Value {
    text: String,
    from_file: bool,
}

impl fmt::Debug for Value {
    /// Any of them may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Environment variables that begin so are ours: an unknown one is a fault, most likely a slip of the pen.
const OUR_PREFIXES: [&str; 4] = ["ASSETS[", "SEP10_", "SECRET_", "SANDBOX_"];

/// The names that the environment may give, beside those of assets.
const KNOWN: [&str; 26] = [
    "listen",
    "host_url",
    "data_dir",
    "database_url",
    "database_direct_url",
    "database.statement_cache",
    "database.connections",
    "stellar_network_passphrase",
    "horizon_url",
    "sandbox.url",
    "sandbox.ledger_interval",
    "local_mode",
    "max_transaction_fee_stroops",
    "sep10.home_domain",
    "sep10.web_auth_domain",
    "sep10.auth_timeout",
    "sep10.jwt_timeout",
    "form_deadline",
    "funds_deadline",
    "work.task_lease",
    "work.duty_lease",
    "audit.publish_interval",
    "organization.name",
    "organization.url",
    "secret.sep10_signing_seed",
    "secret.sep10_jwt_secret",
];

impl Settings {
    /// Reads `file` (`windlass.toml` if none is named and there is one), `.env` and the environment.
    ///
    /// # Errors
    /// [`Faults`] where a file cannot be read.
    pub fn read(file: Option<PathBuf>) -> Result<Self, Faults> {
        let mut settings = Self::default();
        let file = file.or_else(|| Some(PathBuf::from("windlass.toml")).filter(|path| path.exists()));
        if let Some(file) = file {
            settings.add_toml(&read_file(&file)?, &file)?;
        }
        let dotenv = Path::new(".env");
        if dotenv.exists() {
            settings.add_environment(parse_dotenv(&read_file(dotenv)?)?);
        }
        settings.add_environment(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        );
        Ok(settings)
    }

    /// Adds what a TOML text says.
    ///
    /// # Errors
    /// [`Faults`] where it is no TOML.
    pub fn add_toml(&mut self, text: &str, path: &Path) -> Result<(), Faults> {
        let table: toml::Table = text.parse().map_err(|error| {
            Faults::one(&path.display().to_string(), &format!("is no valid TOML: {error}"))
        })?;
        self.add_value("", &toml::Value::Table(table));
        Ok(())
    }

    fn add_value(&mut self, key: &str, value: &toml::Value) {
        let below = |name: &str| if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
        match value {
            toml::Value::Table(table) => {
                table.iter().for_each(|(name, value)| self.add_value(&below(name), value))
            }
            toml::Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.add_value(&below(&index.to_string()), item);
                }
            }
            toml::Value::String(text) => self.add(key.to_owned(), text.clone(), true),
            other => self.add(key.to_owned(), other.to_string(), true),
        }
    }

    /// Adds what an environment says; variables that are not ours are left alone.
    pub fn add_environment(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        for (name, text) in variables {
            let known = KNOWN.iter().find(|key| environment_name(key) == name);
            if let Some(key) = known {
                self.add((*key).to_owned(), text, false);
            } else if let Some(key) = key_of(&name) {
                self.add(key, text, false);
            }
        }
    }

    fn add(&mut self, key: String, text: String, from_file: bool) {
        self.values.insert(key, Value { text, from_file });
    }

    /// Notes a fault.
    pub fn fault(&mut self, key: &str, message: &str) {
        self.faults.push(Fault { key: key.to_owned(), message: message.to_owned() });
    }

    /// A text; empty counts as not given.
    pub fn text(&mut self, key: &str) -> Option<String> {
        self.values.remove(key).map(|value| value.text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Whatever can be read from text.
    pub fn parse<T: FromStr>(&mut self, key: &str, wanted: &str) -> Option<T> {
        let text = self.text(key)?;
        let value = text.parse().ok();
        if value.is_none() {
            self.fault(key, &format!("is '{text}', but {wanted} is needed"));
        }
        value
    }

    /// `true` or `false`.
    pub fn flag(&mut self, key: &str) -> Option<bool> {
        self.parse(key, "true or false")
    }

    /// A web address, without the slash at its end.
    pub fn url(&mut self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        let url = text.trim_end_matches('/').to_owned();
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        let plain = |rest: &str| {
            let host = rest.split('/').next().unwrap_or_default();
            !host.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic()) && !rest.contains(['@', '?', '#'])
        };
        if !rest.is_some_and(plain) {
            self.fault(key, &format!("is '{text}', but an address such as https://anchor.example is needed"));
        }
        Some(url)
    }

    /// A duration.
    pub fn duration(&mut self, key: &str, default: Duration) -> Duration {
        let Some(text) = self.text(key) else { return default };
        super::duration::parse(&text).unwrap_or_else(|| {
            self.fault(
                key,
                &format!("is '{text}', but a duration such as 250ms, 30s, 15m, 2h or 1d is needed"),
            );
            default
        })
    }

    /// A duration of at least a second, and at most ten years.
    pub fn seconds(&mut self, key: &str, default: u64) -> Duration {
        let duration = self.duration(key, Duration::from_secs(default));
        if duration < Duration::from_secs(1) || duration > Duration::from_secs(315_360_000) {
            self.fault(key, "is at least 1s and at most 3650d");
        }
        duration
    }

    /// A secret of at least that many characters; never out of the file.
    pub fn secret(&mut self, key: &str, least: usize) -> Option<SecretString> {
        let value = self.values.remove(key)?;
        if value.from_file {
            self.fault(key, "is a secret: it belongs into the environment or .env, not into the file");
        }
        if value.text.len() < least {
            self.fault(key, &format!("has at least {least} characters"));
        }
        Some(SecretString::from(value.text))
    }

    /// Several secrets with commas between them, each of at least that many characters; never out of the file.
    pub fn secrets(&mut self, key: &str, least: usize) -> Vec<SecretString> {
        use secrecy::ExposeSecret;
        let Some(all) = self.secret(key, 0) else { return Vec::new() };
        let texts = all.expose_secret().split(',').map(str::trim).filter(|text| !text.is_empty());
        let secrets: Vec<_> = texts.map(SecretString::from).collect();
        if secrets.iter().any(|secret| secret.expose_secret().len() < least) {
            self.fault(key, &format!("has at least {least} characters in each of its parts"));
        }
        secrets
    }

    /// A secret seed.
    pub fn seed(&mut self, key: &str) -> Option<Keypair> {
        use secrecy::ExposeSecret;
        let seed = self.secret(key, 56)?;
        let pair = Keypair::from_seed(seed.expose_secret());
        if pair.is_err() {
            self.fault(key, "is no secret seed: 56 characters that begin with S are needed");
        }
        pair.ok()
    }

    /// How many there are of a numbered setting: `assets.0.code`, `assets.1.code` …
    pub fn count(&self, prefix: &str) -> usize {
        let index = |key: &String| {
            key.strip_prefix(prefix)?.strip_prefix('.')?.split('.').next()?.parse::<usize>().ok()
        };
        self.values.keys().filter_map(index).max().map_or(0, |last| last + 1).min(1_000)
    }

    /// Ends the reading: what nobody asked for is unknown.
    ///
    /// # Errors
    /// [`Faults`]: all that were noted, and every unknown setting.
    pub fn finish(mut self) -> Result<(), Faults> {
        for key in self.values.keys() {
            let message = "is not a setting; see docs/configuration.md for those that there are".to_owned();
            self.faults.push(Fault { key: key.clone(), message });
        }
        if self.faults.is_empty() { Ok(()) } else { Err(Faults(self.faults)) }
    }
}

/// `sep10.auth_timeout` is `SEP10_AUTH_TIMEOUT`; `assets.0.code` is `ASSETS[0]_CODE`.
fn environment_name(key: &str) -> String {
    let mut name = String::new();
    for part in key.split('.') {
        if part.parse::<usize>().is_ok() {
            name.push_str(&format!("[{part}]"));
        } else {
            if !name.is_empty() {
                name.push('_');
            }
            name.push_str(&part.to_ascii_uppercase());
        }
    }
    name
}

/// The setting of an environment variable that begins like one of ours.
fn key_of(name: &str) -> Option<String> {
    let prefix = OUR_PREFIXES.iter().find(|prefix| name.starts_with(**prefix))?;
    if *prefix == "ASSETS[" {
        let (index, rest) = name.strip_prefix(prefix)?.split_once("]_")?;
        // The only settings two levels deep are those of one protocol's direction.
        let rest = rest.to_ascii_lowercase();
        let rest = rest
            .replace("sep24_deposit_", "sep24_deposit.")
            .replace("sep24_withdrawal_", "sep24_withdrawal.");
        return Some(format!("assets.{index}.{rest}"));
    }
    let rest = name.strip_prefix(prefix)?;
    Some(format!("{}.{}", prefix.trim_end_matches('_').to_ascii_lowercase(), rest.to_ascii_lowercase()))
}

fn read_file(path: &Path) -> Result<String, Faults> {
    std::fs::read_to_string(path)
        .map_err(|error| Faults::one(&path.display().to_string(), &format!("cannot be read: {error}")))
}

/// Lines of `NAME=value`; quotes around a value are taken off, lines that begin with # are remarks.
fn parse_dotenv(text: &str) -> Result<Vec<(String, String)>, Faults> {
    let mut variables = vec![];
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else {
            return Err(Faults::one(".env", &format!("line {} is not NAME=value", number + 1)));
        };
        let value = value.trim();
        let unquoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
        variables.push((name.trim().to_owned(), unquoted.unwrap_or(value).to_owned()));
    }
    Ok(variables)
}
