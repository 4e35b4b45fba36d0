//! The names by which Horizon calls result codes (`extras.result_codes`).

use stellar_xdr::{
    InnerTransactionResultResult as Inner, OperationResult, OperationResultTr as Tr, TransactionResult,
    TransactionResultResult as Code,
};

/// The codes of a result, by Horizon's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultCodes {
    /// Of the transaction, or of the fee bump around it.
    pub transaction: String,
    /// Of the transaction inside a fee bump.
    pub inner_transaction: Option<String>,
    /// Of each operation, if it came to them.
    pub operations: Vec<String>,
}

/// Names the codes of a result.
#[must_use]
pub fn result_codes(result: &TransactionResult) -> ResultCodes {
    let (inner_transaction, operations) = match &result.result {
        Code::TxSuccess(results) | Code::TxFailed(results) => (None, results.as_slice()),
        Code::TxFeeBumpInnerSuccess(pair) | Code::TxFeeBumpInnerFailed(pair) => {
            let inner = &pair.result.result;
            let results = match inner {
                Inner::TxSuccess(results) | Inner::TxFailed(results) => results.as_slice(),
                _ => &[],
            };
            (Some(transaction_name(inner.name())), results)
        }
        _ => (None, [].as_slice()),
    };
    ResultCodes {
        transaction: transaction_name(result.result.name()),
        inner_transaction,
        operations: operations.iter().map(operation_name).collect(),
    }
}

fn transaction_name(code: &str) -> String {
    match code {
        "TxNoAccount" => "tx_no_source_account".to_owned(),
        "TxBadMinSeqAgeOrGap" => "tx_bad_minseq_age_or_gap".to_owned(),
        other => snake_case(other),
    }
}

fn operation_name(result: &OperationResult) -> String {
    let OperationResult::OpInner(result) = result else {
        return match result {
            OperationResult::OpNoAccount => "op_no_source_account".to_owned(),
            other => snake_case(other.name()),
        };
    };
    let name = match code(result) {
        "AlreadyExist" => "already_exists".to_owned(),
        "SeqnumTooFar" => "seq_num_too_far".to_owned(),
        "NoTrustLine" => "no_trust".to_owned(),
        "NameNotFound" => "data_name_not_found".to_owned(),
        "InvalidName" => "data_invalid_name".to_owned(),
        other => snake_case(other),
    };
    format!("op_{name}")
}

/// The code's name in the protocol. Operations that the engine does not carry out only ever
/// succeed, as untried ones beside another's failure.
fn code(result: &Tr) -> &'static str {
    match result {
        Tr::CreateAccount(r) => r.name(),
        Tr::Payment(r) => r.name(),
        Tr::SetOptions(r) => r.name(),
        Tr::ChangeTrust(r) => r.name(),
        Tr::AllowTrust(r) => r.name(),
        Tr::AccountMerge(r) => r.name(),
        Tr::ManageData(r) => r.name(),
        Tr::BumpSequence(r) => r.name(),
        Tr::SetTrustLineFlags(r) => r.name(),
        _ => "Success",
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
