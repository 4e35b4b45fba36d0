//! The write side over a real store: every test runs on memory, on SQLite and on PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets what it does not expect has failed"
)]

mod challenges;
mod closing;
mod envelope;
mod erasure;
mod follow;
mod inbound;
mod intake;
mod payment;
mod payout;
mod ports;
mod world;

macro_rules! on {
    ($store:ident: $($module:ident { $($test:ident),+ $(,)? })+) => {
        mod $store {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    crate::$module::$test(crate::world::$store().await).await;
                })+
            })+
        }
    };
}

macro_rules! on_every_store {
    ($($tests:tt)+) => {
        on!(memory: $($tests)+);
        on!(sqlite: $($tests)+);
        on!(postgres: $($tests)+);
    };
}

on_every_store! {
    challenges {
        a_challenge_is_redeemed_once,
        of_many_who_redeem_a_challenge_at_once_one_does,
        spent_challenges_are_forgotten_a_batch_at_a_time,
    }
    closing {
        who_never_pays_expires,
        an_expiry_that_was_overtaken_ends_without_a_word,
        an_expiry_that_comes_too_early_comes_again,
        a_failed_transfer_leaves_no_work_and_goes_on_when_recovered,
        without_money_there_is_nothing_to_recover,
        a_delivery_under_way_is_not_failed,
        whatever_happens_at_once_the_log_tells_one_story,
    }
    envelope {
        who_did_what_when_and_in_answer_to_what,
        all_that_follows_from_a_request_is_correlated,
        a_given_correlation_is_kept,
        no_event_names_the_account_or_its_holder,
    }
    erasure {
        who_is_erased_cannot_be_read_anywhere_and_the_log_only_says_so,
        a_payment_that_was_sealed_for_itself_goes_with_the_person_it_was_matched_to,
        an_erasure_that_stopped_before_the_keys_went_is_repeated,
        erasing_twice_is_erasing_once_and_who_comes_back_starts_afresh,
        a_person_is_found_by_each_of_their_names_and_by_no_other,
        a_payment_that_belongs_to_nobody_is_erased_by_its_key,
        transfers_that_may_need_what_goes_are_named,
    }
    follow {
        a_new_transfer_expires_with_its_form,
        a_submitted_one_expires_a_minute_after_its_deadline,
        a_funded_one_is_delivered_and_no_longer_expires,
        a_rejected_amount_leaves_nothing_to_do,
    }
    inbound {
        money_its_payment_and_the_cursor_are_one_append,
        a_withdrawal_is_found_by_its_memo_or_by_a_muxed_id,
        what_names_no_transfer_is_kept_with_the_reason,
        a_payment_that_its_transfer_refuses_is_kept_and_changes_it_not,
        the_same_payment_seen_twice_is_one,
        a_known_payment_still_moves_the_cursor,
        the_same_payment_seen_by_eight_at_once_is_one,
        a_second_payment_for_a_transfer_is_recorded_as_such,
        money_paid_in_time_and_seen_after_expiry_goes_on,
        money_that_is_late_is_recorded_and_waits,
        where_another_process_moved_the_cursor_nothing_is_recorded,
        what_a_payer_writes_is_in_the_vault_alone,
        a_name_before_the_reference_does_not_hide_it,
    }
    intake {
        what_is_not_offered_is_not_begun,
        a_requested_amount_outside_the_limits_is_refused,
        a_link_opens_one_session,
        of_many_who_open_a_link_at_once_one_gets_in,
        a_used_link_is_forgotten_only_when_its_time_is_over,
        a_second_submit_changes_nothing,
        of_eight_submits_at_once_one_counts,
        a_rail_outage_leaves_nothing,
        a_taken_reference_or_memo_is_replaced,
        where_every_reference_is_taken_nothing_changes,
        a_form_outside_the_terms_is_refused_before_the_bank_is_asked,
        an_ended_transfer_takes_no_form_and_asks_nobody,
        nothing_is_submitted_to_a_transfer_that_is_not_there,
    }
    payment {
        a_payment_and_its_envelope_are_one_append,
        a_number_is_taken_by_one_envelope_alone,
        who_lost_the_lease_prepares_nothing,
        of_eight_who_prepare_at_once_one_does,
        only_what_is_owed_is_prepared,
        a_confirmed_envelope_completes_its_member,
        what_follows_a_failure_goes_by_its_class,
        a_member_is_told_the_result_of_its_own_operation,
        a_dead_envelope_gives_its_number_to_the_next,
        without_proof_nothing_is_dead,
        a_thawed_worker_settles_nothing,
        a_destination_without_trust_is_looked_at_again,
    }
    payout {
        a_payout_goes_where_the_form_said,
        a_payout_is_prepared_taken_and_confirmed,
        what_follows_a_failed_payout_goes_by_its_class,
        a_payout_under_another_key_is_not_confirmed,
        a_thawed_worker_confirms_no_payout,
    }
}
