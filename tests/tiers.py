"""Which tests are thorough: all that is not named here, or in place by a mark, is quick or slow.

Quick is what README's test command runs: each promise once. Thorough is what asks the same of further
formats, of damage, of other programs and of real data; `.ci/run` runs it after the quick tests. Tests
with the mark `slow` (simulations) are neither. Single parameters of a test carry `pytest.mark.thorough`
where they are written.
"""

from collections.abc import Collection

THOROUGH: dict[str, tuple[str, ...]] = {
    "faults, in whole runs and in the reading of recordings": (
        "test_defs_gates.py",
        "test_defs_history_databases.py",
        "test_run_faults.py::test_a_cohort_that_turns_bad_has_its_old_report_superseded",
        "test_run_faults.py::test_a_run_sets_rows_aside_and_is_a_draft",
        "test_run_faults.py::test_a_second_run_at_once_is_told",
        "test_run_faults.py::test_after_kill_9_the_next_run_gives_the_undisturbed_result",
        "test_run_faults.py::test_one_group_only_says_why_there_is_no_comparison",
        "test_signals_batch.py::test_a_damaged_measurement_is_made_anew_with_a_note",
        "test_signals_batch.py::test_hidden_recordings_are_refused_as_their_changes_go_unnoticed",
        "test_signals_resume.py",
    ),
    "further whole runs": (
        "test_check_command.py::test_a_release_holds_the_marked_copies_and_no_history",
        "test_defs_signal_pictures.py",
        "test_run_golden.py::test_a_run_elsewhere_gives_the_same_bytes_writes_no_input_and_uses_no_network",
    ),
    "browser and office": (
        "test_intake_example_rows.py",
        "test_seen_by_people.py",
    ),
    "real data": (
        "test_run_real.py",
        "test_signals_force_real_plates.py",
        "test_signals_real_data.py",
        "test_signals_real_formats.py",
    ),
    "damaged and invented input": (
        "test_intake_fuzz.py",
        "test_intake_robustness.py",
        "test_signals_formats.py::test_a_file_that_is_cut_off_is_refused",
        "test_signals_formats.py::test_flipped_bytes_in_the_header_never_crash",
        "test_signals_formats.py::test_random_bytes_are_refused",
        "test_signals_fuzz.py",
    ),
    "further formats and ways in": (
        "test_intake_bids.py",
        "test_intake_blocks.py",
        "test_intake_files.py",
        "test_intake_redcap.py",
        "test_intake_sheets.py",
        "test_intake_statistics_files.py",
        "test_intake_ways_in.py",
        "test_signals_array_files.py",
        "test_signals_c3d_plates.py",
        "test_signals_c3d_variants.py",
        "test_signals_edf_headers.py",
        "test_signals_text_layouts.py",
    ),
    "further mistakes of a lab, beside one defect of each rule": (
        "test_intake_cohort.py::test_the_order_of_rows_does_not_matter",
        "test_intake_decisions.py",
        "test_intake_faults.py",
        "test_intake_instruments.py",
        "test_intake_left_out.py",
        "test_intake_matching.py",
        "test_intake_metamorphic.py",
        "test_intake_recordings_differ.py",
        "test_intake_scoring.py",
        "test_intake_strength.py",
        "test_intake_summaries.py",
        "test_intake_summary_rows.py",
        "test_intake_swapped_columns.py",
    ),
    "properties and rare designs, beside the golden values": (
        "test_simulation_cohort.py::test_another_number_of_timed_trials_leaves_the_signals_alone",
        "test_simulation_cohort.py::test_the_same_seed_gives_the_same_bytes_and_another_seed_other_data",
        "test_simulation_signals.py",
        "test_simulation_assumptions.py",
        "test_statistics_analysis.py::test_other_tasks_are_outcomes_of_their_own",
        "test_statistics_covariates.py",
        "test_statistics_error_rates.py",
        "test_statistics_guards.py",
        "test_statistics_imputation.py::test_imputation_is_less_biased_than_complete_rows_and_covers",
        "test_statistics_mixed_model.py::test_a_fit_that_two_computations_disagree_on_is_not_published",
        "test_statistics_mixed_model.py::test_a_wrong_solution_is_seen_although_the_second_computation_starts_there",
        "test_statistics_mixed_model.py::test_the_second_optimiser_is_asked_when_the_first_stops_short",
        "test_statistics_no_answer.py",
        "test_statistics_onset_by_method.py",
        "test_statistics_properties.py",
        "test_statistics_second_opinion.py",
        "test_statistics_second_routes.py",
        "test_statistics_second_routes_of_models.py",
        "test_statistics_shortest_hold.py",
        "test_statistics_six_sites.py",
        "test_statistics_task_ladder.py",
        "test_statistics_training.py",
        "test_statistics_visits.py",
        "test_statistics_without_warned.py",
    ),
    "further pages of a report and the same bytes of it": (
        "test_publishing_checked_copies.py",
        "test_publishing_decisions.py",
        "test_publishing_determinism.py::test_another_process_zone_and_hash_seed_give_the_same_bytes",
        "test_publishing_determinism.py::test_rows_of_the_points_in_another_order_give_the_same_figure",
        "test_publishing_figures.py",
        "test_publishing_history.py",
        "test_publishing_model_fit.py",
        "test_publishing_onset_by_method.py",
        "test_publishing_review_findings.py",
        "test_publishing_second_opinions.py",
        "test_publishing_task_ladder.py",
        "test_publishing_warned_trials.py",
    ),
}
"""By subject: files by their names alone, so that they may be moved, and single tests (`file::test`)."""


def is_thorough(nodeid: str, places: Collection[str]) -> bool:
    """Whether a test is one of the places, in a file that is one, or in a class of a file that is one."""
    path, _, test = nodeid.partition("::")
    file = path.rpartition("/")[2]
    first, *further = test.partition("[")[0].split("::")
    return not {file, f"{file}::{first}", "::".join((file, first, *further))}.isdisjoint(places)
