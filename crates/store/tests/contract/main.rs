//! What every backend of the store must do, as tests, and what is one database's alone.
//!
//! A test of the contract is a function that is generic over [`world::Backend`]; `suite_for!` makes one test of each
//! for a backend. A new backend implements that trait, adds a line at the end of this file, and is done when it passes.
#![cfg(test)]

mod changes;
mod counters;
mod expiry;
mod history;
mod kinds;
mod mirrored;
mod model;
mod paging;
mod postgres_server;
mod postgres_tables;
mod records;
mod references;
mod sqlite_crash;
mod sqlite_file;
mod sqlite_tables;
mod tags;
mod transactions;
mod uniqueness;
mod values;
mod versions;
mod world;

macro_rules! contract {
    ($backend:ident: $($area:ident { $($name:ident)* })*) => {
        $(mod $area { $(
            #[tokio::test]
            async fn $name() {
                if <crate::world::$backend as crate::world::Backend>::is_here() {
                    crate::$area::$name::<crate::world::$backend>().await;
                }
            }
        )* })*
    };
}

macro_rules! suite_for {
    ($module:ident, $backend:ident) => {
        mod $module {
            contract! { $backend:
                records {
                    a_record_comes_back_as_it_was_written
                    what_does_not_exist_is_none
                    a_record_is_found_by_each_of_its_unique_fields
                    a_replaced_record_is_found_by_its_new_values_only
                    replacing_an_absent_record_adds_it
                    an_id_is_taken_within_its_kind_only
                    a_body_without_an_id_is_refused
                    deleting_what_is_not_there_changes_nothing
                    everything_is_there_after_reopening
                    loading_answers_kind_by_kind_with_the_revision
                }
                counters {
                    an_addition_answers_with_the_counts_after_it
                    every_window_has_a_count_of_its_own
                    additions_at_once_are_all_counted
                    counts_make_no_revision
                    counts_whose_time_is_over_can_be_forgotten
                }
                values {
                    nul_survives_in_bodies_unique_values_and_tags
                    unique_values_are_compared_byte_by_byte
                    unique_values_of_100_kilobytes_are_told_apart
                    the_digest_of_a_long_value_does_not_find_it
                    numbers_and_nested_values_survive
                }
                uniqueness {
                    a_taken_value_is_refused_and_the_field_named
                    null_takes_no_part
                    nulls_count_as_equal_in_a_composite
                    a_composite_differs_when_one_part_does
                    the_same_value_may_stand_in_another_field_or_kind
                    a_value_is_free_again_after_delete_and_replace
                    a_record_may_keep_its_own_value
                }
                references {
                    a_reference_to_nothing_is_refused_and_named
                    a_replaced_reference_must_exist_too
                    deferred_references_may_come_in_any_order
                    a_deferred_reference_that_dangles_is_refused_at_commit
                    restrict_holds_its_target
                    restrict_below_a_cascade_holds_everything
                    restrict_does_not_hold_when_its_record_goes_too
                    cascade_takes_two_levels_and_nothing_else
                    cascade_ends_in_a_circle
                    set_null_rewrites_the_record
                    set_null_computes_composites_again
                    set_null_needs_the_definition_of_a_composite
                    a_changed_reference_moves_the_record_to_its_new_parent
                }
                paging {
                    every_record_is_seen_once_in_the_order_of_ids
                    the_last_page_says_so
                    a_thousand_nested_rows_are_paged
                    paging_survives_writes_in_between
                    a_size_of_zero_counts_as_one
                    an_unknown_kind_has_an_empty_page
                }
                tags {
                    all_and_any_filter
                    an_empty_filter_is_all_or_none
                    tags_of_another_kind_do_not_count
                    tags_filter_nested_records_too
                    tagged_pages_show_every_row_once
                    tagged_pages_of_one_tag
                    tags_follow_their_record
                    a_tag_named_twice_counts_once
                    long_tags_are_told_apart_and_listed_whole
                }
                expiry {
                    an_expired_record_is_seen_nowhere
                    a_ttl_counts_down
                    a_ttl_of_zero_or_null_is_for_ever
                    replacing_gives_a_new_life
                    what_an_expired_record_held_is_free
                    an_expired_record_is_no_target
                    an_expired_record_holds_nothing
                    purging_deletes_with_all_that_hangs_on_it
                    purging_stops_at_its_limit
                    a_follower_sees_an_expired_record_go
                    the_next_expiry_is_known
                }
                transactions {
                    a_transaction_reads_its_own_writes_and_nobody_else_does
                    rollback_leaves_nothing
                    a_dropped_transaction_rolls_back
                    a_failed_write_voids_the_transaction
                    a_write_that_was_given_up_voids_the_transaction
                    writers_are_serialised_and_no_revision_is_lost
                    writers_through_two_handles_are_serialised_too
                    reading_does_not_wait_for_a_writer
                    a_closed_store_is_unavailable
                }
                changes {
                    revisions_are_gapless
                    changes_are_the_last_of_each_record_by_revision
                    a_transaction_knows_what_it_touched
                    cascades_are_among_the_changes
                    who_is_up_to_date_gets_an_empty_list
                    who_is_ahead_has_to_load
                    the_past_is_bounded
                    a_revision_larger_than_the_bound_is_kept_whole
                    a_follower_ends_up_with_what_is_loaded
                }
                history {
                    entries_come_back_newest_first
                    entries_are_paged_by_revision
                    an_entry_lasts_only_if_its_transaction_does
                    a_second_entry_takes_the_place_of_the_first
                    old_entries_are_forgotten
                    the_history_is_no_change
                }
                versions {
                    a_newer_database_is_refused_by_name
                    a_newer_record_is_refused_by_name
                    an_older_record_is_read
                }
            }

            #[test]
            fn random_operations_agree_with_a_naive_model() {
                if <crate::world::$backend as crate::world::Backend>::is_here() {
                    crate::model::random_operations_agree_with_a_naive_model::<crate::world::$backend>();
                }
            }
        }
    };
}

suite_for!(sqlite, Sqlite);
suite_for!(postgres, Postgres);
