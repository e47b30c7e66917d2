"""The 62 bad inputs of the acceptance list: for each, the defects and tests that cover it, or why not yet."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from defects import DEFECTS
from defects.changing_defects import CHANGING_DEFECTS
from defects.signal_defects import SIGNAL_DEFECTS

from schemas.rules import RULES

TESTS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Case:
    """One bad input. defects: "RULE-01" (any defect of the rule) or "RULE-01-its name". tests:
    "folder/file.py::test_name". open: what is not done yet or done differently, and why; "" if nothing.
    """

    number: int
    what: str
    defects: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    open: str = ""


FAULTS = "intake/test_intake_faults.py::"
QUALITY = "signals/quality/test_signals_quality.py::"
READERS = "signals/reading/test_signals_formats.py::"
GUARDS = "statistics/test_statistics_guards.py::"
COVARIATES = "statistics/test_statistics_covariates.py::"
SAFETY = "publishing/test_publishing_safety.py::"
WORKSPACE = "workspace/test_workspace_files.py::"

CASES = (
    Case(1, "required file missing", ("FILE-01",)),
    Case(2, "empty file, headings only, empty folder", ("FILE-02", "FILE-03-no content", "FILE-06")),
    Case(3, "text called .xlsx, web page called .xls", ("FILE-03-a text file called xlsx", "FILE-03-a web page called xls")),
    Case(4, "workbook cut off", ("FILE-03-cut off",)),
    Case(5, "password", ("FILE-03-a password",)),
    Case(6, "lock files, copies, two candidates", ("FILE-07", "FILE-05")),
    Case(7, "file changes while it is read", ("FILE-08",)),
    Case(8, "huge file", ("FILE-03-too large",)),
    Case(9, "zip bomb", ("FILE-03-a zip bomb",)),
    Case(10, "stray cell far below", ("FILE-04-a stray cell far below",)),
    Case(11, "byte order mark", tests=("intake/test_intake_cohort.py::test_the_same_tables_come_from_every_file_format",)),
    Case(12, "UTF-16, old encodings, garbled letters", ("CELL-18",), (f"{FAULTS}test_an_old_encoding_is_read_with_a_note",)),
    Case(13, "semicolons and decimal commas", ("CELL-19",), (f"{FAULTS}test_in_a_semicolon_file_it_is_not_guessed",)),
    Case(14, "decimal comma in a comma file", ("ROW-01-a cell too many",), (f"{FAULTS}test_in_a_comma_file_the_row_has_a_cell_too_many",)),
    Case(15, "fractions for percentages", ("CELL-14", "CELL-15", "CELL-01-a percent format")),
    Case(16, "thousands separators", ("CELL-10",)),
    Case(17, "milliseconds", ("CELL-13",)),
    Case(18, "more than the ceiling as text", ("CELL-01-a stopped test",)),
    Case(19, "codes for missing values", ("CELL-01-no value", "CELL-12")),
    Case(20, "a group called NA", tests=(f"{FAULTS}test_a_group_called_NA_stays_a_group_and_missing_codes_are_missing", "intake/test_intake_metamorphic.py::test_other_codes_change_only_the_codes")),
    Case(21, "leading zeros, codes like numbers", ("CELL-16",), (f"{FAULTS}test_a_code_shown_with_leading_zeros_keeps_them",)),
    Case(22, "a number turned into a date", ("CELL-08",)),
    Case(23, "clock times and units in cells", ("CELL-01-a clock time", "CELL-01-a unit in every cell", "CELL-08")),
    Case(24, "other minus signs, spaces and digits", ("CELL-17", "CELL-01-another alphabet")),
    Case(25, "no end, exponents, zero bytes", ("CELL-01-no end", "CELL-01-an exponent"), (f"{FAULTS}test_a_text_file_that_is_none",)),
    Case(26, "negative times, times above the ceiling", ("CELL-03-below 0", "HOLD-01")),
    Case(27, "mixed resolution, many identical values", ("HOLD-08", "HOLD-09")),
    Case(28, "titles above headings, merged cells", ("FILE-04-titles above the headings", "SHEET-01")),
    Case(29, "formula without a value", ("CELL-07", "SHEET-04"), (f"{FAULTS}test_a_formula_without_a_value_and_an_excel_error",)),
    Case(30, "Excel errors", ("CELL-07-an Excel error",)),
    Case(31, "hidden rows and columns, filters", ("SHEET-02",)),
    Case(32, "two sheets with data", ("FILE-05-a second sheet with the headings", "FILE-07-a further sheet")),
    Case(33, "formula injection", tests=(f"{SAFETY}test_no_csv_cell_starts_a_formula", f"{SAFETY}test_no_workbook_cell_is_a_formula_or_a_link")),
    Case(34, "colours and comments", ("SHEET-03",)),
    Case(35, "headings misspelt, twice, swapped", ("COL-01-a required column misspelt", "COL-02", "COL-06")),
    Case(36, "unknown columns and columns that identify", ("COL-03", "COL-05", "COL-07")),
    Case(37, "rows twice, trials without numbers", ("KEY-01", "KEY-04")),
    Case(38, "a person in both groups or in two cohorts", ("KEY-05",), open="In two cohorts: a cohort folder is read alone and codes are its own (P01 is somebody else elsewhere), so equal codes prove nothing; to be looked at where cohorts are pooled. STOP for the person is SET ASIDE with all data of the code, because STOP stops the cohort."),
    Case(39, "groups misspelt or as numbers", ("GROUP-01", "GROUP-03")),
    Case(40, "ways to name a leg", ("LEG-01", "LEG-02", "LEG-03", "CELL-05"), ("intake/test_intake_metamorphic.py::test_another_way_to_type_the_data_gives_the_same_tables",)),
    Case(41, "tables and recordings that do not match", ("REC-01", "REC-07", "KEY-02", "KEY-03")),
    Case(42, "rows or values changed since the last run", tests=(f"{WORKSPACE}test_every_reason_to_run_is_said",), open="The changed value itself (a command `stance diff`) is not printed yet: releases keep hashes and tables of a run, comparing two of them belongs to publishing."),
    Case(43, "recording shorter than the hold", ("REC-04",), (f"{QUALITY}test_a_part_outside_the_file_is_a_problem", f"{READERS}test_a_file_that_is_cut_off_is_refused"), open="A recording that ends before the hold gives a lower bound of the hold, a WARN instead of SET ASIDE: its activation is that of the part that was recorded."),
    Case(44, "gaps and uneven time columns", ("REC-02",), (f"{QUALITY}test_missing_samples_are_refused_but_not_outside_the_part_in_use", f"{READERS}test_csv_faults_are_said_in_words"), open="Gaps up to 50 ms are refused like longer ones, not interpolated: no value of a signal is made up."),
    Case(45, "clipped signals", tests=(f"{QUALITY}test_planted_faults_are_found",)),
    Case(46, "MVIC missing, zero or smaller than the task", ("REC-03", "REC-05"), ("signals/test_signals_batch.py::test_an_mvic_that_was_not_maximal_costs_only_the_percentages",)),
    Case(47, "sampling rate", tests=(f"{QUALITY}test_down_sampled_emg_is_refused_and_the_hold_is_kept", f"{READERS}test_the_rate_of_a_time_column_is_not_rounded_away")),
    Case(48, "units, flat and rectified channels", ("REC-02-a dead channel",), ("signals/channels/test_signals_channels.py::test_unknown_units_are_refused_and_never_guessed", f"{QUALITY}test_planted_faults_are_found"), open="No sentence of its own for a signal that is already rectified."),
    Case(49, "one file for two people", ("REC-06",), open="A file of the wrong leg with content of its own cannot be told by intake; the channel map refuses channels without a side."),
    Case(50, "hostile cohort names", tests=(f"{WORKSPACE}test_names_that_could_leave_the_workspace_are_refused", f"{WORKSPACE}test_a_name_in_capitals_gets_a_suggestion")),
    Case(51, "links, pipes and devices", ("FILE-03-a link", "FILE-03-a pipe")),
    Case(52, "pickles and other code", tests=(f"{READERS}test_an_unknown_format_names_the_known_ones", f"{READERS}test_random_bytes_are_refused")),
    Case(53, "surprises of YAML", ("STUDY-01",), ("intake/test_intake_study.py::test_text_that_is_no_usable_yaml", "intake/test_intake_study.py::test_no_stays_text_and_so_do_times_and_leading_zeros",)),
    Case(54, "hostile text", tests=(f"{SAFETY}test_hostile_text_stays_text_in_html", f"{SAFETY}test_hostile_text_stays_text_in_word_and_markdown")),
    Case(55, "one group, one person", ("GROUP-02",), (f"{GUARDS}test_one_group_only", f"{GUARDS}test_nobody_and_one_participant")),
    Case(56, "everybody at the ceiling", tests=(f"{GUARDS}test_all_trials_at_the_ceiling",)),
    Case(57, "no variance", tests=(f"{GUARDS}test_constant_outcomes",)),
    Case(58, "complete separation", tests=(f"{GUARDS}test_holds_that_the_group_determines_exactly", f"{GUARDS}test_too_few_endings_in_a_group")),
    Case(59, "more terms than people, collinear covariates", tests=(f"{GUARDS}test_few_participants_for_many_coefficients", f"{GUARDS}test_a_covariate_that_is_the_group_or_another_covariate_is_left_out")),
    Case(60, "missing covariates", ("PLAN-01",), (f"{COVARIATES}test_rows_without_a_used_covariate_are_the_only_ones_lost",)),
    Case(61, "exclusions differ by group", ("FLOW-01",)),
    Case(62, "small counts and differencing", tests=(f"{SAFETY}test_quality_summary_holds_no_value_and_no_code_of_a_person",), open="Suppression of small counts and the comparison of public tables between releases come with the release gate; nothing with counts of people leaves internal/ unasked before."),
)  # fmt: skip


def test_the_62_cases_are_here_once_each():
    assert [case.number for case in CASES] == list(range(1, 63))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number}-{case.what}")
def test_a_case_is_covered_by_what_it_names(case):
    assert case.defects or case.tests
    planted = {str(defect) for defect in (*DEFECTS, *SIGNAL_DEFECTS, *CHANGING_DEFECTS)}
    for name in case.defects:
        if name in RULES:
            assert any(defect.startswith(f"{name}-") for defect in planted), name
        else:
            assert name in planted, name
    for name in case.tests:
        file, _, function = name.partition("::")
        text = (TESTS / file).read_text(encoding="utf-8")
        assert re.search(rf"def {re.escape(function)}\(", text), name
