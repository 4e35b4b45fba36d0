//! Beginning, the one-time link, the form.

use super::fixture::*;
use crate::{AmountError, TermsError, transfer::*};

fn submit(form: Box<FormSubmission>) -> TransferCommand {
    TransferCommand::SubmitForm(form)
}

fn open_session() -> (TransferCommand, TransferEvent) {
    let (session_id, token_id) = ("session-1".to_owned(), "token-1".to_owned());
    let command = TransferCommand::OpenInteractiveSession {
        session_id: session_id.clone(),
        token_id: token_id.clone(),
    };
    (command, TransferEvent::InteractiveSessionOpened { session_id, token_id })
}

#[test]
fn a_transfer_begins_once() {
    for history in both() {
        let initiated = initiated(history.kind());
        cqrs_es::test::TestFramework::<Transfer>::with(())
            .given_no_previous_events()
            .when(TransferCommand::Initiate(initiated.clone()))
            .then_expect_events(vec![TransferEvent::Initiated(initiated.clone())]);
        for history in [history.clone(), history.completed()] {
            history.refuses(TransferCommand::Initiate(initiated.clone()), Refusal::AlreadyInitiated);
        }
    }
}

#[test]
fn a_transfer_that_never_began_takes_nothing_else() {
    let nothing = Transfer::default();
    let kind = Kind::Sep24Deposit;
    for command in [
        open_session().0,
        submit(form(kind, "100")),
        record(receipt(kind, 1, "100")),
        TransferCommand::RequestTrustline { reason: TrustReason::NoTrustline },
        prepare_payment(1),
        prepare_payout(1),
        expire_at(DEADLINE),
        fail(),
        recover(),
    ] {
        assert_eq!(nothing.decide(command.clone()), Err(Refusal::NotInitiated), "{command:?}");
    }
    assert_eq!(nothing.decide(TransferCommand::EstablishTrustline), Err(Refusal::NotAwaitingTrust));
    for command in [
        TransferCommand::RecordPaymentSubmitted { hash: hash(1) },
        confirm_payment(1),
        fail_payment(1, FailureClass::Retryable),
        abandon_payment(1),
        TransferCommand::RecordPayoutSubmitted { key: key(1), provider_ref: provider_ref(1) },
        confirm_payout(1),
        fail_payout(1, FailureClass::Retryable),
    ] {
        assert_eq!(nothing.decide(command.clone()), Err(Refusal::OtherDelivery), "{command:?}");
    }
}

#[test]
fn the_pages_can_be_opened_at_any_time() {
    let (command, event) = open_session();
    for history in both() {
        for history in [history.clone(), history.clone().funded(), history.completed()] {
            history.gives(command.clone(), vec![event.clone()]);
        }
    }
}

#[test]
fn the_form_fixes_the_amounts_and_says_how_to_pay() {
    for history in both() {
        let kind = history.kind();
        let amounts = hundred(kind);
        let payout = (!kind.is_deposit()).then(payout_destination);
        history.gives(
            submit(form(kind, "100")),
            vec![
                TransferEvent::FormSubmitted(FormSubmitted { amount: amounts.amount_in, payout }),
                TransferEvent::AmountsCalculated(amounts),
                TransferEvent::TransferInstructionsIssued {
                    instructions: instructions(kind),
                    deadline: DEADLINE,
                },
            ],
        );
    }
}

#[test]
fn the_form_is_submitted_once() {
    for history in both() {
        let form = submit(form(history.kind(), "200"));
        for history in [history.clone().asked(), history.funded()] {
            history.refuses(form.clone(), Refusal::FormAlreadySubmitted);
        }
    }
}

#[test]
fn a_transfer_that_has_ended_takes_no_form() {
    for history in both() {
        let form = submit(form(history.kind(), "100"));
        history.clone().expired().refuses(form.clone(), Refusal::Closed(Status::Expired));
        history.clone().failed().refuses(form.clone(), Refusal::Closed(Status::Error));
        history.completed().refuses(form, Refusal::Closed(Status::Completed));
    }
}

#[test]
fn an_amount_outside_the_terms_is_refused_with_the_limit() {
    for history in both() {
        let kind = history.kind();
        let submit = |given: &str| history.transfer().decide(submit(form(kind, given))).unwrap_err();
        for (given, least) in [("9.99", true), ("0", true), ("1000.01", false)] {
            let below = matches!(submit(given), Refusal::Terms(TermsError::BelowMinimum { .. }));
            let above = matches!(submit(given), Refusal::Terms(TermsError::AboveMaximum { .. }));
            assert_eq!((below, above), (least, !least), "{given}");
        }
    }
    let fraction = TransferCommand::SubmitForm(form(Kind::Sep24Deposit, "100.001"));
    let too_precise = AmountError::TooPrecise { text: "100.001".into(), digits: 2 };
    deposit().refuses(fraction, Refusal::Terms(TermsError::Amount(too_precise)));
}

#[test]
fn the_limits_themselves_may_be_given() {
    for history in both() {
        for given in ["10", "1000"] {
            assert!(history.transfer().decide(submit(form(history.kind(), given))).is_ok(), "{given}");
        }
    }
}

#[test]
fn instructions_have_to_fit_the_direction() {
    for (history, other) in [(deposit(), Kind::Sep24Withdrawal), (withdrawal(), Kind::Sep24Deposit)] {
        let mut form = form(history.kind(), "100");
        form.instructions = instructions(other);
        history.refuses(submit(form), Refusal::InstructionsMismatch);
    }
}

#[test]
fn a_withdrawal_needs_to_know_where_the_money_goes() {
    let mut form = form(Kind::Sep24Withdrawal, "100");
    form.payout = None;
    withdrawal().refuses(submit(form), Refusal::PayoutDestinationMissing);
}
