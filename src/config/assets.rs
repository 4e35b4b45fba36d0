//! The assets' settings: `[[assets]]` in the file, `ASSETS[0]_CODE` … in the environment.

use rust_decimal::Decimal;
use windlass_domain::{Amount, AssetCode, CurrencyCode, FeeSchedule, Offer};
use windlass_stellar::{AccountId, Keypair};

use super::Settings;

/// One asset as configured.
#[derive(Debug)]
pub struct AssetConfig {
    /// Its code.
    pub code: AssetCode,
    /// Its issuer; in the sandbox one is made.
    pub issuer: Option<AccountId>,
    /// Its counterpart.
    pub currency: CurrencyCode,
    /// The counterpart's decimals.
    pub currency_digits: u32,
    /// Signs for the distribution account; in the sandbox one is made.
    pub distribution_key: Option<Keypair>,
    /// Deposits by SEP-24; `None`: switched off.
    pub sep24_deposit: Option<Offer>,
    /// Withdrawals by SEP-24; `None`: switched off.
    pub sep24_withdrawal: Option<Offer>,
}

pub(super) fn read(settings: &mut Settings) -> Vec<AssetConfig> {
    (0..settings.count("assets")).filter_map(|index| asset(settings, &format!("assets.{index}"))).collect()
}

fn asset(settings: &mut Settings, key: &str) -> Option<AssetConfig> {
    let code = settings.parse::<AssetCode>(&format!("{key}.code"), "1 to 12 letters and digits");
    if code.is_none() {
        settings.fault(&format!("{key}.code"), "is needed");
    }
    let issuer = settings.parse::<AccountId>(&format!("{key}.issuer"), "an account, G…");
    let currency = settings.parse::<CurrencyCode>(&format!("{key}.currency"), "an ISO 4217 code such as USD");
    if currency.is_none() {
        settings.fault(&format!("{key}.currency"), "is needed");
    }
    let currency_digits =
        settings.parse(&format!("{key}.currency_digits"), "a number from 0 to 7").unwrap_or(2);
    if currency_digits > 7 {
        settings.fault(&format!("{key}.currency_digits"), "is a number from 0 to 7");
    }
    let sep24_deposit = offer(settings, &format!("{key}.sep24_deposit"));
    let sep24_withdrawal = offer(settings, &format!("{key}.sep24_withdrawal"));
    let code = code?;
    let distribution_key =
        settings.seed(&format!("secret.distribution_seed_{}", code.to_string().to_ascii_lowercase()));
    Some(AssetConfig {
        code,
        issuer,
        currency: currency?,
        currency_digits,
        distribution_key,
        sep24_deposit,
        sep24_withdrawal,
    })
}

fn offer(settings: &mut Settings, key: &str) -> Option<Offer> {
    let amount = "an amount such as 12.5, with at most seven decimals";
    let enabled = settings.flag(&format!("{key}.enabled"));
    let minimum = settings.parse::<Amount>(&format!("{key}.min_amount"), amount);
    let maximum = settings.parse::<Amount>(&format!("{key}.max_amount"), amount);
    let fixed = settings.parse::<Amount>(&format!("{key}.fee_fixed"), amount).unwrap_or_default();
    let percent =
        settings.parse::<Decimal>(&format!("{key}.fee_percent"), "a number such as 0.5").unwrap_or_default();
    let fee_minimum = settings.parse::<Amount>(&format!("{key}.fee_minimum"), amount).unwrap_or_default();
    if enabled != Some(true) {
        return None;
    }
    if percent.is_sign_negative() || percent > Decimal::ONE_HUNDRED {
        settings.fault(&format!("{key}.fee_percent"), "is a number from 0 to 100");
    }
    let (Some(minimum), Some(maximum)) = (minimum, maximum) else {
        settings.fault(key, "needs min_amount and max_amount");
        return None;
    };
    if minimum > maximum || maximum.is_zero() {
        settings.fault(&format!("{key}.max_amount"), "is more than nothing and at least min_amount");
    }
    Some(Offer { minimum, maximum, fee: FeeSchedule { fixed, percent, minimum: fee_minimum } })
}
