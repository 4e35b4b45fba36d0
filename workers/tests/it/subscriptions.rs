//! Event handlers over real databases: every test runs on SQLite and on PostgreSQL.

mod feeds;
mod fixture;

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
}
