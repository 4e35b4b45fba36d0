//! Intake: a wallet's request, the one-time link, the confirmed form.

use time::OffsetDateTime;
use windlass_domain::{
    Amount, AssetId, StellarAsset, Subject,
    ports::BankAccount,
    transfer::{
        Closure, FormSubmission, Initiated, Intake, Kind, PayoutDestination, Refusal, Transfer,
        TransferCommand, TransferId, TransferInstructions,
    },
};
use windlass_stellar::{Memo, MuxedAccount};
use windlass_store::{Append, AppendError, Reservation};

use crate::{CommandError, Commands, Context, reference, repository::TRIES};

/// Names our memos, by receiving account.
pub(crate) const MEMO: &str = "memo";
/// Names our references, by rail.
pub(crate) const REFERENCE: &str = "reference";
/// One-time tokens of interactive links.
const INTERACTIVE_TOKEN: &str = "interactive_token";

/// A memo is an id that every language's numbers can hold.
const LARGEST_MEMO: u64 = (1 << 53) - 1;

/// What a wallet asks for.
#[derive(Clone, Debug)]
pub struct InitiateTransfer {
    /// Protocol and direction.
    pub kind: Kind,
    /// Who asks.
    pub subject: Subject,
    /// The wallet's domain, where it proved it.
    pub client_domain: Option<String>,
    /// Where a deposit goes, or a withdrawal comes from.
    pub stellar_account: MuxedAccount,
    /// The asset on Stellar.
    pub asset: StellarAsset,
    /// What the wallet says the user wants to give.
    pub requested_amount: Option<Amount>,
    /// The memo of our payment (deposit).
    pub memo: Memo,
    /// The memo of a refund (withdrawal).
    pub refund_memo: Memo,
    /// The user's language.
    pub lang: Option<String>,
    /// Whether the wallet can claim claimable balances.
    pub claimable_balance_supported: bool,
    /// The user's SEP-12 id.
    pub customer_id: Option<String>,
}

/// What the user confirmed.
#[derive(Clone, Debug)]
pub struct FormInput {
    /// What the user gives.
    pub amount: Amount,
    /// Where the payout goes (withdrawal).
    pub destination: Option<BankAccount>,
}

impl Commands {
    /// Begins a transfer and says its id.
    pub async fn initiate(
        &self,
        request: InitiateTransfer,
        context: &Context,
    ) -> Result<TransferId, CommandError> {
        let id = TransferId(self.ids.id());
        let asset = self.asset(&request.asset).ok_or(CommandError::NotOffered)?;
        let terms = match request.kind {
            Kind::Sep24Deposit => asset.sep24_deposit.as_ref().map(|offer| asset.deposit_terms(offer)),
            Kind::Sep24Withdrawal => {
                asset.sep24_withdrawal.as_ref().map(|offer| asset.withdrawal_terms(offer))
            }
        };
        let terms = terms.ok_or(CommandError::NotOffered)?;
        if let Some(amount) = request.requested_amount {
            terms.calculate(amount).map_err(Refusal::from)?;
        }
        let initiated = Initiated {
            kind: request.kind,
            subject: request.subject,
            client_domain: request.client_domain,
            stellar_account: request.stellar_account,
            stellar_asset: asset.stellar,
            off_chain_asset: AssetId::Iso4217(asset.currency),
            terms,
            requested_amount: request.requested_amount,
            memo: request.memo,
            refund_memo: request.refund_memo,
            lang: request.lang,
            claimable_balance_supported: request.claimable_balance_supported,
            customer_id: request.customer_id,
            deadline: self.clock.now() + self.policy.form_deadline,
        };
        self.tell(id, TransferCommand::Initiate(Box::new(initiated)), context, None).await?;
        Ok(id)
    }

    /// Exchanges a one-time link token for a session; `Err(AlreadyUsed)` the second time (SEP24-037).
    pub async fn open_interactive_session(
        &self,
        id: TransferId,
        token_id: &str,
        token_expires: OffsetDateTime,
        session_id: &str,
        context: &Context,
    ) -> Result<(), CommandError> {
        for attempt in 0..TRIES {
            let loaded = self.load::<Transfer>(&id.to_string()).await?;
            let command = TransferCommand::OpenInteractiveSession {
                session_id: session_id.to_owned(),
                token_id: token_id.to_owned(),
            };
            let events = loaded.state.decide(command)?;
            let mut append = Append::default();
            append.reservations.push(Reservation {
                kind: INTERACTIVE_TOKEN,
                key: token_id.to_owned(),
                owner: id.to_string(),
                expires_at: Some(token_expires),
            });
            self.add_transfer(&mut append, id, loaded, &events, context, None)?;
            match self.append(append).await {
                Ok(Some(())) => return Ok(()),
                Ok(None) => self.pause_after_conflict(attempt).await,
                Err(CommandError::Unexpected(AppendError::Reserved { .. })) => {
                    return Err(CommandError::AlreadyUsed);
                }
                Err(error) => return Err(error),
            }
        }
        Err(CommandError::Contended)
    }

    /// Whether a one-time link token was used.
    pub async fn interactive_token_used(&self, token_id: &str) -> Result<bool, CommandError> {
        Ok(self.store.reservation(INTERACTIVE_TOKEN, token_id).await?.is_some())
    }

    /// Takes the confirmed form, and tells the user how to pay in. A second submit is refused and changes nothing.
    pub async fn submit_form(
        &self,
        id: TransferId,
        form: FormInput,
        context: &Context,
    ) -> Result<(), CommandError> {
        let mut sealed = None;
        for attempt in 0..TRIES {
            let loaded = self.load::<Transfer>(&id.to_string()).await?;
            let Some(initiated) = loaded.state.initiated.clone() else {
                return Err(Refusal::NotInitiated.into());
            };
            if loaded.state.intake == Intake::Submitted {
                return Err(Refusal::FormAlreadySubmitted.into());
            }
            // Before the rail is asked and personal data is sealed.
            if loaded.state.closure != Closure::Open {
                return Err(Refusal::Closed(loaded.state.status()).into());
            }
            initiated.terms.calculate(form.amount).map_err(Refusal::from)?;
            let (instructions, reservation) = self.instructions(id, &initiated).await?;
            if let (None, Some(destination)) = (&sealed, &form.destination) {
                sealed = Some(self.seal_destination(&initiated.subject, destination).await?);
            }
            let submission = FormSubmission {
                amount: form.amount,
                payout: sealed.clone(),
                instructions,
                deadline: self.clock.now() + self.policy.funds_deadline,
            };
            let events = loaded.state.decide(TransferCommand::SubmitForm(Box::new(submission)))?;
            let mut append = Append { reservations: vec![reservation], ..Append::default() };
            self.add_transfer(&mut append, id, loaded, &events, context, None)?;
            match self.append(append).await {
                Ok(Some(())) => return Ok(()),
                // Changed meanwhile, or the memo or reference belongs to another transfer: once more.
                Ok(None) | Err(CommandError::Unexpected(AppendError::Reserved { .. })) => {
                    self.pause_after_conflict(attempt).await;
                }
                Err(error) => return Err(error),
            }
        }
        Err(CommandError::Contended)
    }

    /// New instructions, with the reservation that makes their memo or reference this transfer's own.
    async fn instructions(
        &self,
        id: TransferId,
        initiated: &Initiated,
    ) -> Result<(TransferInstructions, Reservation), CommandError> {
        let owner = id.to_string();
        let mut random = [0; 10];
        self.ids.random(&mut random);
        if initiated.kind.is_deposit() {
            let reference = reference::new(random);
            let rail = self.rail.name().to_owned();
            let details = self.rail.deposit_instructions(&reference).await?;
            let key = reference_key(&rail, &reference);
            let reservation = Reservation { kind: REFERENCE, key, owner, expires_at: None };
            Ok((TransferInstructions::OffChain { rail, reference, details }, reservation))
        } else {
            let [a, b, c, d, e, f, g, h, ..] = random;
            let memo = Memo::Id(1 + u64::from_le_bytes([a, b, c, d, e, f, g, h]) % LARGEST_MEMO);
            let asset = self.asset(&initiated.stellar_asset).ok_or(CommandError::NotOffered)?;
            let account = asset.distribution;
            let key = memo_key(account, &memo);
            let reservation = Reservation { kind: MEMO, key, owner, expires_at: None };
            Ok((TransferInstructions::Stellar { account, memo }, reservation))
        }
    }

    async fn seal_destination(
        &self,
        subject: &Subject,
        destination: &BankAccount,
    ) -> Result<PayoutDestination, CommandError> {
        let plain = serde_json::to_vec(destination)
            .map_err(|source| CommandError::Malformed { what: "the bank account".to_owned(), source })?;
        let reference = self.vault.seal(&subject.identity(), "payout_account", &plain).await?;
        Ok(PayoutDestination { vault_ref: reference.to_string(), masked: destination.masked() })
    }
}

/// The name under which a reference is reserved: it identifies a transfer only together with the rail.
pub(crate) fn reference_key(rail: &str, reference: &str) -> String {
    format!("{rail}:{reference}")
}

/// The name under which a memo is reserved: it identifies a transfer only together with the account that was paid.
pub(crate) fn memo_key(account: windlass_stellar::AccountId, memo: &Memo) -> String {
    format!("{account}:{memo}")
}
