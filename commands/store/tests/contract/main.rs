//! The contract of the event store: one suite, run on every store.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets what it does not expect has failed"
)]

mod appends;
mod catch_up;
mod crash;
mod cursors;
mod differential;
mod fixture;
mod idempotency;
mod inline_rows;
mod leases;
mod log_reader;
mod pair;
mod pooler;
mod rebuild;
mod rebuild_in_the_way;
mod rebuild_while_appending;
mod replay;
mod reservations;
mod several_handles;
mod signals;
mod task_leasing;
mod task_settling;
mod writers_and_readers;

macro_rules! on {
    ($store:ident: $($module:ident { $($test:ident),+ $(,)? })+) => {
        mod $store {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    crate::$module::$test(crate::fixture::$store().await).await;
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
        on!(postgres_pooled: $($tests)+);
    };
}

on_every_store! {
    appends {
        an_event_is_read_back_byte_for_byte,
        an_unknown_stream_is_empty,
        what_is_appended_is_what_is_loaded,
        a_stream_that_has_changed_is_a_conflict,
        a_history_that_the_log_does_not_have_is_a_conflict,
        several_streams_are_written_together,
        a_conflict_in_one_stream_stops_all,
        the_same_stream_twice_is_a_conflict,
        a_stream_without_new_events_is_not_checked,
        of_many_writers_to_one_stream_one_wins_each_version,
        ids_may_hold_any_text,
        an_append_wakes_who_waits_and_leasing_does_not,
        the_store_answers_a_ping,
    }
    catch_up {
        the_log_is_read_in_pages_without_gap_or_double,
        beyond_the_end_there_is_nothing,
        readers_see_every_event_once_while_eight_writers_append,
    }
    cursors {
        a_cursor_moves_only_from_where_it_is,
        a_cursor_and_its_events_move_together,
    }
    idempotency {
        a_repeat_gets_the_first_outcome,
        another_request_under_the_same_key_is_told_apart,
        a_repeat_is_recognised_before_any_other_refusal,
        a_refused_command_leaves_its_key_free,
        of_many_repeats_at_once_one_is_carried_out,
    }
    inline_rows {
        rows_are_written_with_their_events,
        a_refused_append_leaves_its_rows_as_they_were,
        events_that_a_projection_refuses_are_not_appended,
        a_projection_sees_only_its_aggregates,
    }
    leases {
        a_held_lease_is_refused_to_all,
        an_expired_lease_is_taken_over_under_a_new_generation,
        a_released_lease_is_free_at_once_and_its_generation_grows,
        of_many_who_ask_at_once_one_gets_the_lease,
    }
    reservations {
        a_name_has_one_owner,
        a_refused_reservation_takes_its_events_with_it,
        a_released_name_can_be_reserved_in_the_same_append,
        an_expired_reservation_holds_until_it_is_dropped,
        the_same_name_twice_in_one_append_is_refused,
    }
    task_leasing {
        due_tasks_are_leased_in_the_order_in_which_they_are_due,
        only_the_asked_kinds_are_leased,
        one_task_per_key_runs_at_a_time,
        an_expired_lease_is_taken_over,
        a_renewed_lease_is_not_taken_over,
        the_next_due_task_is_known,
        a_running_key_is_due_when_its_lease_ends,
        a_task_exists_once,
        workers_at_once_never_lease_the_same_task,
    }
    task_settling {
        a_task_ends_with_the_append_that_carries_it_out,
        who_lost_the_lease_appends_nothing,
        a_lease_is_settled_once,
        a_task_is_put_off_with_its_append,
        a_failed_task_comes_back_when_it_is_said,
        a_parked_task_waits_for_an_operator_and_blocks_nothing,
        cancelling_takes_what_does_not_run,
        a_task_can_be_replaced_by_the_append_that_finishes_it,
    }
}
