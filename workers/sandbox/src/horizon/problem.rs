//! Errors as Horizon writes them: `application/problem+json` with a type, a title and extras.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use stellar_xdr::{Limits, TransactionResult, WriteXdr};

use crate::SandboxError;
use windlass_stellar::ResultNames;

use crate::engine::SignedTransaction;

/// An error answer.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: &'static str,
    extras: Value,
}

impl Problem {
    pub(super) fn not_found() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            kind: "not_found",
            title: "Resource Missing",
            detail: "The resource at the url requested was not found. This usually occurs for \
                     one of two reasons: the url requested is not valid, or no data in our \
                     database could be found with the parameters provided.",
            extras: Value::Null,
        }
    }

    /// One field of the request is not as it must be.
    pub(super) fn bad_request(field: &str, reason: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "bad_request",
            title: "Bad Request",
            detail: "The request you sent was invalid in some way.",
            extras: json!({"invalid_field": field, "reason": reason}),
        }
    }

    pub(super) fn transaction_malformed(envelope: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "transaction_malformed",
            title: "Transaction Malformed",
            detail: "Horizon could not decode the transaction envelope in this request. A \
                     transaction should be an XDR TransactionEnvelope struct encoded using \
                     base64. The envelope read from this request is echoed in the \
                     `extras.envelope_xdr` field of this response for your convenience.",
            extras: json!({"envelope_xdr": envelope}),
        }
    }

    pub(super) fn transaction_failed(tx: &SignedTransaction, result: &TransactionResult) -> Self {
        let codes = ResultNames::of(result);
        let mut named = Map::new();
        named.insert("transaction".to_owned(), codes.transaction.into());
        if let Some(inner) = codes.inner_transaction {
            named.insert("inner_transaction".to_owned(), inner.into());
        }
        if !codes.operations.is_empty() {
            named.insert("operations".to_owned(), codes.operations.into());
        }
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "transaction_failed",
            title: "Transaction Failed",
            detail: "The transaction failed when submitted to the stellar network. The \
                     `extras.result_codes` field on this response contains further details. \
                     Operations that this network does not carry out answer op_not_supported.",
            extras: json!({
                "envelope_xdr": base64(tx.envelope()),
                "result_codes": named,
                "result_xdr": base64(result),
            }),
        }
    }

    /// What became of the transaction is not known (yet).
    pub(super) fn timeout(tx: &SignedTransaction) -> Self {
        Self {
            extras: json!({
                "hash": hex::encode(tx.hash()),
                "envelope_xdr": base64(tx.envelope()),
            }),
            ..Self::gateway_timeout()
        }
    }

    pub(super) fn gateway_timeout() -> Self {
        Self {
            status: StatusCode::GATEWAY_TIMEOUT,
            kind: "timeout",
            title: "Timeout",
            detail: "Your request timed out before completing. Please try your request again. \
                     If you are submitting a transaction make sure you are sending exactly the \
                     same transaction (with the same sequence number).",
            extras: Value::Null,
        }
    }

    pub(super) fn unavailable() -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            kind: "server_over_capacity",
            title: "Server Over Capacity",
            detail: "This server is currently overloaded. Please try again later.",
            extras: Value::Null,
        }
    }

    fn internal() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            kind: "server_error",
            title: "Internal Server Error",
            detail: "An error occurred while processing this request.",
            extras: Value::Null,
        }
    }
}

impl From<SandboxError> for Problem {
    fn from(error: SandboxError) -> Self {
        tracing::error!(%error, "the sandbox network could not answer");
        Self::internal()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": format!("https://stellar.org/horizon-errors/{}", self.kind),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let (Some(body), Value::Object(_)) = (body.as_object_mut(), &self.extras) {
            body.insert("extras".to_owned(), self.extras);
        }
        let kind = HeaderValue::from_static("application/problem+json; charset=utf-8");
        (self.status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response()
    }
}

/// XDR in base64; what was decoded or built here always encodes.
pub(super) fn base64(value: &impl WriteXdr) -> String {
    value.to_xdr_base64(Limits::none()).unwrap_or_default()
}
