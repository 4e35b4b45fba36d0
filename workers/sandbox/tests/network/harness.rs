//! A network on a free port, and wallets that sign.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests end them when the network is not as expected"
)]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, Ordering};

use ed25519_dalek::{Signer as _, SigningKey};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use stellar_xdr::{
    AccountId, AlphaNum4, Asset, AssetCode4, ChangeTrustAsset, ChangeTrustOp, DecoratedSignature,
    FeeBumpTransaction, FeeBumpTransactionEnvelope, FeeBumpTransactionExt, FeeBumpTransactionInnerTx, Limits,
    Memo, MuxedAccount, Operation, OperationBody, PaymentOp, Preconditions, PublicKey, Signature,
    SignatureHint, Transaction, TransactionEnvelope, TransactionExt, TransactionV1Envelope, Uint256,
    WriteXdr,
};
use windlass_sandbox::{Sandbox, SandboxConfig};

pub const PASSPHRASE: &str = "Test SDF Network ; September 2015";
/// One lumen in stroops.
pub const XLM: i64 = 10_000_000;

/// A network served over HTTP.
pub struct Server {
    pub sandbox: Sandbox,
    pub base: String,
    pub client: Client,
}

impl Server {
    /// A network in memory.
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    /// A network in this file.
    pub async fn start_with(file: Option<PathBuf>) -> Self {
        Self::start_as(SandboxConfig { file, ..SandboxConfig::default() }).await
    }

    /// A network so configured, under a URL of its own.
    pub async fn start_as(config: SandboxConfig) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/net", listener.local_addr().unwrap());
        let sandbox = Sandbox::open(SandboxConfig { base_url: base.clone(), ..config }).await.unwrap();
        let app = axum::Router::new().nest("/net", sandbox.router());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { sandbox, base, client: Client::new() }
    }

    pub async fn get(&self, path: &str) -> Response {
        let url = format!("{}{path}", self.base);
        self.client.get(url).send().await.unwrap()
    }

    /// The JSON of a path that must be there.
    pub async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        let status = response.status();
        let body: Value = response.json().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    /// The records of a page.
    pub async fn records(&self, path: &str) -> Vec<Value> {
        let page = self.json(path).await;
        page["_embedded"]["records"].as_array().unwrap().clone()
    }

    /// Follows a link from an answer.
    pub async fn follow(&self, link: &Value) -> Value {
        let url = link["href"].as_str().unwrap();
        self.json(url.strip_prefix(&self.base).unwrap()).await
    }

    /// Submits and waits, while ledgers close.
    pub async fn submit(&self, envelope: &TransactionEnvelope) -> (StatusCode, Value) {
        let answer = self.post("/transactions", envelope);
        read(self.while_closing(answer).await).await
    }

    /// Submits without waiting.
    pub async fn submit_async(&self, envelope: &TransactionEnvelope) -> (StatusCode, Value) {
        read(self.post("/transactions_async", envelope).await).await
    }

    /// Submits what must succeed.
    pub async fn succeed(&self, envelope: &TransactionEnvelope) -> Value {
        let (status, body) = self.submit(envelope).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body
    }

    pub async fn post(&self, path: &str, envelope: &TransactionEnvelope) -> Response {
        let url = format!("{}{path}", self.base);
        let form = [("tx", envelope.to_xdr_base64(Limits::none()).unwrap())];
        self.client.post(url).form(&form).send().await.unwrap()
    }

    /// Closes ledgers, one after the other, until the request is answered.
    pub async fn while_closing<T>(&self, request: impl Future<Output = T>) -> T {
        tokio::pin!(request);
        loop {
            tokio::select! {
                biased;
                answer = &mut request => return answer,
                closed = self.sandbox.close_ledger() => {
                    closed.unwrap();
                }
            }
        }
    }

    /// A wallet with 10,000 lumens from friendbot.
    pub async fn wallet(&self) -> Wallet {
        let wallet = Wallet::new();
        let path = format!("/friendbot?addr={}", wallet.address());
        let response = self.while_closing(self.get(&path)).await;
        assert_eq!(response.status(), StatusCode::OK);
        wallet
    }

    /// The account's next sequence number.
    pub async fn next_sequence(&self, wallet: &Wallet) -> i64 {
        let account = self.json(&format!("/accounts/{}", wallet.address())).await;
        account["sequence"].as_str().unwrap().parse::<i64>().unwrap() + 1
    }

    /// A signed transaction with the account's next sequence number.
    pub async fn sign(&self, wallet: &Wallet, operations: Vec<Operation>) -> TransactionEnvelope {
        let sequence = self.next_sequence(wallet).await;
        wallet.sign(sequence, Memo::None, operations)
    }
}

pub async fn read(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    (status, response.json().await.unwrap())
}

/// A key, and the account of that key.
#[derive(Clone)]
pub struct Wallet {
    key: SigningKey,
}

impl Wallet {
    /// A key that no other test of this process has.
    pub fn new() -> Self {
        static NEXT: AtomicU8 = AtomicU8::new(1);
        let seed = [NEXT.fetch_add(1, Ordering::Relaxed); 32];
        Self { key: SigningKey::from_bytes(&seed) }
    }

    pub fn id(&self) -> AccountId {
        let key = Uint256(self.key.verifying_key().to_bytes());
        AccountId(PublicKey::PublicKeyTypeEd25519(key))
    }

    pub fn address(&self) -> String {
        self.id().to_string()
    }

    pub fn muxed(&self) -> MuxedAccount {
        self.id().into()
    }

    pub fn asset(&self, code: [u8; 4]) -> Asset {
        Asset::CreditAlphanum4(AlphaNum4 { asset_code: AssetCode4(code), issuer: self.id() })
    }

    pub fn sign(&self, sequence: i64, memo: Memo, operations: Vec<Operation>) -> TransactionEnvelope {
        let tx = Transaction {
            source_account: self.muxed(),
            fee: 100 * u32::try_from(operations.len()).unwrap(),
            seq_num: sequence.into(),
            cond: Preconditions::None,
            memo,
            operations: operations.try_into().unwrap(),
            ext: TransactionExt::V0,
        };
        let signature = self.signature(tx.hash(network_id()).unwrap());
        TransactionEnvelope::Tx(TransactionV1Envelope { tx, signatures: [signature].try_into().unwrap() })
    }

    /// A fee bump around a transaction, paid by this wallet.
    pub fn bump(&self, inner: &TransactionEnvelope, fee: i64) -> TransactionEnvelope {
        let TransactionEnvelope::Tx(inner) = inner.clone() else {
            unreachable!("only plain transactions are bumped");
        };
        let tx = FeeBumpTransaction {
            fee_source: self.muxed(),
            fee,
            inner_tx: FeeBumpTransactionInnerTx::Tx(inner),
            ext: FeeBumpTransactionExt::V0,
        };
        let signature = self.signature(tx.hash(network_id()).unwrap());
        TransactionEnvelope::TxFeeBump(FeeBumpTransactionEnvelope {
            tx,
            signatures: [signature].try_into().unwrap(),
        })
    }

    fn signature(&self, hash: [u8; 32]) -> DecoratedSignature {
        let [.., a, b, c, d] = self.key.verifying_key().to_bytes();
        DecoratedSignature {
            hint: SignatureHint([a, b, c, d]),
            signature: Signature(self.key.sign(&hash).to_bytes().try_into().unwrap()),
        }
    }
}

pub fn hash(envelope: &TransactionEnvelope) -> String {
    hex::encode(envelope.hash(network_id()).unwrap())
}

fn network_id() -> [u8; 32] {
    Sha256::digest(PASSPHRASE.as_bytes()).into()
}

pub fn pay(to: impl Into<MuxedAccount>, asset: Asset, amount: i64) -> Operation {
    Operation {
        source_account: None,
        body: OperationBody::Payment(PaymentOp { destination: to.into(), asset, amount }),
    }
}

pub fn trust(asset: &Asset) -> Operation {
    let Asset::CreditAlphanum4(asset) = asset.clone() else {
        unreachable!("tests use short codes");
    };
    Operation {
        source_account: None,
        body: OperationBody::ChangeTrust(ChangeTrustOp {
            line: ChangeTrustAsset::CreditAlphanum4(asset),
            limit: i64::MAX,
        }),
    }
}
