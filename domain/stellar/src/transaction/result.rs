//! A transaction's result, with the names that Horizon gives to its codes.

use stellar_xdr::{
    self as xdr, InnerTransactionResultResult as Inner, OperationResult, OperationResultTr as Tr, ReadXdr,
    TransactionResultResult as Outer,
};

/// The text is not the XDR of a transaction result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the XDR of a transaction result: {0}")]
pub struct ResultError(String);

/// The codes of a result by Horizon's names, such as `tx_failed` and `op_no_trust`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultNames {
    /// Of the transaction, or of the fee bump around it.
    pub transaction: String,
    /// Of the transaction inside a fee bump.
    pub inner_transaction: Option<String>,
    /// Of each operation, if it came to them.
    pub operations: Vec<String>,
}

impl ResultNames {
    /// Reads a result, base64 XDR.
    ///
    /// # Errors
    /// [`ResultError`] for anything else.
    pub fn read(text: &str) -> Result<Self, ResultError> {
        let limits = xdr::Limits { depth: 200, len: text.len() };
        let result = xdr::TransactionResult::from_xdr_base64(text, limits)
            .map_err(|error| ResultError(error.to_string()))?;
        Ok(Self::of(&result))
    }

    /// Names the codes of a result.
    pub fn of(result: &xdr::TransactionResult) -> Self {
        let (inner_transaction, operations) = match &result.result {
            Outer::TxSuccess(operations) | Outer::TxFailed(operations) => (None, operations.as_slice()),
            Outer::TxFeeBumpInnerSuccess(inner) | Outer::TxFeeBumpInnerFailed(inner) => {
                let inner = &inner.result.result;
                let operations = match inner {
                    Inner::TxSuccess(operations) | Inner::TxFailed(operations) => operations.as_slice(),
                    _ => &[],
                };
                (Some(transaction_name(inner.name())), operations)
            }
            _ => (None, [].as_slice()),
        };
        Self {
            transaction: transaction_name(result.result.name()),
            inner_transaction,
            operations: operations.iter().map(operation_name).collect(),
        }
    }
}

fn transaction_name(code: &str) -> String {
    match code {
        "TxNoAccount" => "tx_no_source_account".to_owned(),
        "TxBadMinSeqAgeOrGap" => "tx_bad_minseq_age_or_gap".to_owned(),
        regular => snake_case(regular),
    }
}

fn operation_name(result: &OperationResult) -> String {
    let OperationResult::OpInner(result) = result else {
        return match result {
            OperationResult::OpNoAccount => "op_no_source_account".to_owned(),
            regular => snake_case(regular.name()),
        };
    };
    let is_offer =
        matches!(result, Tr::ManageSellOffer(_) | Tr::ManageBuyOffer(_) | Tr::CreatePassiveSellOffer(_));
    match code(result) {
        "SellNotAuthorized" if is_offer => "sell_not_authorized".to_owned(),
        "BuyNotAuthorized" if is_offer => "buy_not_authorized".to_owned(),
        "NotFound" if is_offer => "op_offer_not_found".to_owned(),
        "AlreadyExist" => "op_already_exists".to_owned(),
        "SeqnumTooFar" => "op_seq_num_too_far".to_owned(),
        "NoTrustLine" => "op_no_trust".to_owned(),
        "NotIssuer" => "op_no_issuer".to_owned(),
        "NameNotFound" => "op_data_name_not_found".to_owned(),
        "InvalidName" => "op_data_invalid_name".to_owned(),
        "OverSendmax" => "op_over_source_max".to_owned(),
        "UnderDestmin" => "op_under_dest_min".to_owned(),
        "OfferCrossSelf" => "op_cross_self".to_owned(),
        regular => format!("op_{}", snake_case(regular)),
    }
}

/// The code's name in the protocol.
fn code(result: &Tr) -> &'static str {
    match result {
        Tr::CreateAccount(result) => result.name(),
        Tr::Payment(result) => result.name(),
        Tr::PathPaymentStrictReceive(result) => result.name(),
        Tr::ManageSellOffer(result) => result.name(),
        Tr::CreatePassiveSellOffer(result) => result.name(),
        Tr::SetOptions(result) => result.name(),
        Tr::ChangeTrust(result) => result.name(),
        Tr::AllowTrust(result) => result.name(),
        Tr::AccountMerge(result) => result.name(),
        Tr::Inflation(result) => result.name(),
        Tr::ManageData(result) => result.name(),
        Tr::BumpSequence(result) => result.name(),
        Tr::ManageBuyOffer(result) => result.name(),
        Tr::PathPaymentStrictSend(result) => result.name(),
        Tr::CreateClaimableBalance(result) => result.name(),
        Tr::ClaimClaimableBalance(result) => result.name(),
        Tr::BeginSponsoringFutureReserves(result) => result.name(),
        Tr::EndSponsoringFutureReserves(result) => result.name(),
        Tr::RevokeSponsorship(result) => result.name(),
        Tr::Clawback(result) => result.name(),
        Tr::ClawbackClaimableBalance(result) => result.name(),
        Tr::SetTrustLineFlags(result) => result.name(),
        Tr::LiquidityPoolDeposit(result) => result.name(),
        Tr::LiquidityPoolWithdraw(result) => result.name(),
        Tr::InvokeHostFunction(result) => result.name(),
        Tr::ExtendFootprintTtl(result) => result.name(),
        Tr::RestoreFootprint(result) => result.name(),
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
