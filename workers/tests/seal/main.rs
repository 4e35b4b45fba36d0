//! The log's Merkle tree, its signed roots, and what is found when somebody changes the database: on SQLite and PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect has failed"
)]

mod fixture;
mod pace;
mod proofs;
mod ranges;
mod roots;
mod signing;
mod tampering;
mod tree;

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
    tree {
        the_feed_builds_the_tree_of_the_rfc,
        an_interrupted_feed_goes_on_where_it_stopped,
        a_page_that_comes_twice_is_written_once,
        the_tree_is_not_built_anew_but_beside,
    }
    signing {
        roots_are_signed_while_the_log_grows_and_make_a_chain,
        of_two_signers_at_once_one_signs,
        what_does_not_continue_the_signed_tree_is_not_signed,
    }
    tampering {
        a_log_as_it_was_verifies,
        a_changed_event_is_named,
        a_removed_event_is_named,
        an_inserted_event_is_named,
        two_swapped_events_are_named,
        a_log_without_its_end_is_found,
        a_change_of_log_and_leaf_is_found_by_the_node_above,
        a_change_of_the_whole_tree_is_found_by_the_signed_root,
        a_changed_tree_is_told_from_a_changed_log,
        what_no_root_covers_yet_is_compared_with_its_leaf,
        a_move_to_other_places_changes_nothing,
    }
    roots {
        a_changed_root_is_named,
        a_root_by_another_key_is_not_trusted,
        a_cut_chain_is_found,
    }
    ranges {
        a_range_is_checked_from_one_signed_root_to_another,
        a_range_from_a_broken_root_on_is_found,
    }
    proofs {
        a_stream_is_proven_to_third_parties,
        what_is_not_sealed_is_not_proven,
        a_changed_event_is_not_proven,
    }
    pace {
        a_thousand_events_are_sealed_and_verified_in_far_less_than_a_second_each,
    }
}
