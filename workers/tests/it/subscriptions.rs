//! Event handlers over real databases: every test runs on SQLite and on PostgreSQL.

mod builds;
mod effects;
mod feeds;
pub(crate) mod fixture;
mod operate;
mod running;

macro_rules! on {
    ($database:ident: $($module:ident { $($test:ident),+ $(,)? })+) => {
        mod $database {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let log = super::super::fixture::Log::$database().await;
                    super::super::$module::$test(log).await;
                })+
            })+
        }
    };
}

macro_rules! on_both {
    ($($tests:tt)+) => {
        on!(sqlite: $($tests)+);
        on!(postgres: $($tests)+);
    };
}

on_both! {
    feeds {
        every_event_is_written_once_and_in_order,
        a_crash_between_handler_and_commit_loses_and_doubles_nothing,
        of_two_workers_at_once_each_event_counts_once,
        a_worker_that_thaws_after_a_reset_writes_nothing,
        only_what_the_filter_accepts_is_handled,
        events_that_are_not_for_it_move_the_checkpoint_now_and_then,
        a_feed_may_begin_now,
        a_feed_may_begin_at_a_time,
        a_poison_event_parks_its_feed_alone,
        what_the_database_refuses_ten_times_is_parked,
        what_passes_is_tried_for_ever,
        a_panic_is_a_failure,
        a_slow_transaction_is_cut_and_its_page_halved,
        a_feed_of_another_version_waits_for_its_rebuild,
    }
    effects {
        each_event_is_handed_over_with_its_key_in_order,
        an_event_that_fails_comes_again_with_the_same_key,
        what_was_done_before_a_failure_is_not_done_again,
        a_poison_event_parks_the_effect_until_it_is_skipped,
        a_stop_lets_the_event_under_way_end_and_writes_it_down,
    }
    operate {
        a_paused_subscription_stands_still_until_it_is_resumed,
        a_reset_feed_is_filled_anew_without_doubles,
        a_reset_to_a_place_begins_after_it,
        a_skip_is_recorded_with_its_reason,
        there_is_nothing_to_skip_where_nothing_fails,
        an_unknown_name_is_refused_with_those_that_there_are,
        lag_and_rate_are_told,
    }
    builds {
        a_build_takes_the_place_of_what_is_served_while_appends_go_on,
        a_build_that_is_behind_is_not_served,
        an_interrupted_build_goes_on_where_it_stopped,
        a_skipped_event_is_left_out_of_a_build,
        a_second_build_gets_another_number,
        a_build_from_another_start_is_dropped_after_a_reset,
        a_build_reads_no_further_than_it_is_told,
    }
    running {
        an_event_is_handled_soon_after_its_commit_in_another_process,
        the_next_process_goes_on_where_the_last_stopped,
        workers_that_die_at_any_point_lose_and_double_nothing,
    }
}
