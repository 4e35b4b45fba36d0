//! Results: putting them together, and the names by which Horizon calls their codes.

use stellar_xdr::{
    Hash, InnerTransactionResult, InnerTransactionResultExt, InnerTransactionResultPair,
    InnerTransactionResultResult as Inner, Operation, OperationBody as Body, OperationResult,
    OperationResultTr as Tr, TransactionResult, TransactionResultExt, TransactionResultResult as Code,
};

/// A transaction's result with the fee it names, in stroops.
pub(super) fn with_fee(fee_charged: i64, result: Code) -> TransactionResult {
    TransactionResult { fee_charged, result, ext: TransactionResultExt::V0 }
}

/// The outcome of a fee bump, given that of the transaction inside it.
pub(super) fn bumped(inner_hash: [u8; 32], inner: Code) -> Code {
    let success = matches!(inner, Code::TxSuccess(_));
    let pair = InnerTransactionResultPair {
        transaction_hash: Hash(inner_hash),
        result: InnerTransactionResult {
            fee_charged: 0,
            result: as_inner(inner),
            ext: InnerTransactionResultExt::V0,
        },
    };
    if success { Code::TxFeeBumpInnerSuccess(pair) } else { Code::TxFeeBumpInnerFailed(pair) }
}

/// Whether the transaction (and the one inside it) did what it was to do.
#[must_use]
pub fn is_success(result: &TransactionResult) -> bool {
    matches!(result.result, Code::TxSuccess(_) | Code::TxFeeBumpInnerSuccess(_))
}

/// The results of operations that have not been tried: success, of each one's kind.
pub(super) fn untried(operations: &[Operation]) -> Vec<OperationResult> {
    operations.iter().map(|operation| OperationResult::OpInner(success(&operation.body))).collect()
}

/// The bare success of an operation.
pub(super) fn success(body: &Body) -> Tr {
    match body {
        Body::CreateAccount(_) => Tr::CreateAccount(Default::default()),
        Body::Payment(_) => Tr::Payment(Default::default()),
        Body::PathPaymentStrictReceive(_) => Tr::PathPaymentStrictReceive(Default::default()),
        Body::ManageSellOffer(_) => Tr::ManageSellOffer(Default::default()),
        Body::CreatePassiveSellOffer(_) => Tr::CreatePassiveSellOffer(Default::default()),
        Body::SetOptions(_) => Tr::SetOptions(Default::default()),
        Body::ChangeTrust(_) => Tr::ChangeTrust(Default::default()),
        Body::AllowTrust(_) => Tr::AllowTrust(Default::default()),
        Body::AccountMerge(_) => Tr::AccountMerge(Default::default()),
        Body::Inflation => Tr::Inflation(Default::default()),
        Body::ManageData(_) => Tr::ManageData(Default::default()),
        Body::BumpSequence(_) => Tr::BumpSequence(Default::default()),
        Body::ManageBuyOffer(_) => Tr::ManageBuyOffer(Default::default()),
        Body::PathPaymentStrictSend(_) => Tr::PathPaymentStrictSend(Default::default()),
        Body::CreateClaimableBalance(_) => Tr::CreateClaimableBalance(Default::default()),
        Body::ClaimClaimableBalance(_) => Tr::ClaimClaimableBalance(Default::default()),
        Body::BeginSponsoringFutureReserves(_) => Tr::BeginSponsoringFutureReserves(Default::default()),
        Body::EndSponsoringFutureReserves => Tr::EndSponsoringFutureReserves(Default::default()),
        Body::RevokeSponsorship(_) => Tr::RevokeSponsorship(Default::default()),
        Body::Clawback(_) => Tr::Clawback(Default::default()),
        Body::ClawbackClaimableBalance(_) => Tr::ClawbackClaimableBalance(Default::default()),
        Body::SetTrustLineFlags(_) => Tr::SetTrustLineFlags(Default::default()),
        Body::LiquidityPoolDeposit(_) => Tr::LiquidityPoolDeposit(Default::default()),
        Body::LiquidityPoolWithdraw(_) => Tr::LiquidityPoolWithdraw(Default::default()),
        Body::InvokeHostFunction(_) => Tr::InvokeHostFunction(Default::default()),
        Body::ExtendFootprintTtl(_) => Tr::ExtendFootprintTtl(Default::default()),
        Body::RestoreFootprint(_) => Tr::RestoreFootprint(Default::default()),
    }
}

fn as_inner(code: Code) -> Inner {
    match code {
        Code::TxSuccess(results) => Inner::TxSuccess(results),
        Code::TxFailed(results) => Inner::TxFailed(results),
        Code::TxTooEarly => Inner::TxTooEarly,
        Code::TxTooLate => Inner::TxTooLate,
        Code::TxMissingOperation => Inner::TxMissingOperation,
        Code::TxBadSeq => Inner::TxBadSeq,
        Code::TxBadAuth => Inner::TxBadAuth,
        Code::TxInsufficientBalance => Inner::TxInsufficientBalance,
        Code::TxNoAccount => Inner::TxNoAccount,
        Code::TxInsufficientFee => Inner::TxInsufficientFee,
        Code::TxBadAuthExtra => Inner::TxBadAuthExtra,
        Code::TxNotSupported => Inner::TxNotSupported,
        Code::TxBadSponsorship => Inner::TxBadSponsorship,
        Code::TxBadMinSeqAgeOrGap => Inner::TxBadMinSeqAgeOrGap,
        Code::TxMalformed => Inner::TxMalformed,
        Code::TxSorobanInvalid => Inner::TxSorobanInvalid,
        Code::TxFrozenKeyAccessed => Inner::TxFrozenKeyAccessed,
        // A fee bump is never inside another one.
        Code::TxInternalError | Code::TxFeeBumpInnerSuccess(_) | Code::TxFeeBumpInnerFailed(_) => {
            Inner::TxInternalError
        }
    }
}
