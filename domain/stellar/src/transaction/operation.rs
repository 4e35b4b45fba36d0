//! The operations that an anchor sends: each a constructor over its XDR.

use stellar_xdr as xdr;

use crate::{AccountId, MuxedAccount, StellarAsset, Stroops};

/// Why there is no such operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OperationError {
    /// A name, value or domain is longer than the ledger takes.
    #[error("the {what} has {length} bytes, where the ledger takes at most {max}")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// How many bytes it has.
        length: usize,
        /// How many it may have.
        max: usize,
    },
}

/// One operation of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation(xdr::Operation);

impl Operation {
    /// Pays `amount` of `asset` to `destination`, which must exist and, for an issued asset, trust it.
    pub fn payment(destination: MuxedAccount, asset: StellarAsset, amount: Stroops) -> Self {
        Self::of(xdr::OperationBody::Payment(xdr::PaymentOp {
            destination: destination.to_xdr(),
            asset: asset.to_xdr(),
            amount: amount.get(),
        }))
    }

    /// Creates `destination` with `starting_balance` of XLM, at least its reserve.
    pub fn create_account(destination: AccountId, starting_balance: Stroops) -> Self {
        Self::of(xdr::OperationBody::CreateAccount(xdr::CreateAccountOp {
            destination: destination.to_xdr(),
            starting_balance: starting_balance.get(),
        }))
    }

    /// Trusts `asset` up to `limit`; a limit of zero removes the trustline. For XLM the network answers `op_malformed`.
    pub fn change_trust(asset: StellarAsset, limit: Stroops) -> Self {
        let line = match asset.to_xdr() {
            xdr::Asset::Native => xdr::ChangeTrustAsset::Native,
            xdr::Asset::CreditAlphanum4(asset) => xdr::ChangeTrustAsset::CreditAlphanum4(asset),
            xdr::Asset::CreditAlphanum12(asset) => xdr::ChangeTrustAsset::CreditAlphanum12(asset),
        };
        Self::of(xdr::OperationBody::ChangeTrust(xdr::ChangeTrustOp { line, limit: limit.get() }))
    }

    /// Names the domain (at most 32 bytes) whose stellar.toml speaks for the account.
    ///
    /// # Errors
    /// [`OperationError::TooLong`].
    pub fn set_home_domain(domain: &str) -> Result<Self, OperationError> {
        let domain = domain.try_into().map_err(|_| too_long("home domain", domain.len(), 32))?;
        Ok(Self::of(xdr::OperationBody::SetOptions(xdr::SetOptionsOp {
            home_domain: Some(xdr::String32(domain)),
            ..Default::default()
        })))
    }

    /// Sets the data entry `name` (at most 64 bytes) to `value` (at most 64 bytes), or removes it.
    ///
    /// # Errors
    /// [`OperationError::TooLong`].
    pub fn manage_data(name: &str, value: Option<&[u8]>) -> Result<Self, OperationError> {
        let data_name = name.try_into().map_err(|_| too_long("data entry's name", name.len(), 64))?;
        let data_value = value
            .map(|value| value.try_into().map_err(|_| too_long("data entry's value", value.len(), 64)))
            .transpose()?;
        Ok(Self::of(xdr::OperationBody::ManageData(xdr::ManageDataOp {
            data_name: xdr::String64(data_name),
            data_value: data_value.map(xdr::DataValue),
        })))
    }

    /// Raises the source account's sequence number to `to`; where it is not less already, nothing happens, and that is no
    /// failure. To 0 it never changes anything.
    pub fn bump_sequence(to: i64) -> Self {
        Self::of(xdr::OperationBody::BumpSequence(xdr::BumpSequenceOp { bump_to: xdr::SequenceNumber(to) }))
    }

    /// The same operation on behalf of `source` instead of the transaction's source account.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<MuxedAccount>) -> Self {
        self.0.source_account = Some(source.into().to_xdr());
        self
    }

    /// As XDR.
    pub fn into_xdr(self) -> xdr::Operation {
        self.0
    }

    fn of(body: xdr::OperationBody) -> Self {
        Self(xdr::Operation { source_account: None, body })
    }
}

fn too_long(what: &'static str, length: usize, max: usize) -> OperationError {
    OperationError::TooLong { what, length, max }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_the_ledger_does_not_take_are_refused() {
        assert!(Operation::set_home_domain(&"d".repeat(32)).is_ok());
        assert_eq!(Operation::set_home_domain(&"d".repeat(33)), Err(too_long("home domain", 33, 32)));
        assert!(Operation::manage_data(&"n".repeat(64), Some(&[0; 64])).is_ok());
        assert_eq!(Operation::manage_data(&"n".repeat(65), None), Err(too_long("data entry's name", 65, 64)));
        assert_eq!(Operation::manage_data("n", Some(&[0; 65])), Err(too_long("data entry's value", 65, 64)));
    }
}
