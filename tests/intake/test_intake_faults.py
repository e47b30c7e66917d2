"""One planted fault, one root finding, at the right cell, with the right rule."""

import string
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import openpyxl
import pytest

from pipeline.intake.findings.messages import make_finding
from pipeline.workspace.hashing import input_files
from schemas.rules import RULES

FORBIDDEN = (
    "Traceback",
    "dtype",
    "NaN",
    "NoneType",
    "KeyError",
    "index",
    "coerce",
    "schema",
    "regex",
)


@dataclass(frozen=True)
class Cell:
    """A fault typed into one cell, and the finding that it gives."""

    table: str
    cell: str
    value: str
    rule: str
    says: str = ""
    loses_row: bool = True

    def __str__(self) -> str:
        return f"{self.rule}-{self.cell}-{self.value}"


CELLS = [
    Cell("hold_times", "E3", "long", "CELL-01", "Type the number from the paper form"),
    Cell("hold_times", "E3", ">60", "CELL-01", "`ceiling` in ended_by"),
    Cell("hold_times", "E3", "60+", "CELL-01", "`ceiling` in ended_by"),
    Cell("hold_times", "E3", "12 s", "CELL-01", "Type the number only"),
    Cell("hold_times", "E3", "0:12", "CELL-01", "clock time"),
    Cell("hold_times", "E3", "1e1", "CELL-01", "exponent"),
    Cell("hold_times", "E3", "nan", "CELL-01"),
    Cell("hold_times", "E3", "inf", "CELL-01"),
    Cell("hold_times", "E3", "１２", "CELL-01"),
    Cell("strength", "D3", "45%", "CELL-01", "percentage"),
    Cell("hold_times", "E3", "-3", "CELL-03", "between 0 and 3600 s"),
    Cell("hold_times", "E3", "12400", "CELL-13", "milliseconds"),
    Cell("strength", "D3", "61", "CELL-03", "between 0 and 60 N/kg"),
    Cell("strength", "D3", "12", "CELL-06", "above 10 N/kg", loses_row=False),
    Cell("participants", "H2", "1000", "CELL-03", "between 0 and 100 mm", loses_row=False),
    Cell("participants", "H2", "bad", "CELL-01", "", loses_row=False),
    Cell("participants", "D2", "woman", "CELL-05", "female, male", loses_row=False),
    Cell("participants", "C2", "12", "CELL-06", "below 16 years", loses_row=False),
    Cell("participants", "B2", "ctrl", "GROUP-01", "The nearest spelling is control"),
    Cell("hold_times", "B3", "links", "CELL-05", "left, right"),
    Cell("hold_times", "F3", "foot_tuch", "CELL-05", "The nearest term is foot_touch"),
    Cell("hold_times", "B3", "", "CELL-04", "leg"),
    Cell("hold_times", "D3", "1.5", "CELL-09", "whole number"),
    Cell("hold_times", "D3", "0", "CELL-03", "between 1 and 100"),
    Cell("hold_times", "E2", "31.2", "HOLD-01", "ceiling of 30 s"),
    Cell("hold_times", "E3", "28", "HOLD-03", "shorter than the ceiling of 30 s"),
    Cell("hold_times", "E2", "", "HOLD-04", "neither a time nor a bound"),
    Cell("hold_times", "A2", "009", "KEY-02", "009 is not in the participants table"),
]


TEXT_ONLY = ("nan", "inf", "1e1", "１２")  # the builder would write these as numbers


@pytest.mark.parametrize(
    ("fault", "how"),
    [(fault, "csv") for fault in CELLS]
    + [(fault, "xlsx") for fault in CELLS if fault.value not in TEXT_ONLY],
    ids=str,
)
def test_a_fault_in_one_cell_is_found_there_and_costs_its_row(cohort, read, fault, how):
    before = len(cohort.tables[fault.table]) - 1
    cohort.put(fault.table, fault.cell, fault.value)
    result = read(cohort.write_csv() if how == "csv" else cohort.write_xlsx())
    assert len(result.tables[fault.table]) == before - fault.loses_row
    findings = result.findings
    assert len(findings) == 1, findings[["rule_id", "file", "cell", "found", "why"]].to_string()
    finding = findings.fillna("").iloc[0]
    assert (finding["rule_id"], finding["cell"]) == (fault.rule, fault.cell)
    assert finding["table"] == fault.table
    assert finding["file"] == (f"{fault.table}.csv" if how == "csv" else "data.xlsx")
    assert finding["sheet"] == ("" if how == "csv" else fault.table)
    assert fault.says in f"{finding['why']} {finding['fix']}"
    assert not [word for word in FORBIDDEN if word in f"{finding['why']} {finding['fix']}"]
    if fault.value and fault.rule != "KEY-02":
        assert finding["found"] == f'"{fault.value}"'


def test_a_bad_pain_score_costs_neither_the_person_nor_the_holds(cohort, read):
    cohort.put("participants", "H2", "1000")
    result = read(cohort.write_csv())
    people = result.tables["participants"].set_index("participant_id")
    assert people["vas_mm"].isna().tolist() == [True, False, False, False]
    assert len(result.tables["hold_times"]) == 8
    assert result.findings["severity"].tolist() == ["SET ASIDE"]
    assert (result.flow["stage"] == "read").all()


def test_a_person_of_unknown_group_takes_the_rows_along_under_that_reason(cohort, read):
    cohort.put("participants", "B2", "ctrl")
    result = read(cohort.write_csv())
    gone = result.flow[result.flow["stage"] == "set_aside"]
    reasons = gone.set_index("table")[["group", "reason", "n_rows"]]
    assert reasons.loc["participants"].tolist() == ["(unknown)", "An unknown group", 1]
    assert reasons.loc["hold_times"].tolist() == ["(unknown)", "participant set aside", 2]
    assert "001" not in set(result.tables["hold_times"]["participant_id"])


def test_a_missing_file_names_what_was_expected_and_the_nearest_file(cohort, only_finding):
    folder = cohort.write_csv()
    (folder / "hold_times.csv").rename(folder / "hold_times (1).csv")
    finding = only_finding(folder)
    assert finding["rule_id"] == "FILE-01"
    assert "hold_times.csv" in finding["why"]
    assert "hold_times (1).csv" in finding["why"]


def test_a_missing_column_names_the_nearest_heading(cohort, only_finding):
    cohort.put("hold_times", "B1", "legs")
    finding = only_finding(cohort.write_csv())
    assert (finding["rule_id"], finding["column"]) == ("COL-01", "leg")
    assert "legs" in finding["why"]


def test_two_missing_columns_are_two_findings(cohort, read):
    cohort.drop_column("hold_times", "leg")
    cohort.drop_column("hold_times", "participant_id")
    findings = read(cohort.write_csv()).findings
    assert findings["rule_id"].tolist() == ["COL-01", "COL-01"]
    assert set(findings["column"]) == {"leg", "participant_id"}
    assert findings["finding_id"].is_unique


def test_hold_times_without_times_miss_a_column(cohort, only_finding):
    cohort.drop_column("hold_times", "hold_time_s")
    finding = only_finding(cohort.write_csv())
    assert (finding["rule_id"], finding["column"]) == ("COL-01", "hold_time_s")


@pytest.mark.parametrize(("table", "heading"), [("strength", "abd_strength_n_kg")])
def test_a_table_without_any_value_column(cohort, only_finding, table, heading):
    cohort.drop_column(table, heading)
    assert only_finding(cohort.write_csv())["rule_id"] == "TABLE-01"


def test_a_heading_twice_is_not_chosen_from(cohort, only_finding):
    for row, value in zip(cohort.tables["hold_times"], ["Leg", *["left"] * 8], strict=True):
        row.append(value)
    finding = only_finding(cohort.write_csv())
    assert (finding["rule_id"], finding["cell"], finding["found"]) == ("COL-02", "G1", '"Leg"')


def test_unknown_columns_give_one_note_with_near_misses(cohort, only_finding):
    for row, more in zip(
        cohort.tables["strength"], [["mood", "visits"]] + [["1", "2"]] * 4, strict=True
    ):
        row += more
    finding = only_finding(cohort.write_csv())
    assert (finding["rule_id"], finding["cell"]) == ("COL-03", "E1:F1 (2 cells)")
    assert "mood" in finding["why"]
    assert "visits looks like visit." in finding["why"]


def test_the_same_row_twice_sets_both_aside_and_each_names_the_other(cohort, read):
    cohort.put("hold_times", "B3", "left")
    result = read(cohort.write_csv())
    findings = result.findings
    assert findings["rule_id"].tolist() == ["KEY-01"]
    assert findings["cells"].tolist() == ["A2:A3"]
    assert "A3" in findings["why"].iloc[0]
    assert len(result.tables["hold_times"]) == 6


def test_codes_that_differ_only_in_case_are_the_same_person(cohort, read):
    for row, code in zip(cohort.tables["participants"][1:], ["p1", "P1", "p3", "p4"], strict=True):
        row[0] = code
    findings = read(cohort.write_csv()).findings
    assert findings["rule_id"].tolist().count("KEY-01") == 1


def test_an_unknown_participant_is_one_finding_whatever_the_number_of_rows(cohort, only_finding):
    for row in (2, 3):
        cohort.put("hold_times", f"A{row}", "01")
    cohort.tables["participants"].pop(1)
    cohort.tables["strength"] = [r for r in cohort.tables["strength"] if r[0] != "001"]
    finding = only_finding(cohort.write_csv())
    assert (finding["rule_id"], finding["cell"]) == ("KEY-02", "A2, A3")
    assert finding["participant_id"] == "01"


def test_a_participant_without_holds_is_a_warning(cohort, only_finding, read):
    cohort.tables["participants"].append(
        ["005", "control", "40", "female", "170", "70", "left", "1"]
    )
    folder = cohort.write_csv()
    finding = only_finding(folder)
    assert (finding["rule_id"], finding["severity"]) == ("KEY-03", "WARN")
    assert (finding["cell"], finding["group"]) == ("A6", "control")
    assert len(read(folder).tables["participants"]) == 5


def test_a_group_without_people_is_a_warning(cohort, read):
    for name, rows in cohort.tables.items():
        cohort.tables[name] = [rows[0], *(row for row in rows[1:] if row[0] in ("001", "002"))]
    findings = read(cohort.write_csv()).findings
    assert findings["rule_id"].tolist() == ["GROUP-02"]
    assert findings["found"].tolist() == ['"control"']


class TestDecimalComma:
    def test_in_a_comma_file_the_row_has_a_cell_too_many(self, cohort, only_finding):
        cohort.put("hold_times", "E3", "12,5")
        finding = only_finding(cohort.write_csv())
        assert (finding["rule_id"], finding["cell"]) == ("ROW-01", "row 3")
        assert "7 cells" in finding["why"]
        assert "6 headings" in finding["why"]

    def test_in_a_semicolon_file_it_is_not_guessed(self, cohort, read):
        cohort.put("hold_times", "E3", "12,5")
        findings = read(cohort.write_csv(delimiter=";")).findings
        (finding,) = findings[findings["rule_id"] != "FILE-04"].to_dict(orient="records")
        assert (finding["rule_id"], finding["cell"]) == ("CELL-02", "E3")
        assert finding["found"] == '"12,5"'

    def test_it_is_read_when_study_yaml_says_so(self, cohort, read):
        cohort.study += 'decimal: ","\n'
        cohort.put("hold_times", "E2", "12,5")
        result = read(cohort.write_csv(delimiter=";"))
        # 1.151 could be 1151 in such a file, 8.25 could not be anything else.
        stops = result.findings[result.findings["severity"] == "STOP"]
        assert stops["rule_id"].tolist() == ["CELL-10"]
        assert stops["found"].tolist() == ['"1.151", "1.734"']
        assert stops["file"].tolist() == ["strength.csv"]

    def test_numbers_of_a_workbook_are_numbers_whatever_the_decimal_mark(self, cohort, read):
        cohort.study += 'decimal: ","\n'
        result = read(cohort.write_xlsx())
        assert result.findings.empty
        assert result.tables["strength"]["abd_strength_n_kg"].tolist() == [1.151, 1.26, 1.6, 1.734]


def test_a_table_with_headings_only(cohort, only_finding):
    cohort.tables["strength"] = cohort.tables["strength"][:1]
    finding = only_finding(cohort.write_csv())
    assert (finding["rule_id"], finding["table"]) == ("FILE-02", "strength")


def test_an_optional_sheet_that_nobody_filled_in_is_no_table(cohort, read):
    cohort.tables["strength"] = cohort.tables["strength"][:1]
    result = read(cohort.write_xlsx())
    assert result.findings.empty
    assert "strength" not in result.tables


def test_a_row_of_the_wrong_length(cohort, only_finding):
    cohort.tables["hold_times"][3].pop()
    finding = only_finding(cohort.write_csv())
    assert (finding["rule_id"], finding["cell"]) == ("ROW-01", "row 4")
    assert "5 cells" in finding["why"]


def test_two_files_for_one_table(cohort, only_finding):
    folder = cohort.write_csv()
    (folder / "Hold_Times.TSV").write_bytes((folder / "hold_times.csv").read_bytes())
    finding = only_finding(folder)
    assert finding["rule_id"] == "FILE-05"
    assert "Hold_Times.TSV" in finding["why"]
    assert "hold_times.csv" in finding["why"]


def test_lock_files_and_litter_are_noted_and_hidden_files_are_nothing(cohort, read):
    folder = cohort.write_csv()
    for name in ("~$hold_times.xlsx", ".hold_times.csv", ".DS_Store", "Thumbs.db"):
        (folder / name).write_bytes(b"\x00\x01")
    findings = read(folder).findings
    assert set(findings["rule_id"]) == {"FILE-07"}
    assert sorted(findings["file"]) == [".DS_Store", "~$hold_times.xlsx"]
    assert "has hold_times.xlsx open" in " ".join(findings["why"])
    assert ".DS_Store, Thumbs.db" in " ".join(findings["why"])


def test_many_equal_faults_are_one_finding_for_the_run_of_cells(cohort, only_finding, read):
    for row in range(2, 10):
        cohort.put("hold_times", f"F{row}", "fell")
    folder = cohort.write_csv()
    finding = only_finding(folder)
    assert (finding["rule_id"], finding["cell"]) == ("CELL-05", "F2:F9 (8 cells)")
    assert len(read(folder).tables["hold_times"]) == 0


class TestCeilings:
    @pytest.mark.parametrize(
        ("typed", "ended_by", "rules"),
        [("30.4", "ceiling", []), ("30", "hop", ["HOLD-10"]), ("30.5", "hop", ["HOLD-10"])],
    )
    def test_a_late_stop_counts_as_the_ceiling_and_another_ending_is_remarked(
        self, cohort, read, typed, ended_by, rules
    ):
        cohort.put("hold_times", "E3", typed)
        cohort.put("hold_times", "F3", ended_by)
        result = read(cohort.write_csv())
        assert list(result.findings["rule_id"]) == rules
        assert result.tables["hold_times"]["hold_time_s"].iloc[1] == 30
        assert result.tables["hold_times"]["ended_by"].iloc[1] == ended_by

    @pytest.mark.parametrize("typed", ["30", "30.2"])
    def test_a_hold_at_the_ceiling_without_a_reason_counts_as_stopped(
        self, cohort, read, only_finding, typed
    ):
        cohort.put("hold_times", "E3", typed)
        cohort.put("hold_times", "F3", "")
        folder = cohort.write_csv()
        finding = only_finding(folder)
        assert (finding["rule_id"], finding["cell"]) == ("HOLD-02", "E3")
        assert finding["severity"] == "WARN"
        holds = read(folder).tables["hold_times"]
        assert holds["ended_by"].iloc[1] == "ceiling"
        assert holds["hold_time_s"].iloc[1] == 30

    def test_just_above_the_tolerance_is_set_aside(self, cohort, only_finding):
        cohort.put("hold_times", "E3", "30.51")
        assert only_finding(cohort.write_csv())["rule_id"] == "HOLD-01"

    def test_the_ceiling_of_the_row_goes_before_that_of_the_study(self, cohort, read):
        for row, value in zip(
            cohort.tables["hold_times"], ["ceiling_s", "60", *[""] * 7], strict=True
        ):
            row.append(value)
        cohort.put("hold_times", "E2", "45")
        result = read(cohort.write_csv())
        assert result.findings.empty
        assert result.tables["hold_times"]["ceiling_s"].tolist() == [60, *[30] * 7]

    def test_no_ceiling_stops_once_per_task_and_condition(self, cohort, read):
        cohort.study = cohort.study.replace(
            "  ceiling_s: 30\n", "  ceilings_s: {eyes_closed: 30}\n"
        )
        result = read(cohort.write_csv())
        assert result.stopped
        assert result.findings["rule_id"].tolist() == ["HOLD-06"]
        assert "single_leg_stance, eyes_open" in result.findings["why"].iloc[0]

    def test_a_trial_that_was_not_done_stays_without_a_time(self, cohort, read):
        cohort.put("hold_times", "E3", "")
        cohort.put("hold_times", "F3", "not_done")
        result = read(cohort.write_csv())
        assert result.findings.empty
        assert result.tables["hold_times"]["hold_time_s"].isna().tolist()[1]
        assert len(result.tables["hold_times"]) == 8

    @pytest.mark.parametrize("how", ["csv", "xlsx"])
    def test_the_ceiling_stands_in_for_the_time_of_a_hold_that_it_ended(self, cohort, read, how):
        cohort.put("hold_times", "E3", "")
        result = read(cohort.write_csv() if how == "csv" else cohort.write_xlsx())
        assert result.findings.empty
        hold = result.tables["hold_times"].iloc[1]
        assert (hold["hold_time_s"], hold["ended_by"]) == (30, "ceiling")

    @pytest.mark.parametrize("typed", ["12.5", "0"])
    def test_a_trial_that_was_not_done_has_no_time(self, cohort, read, only_finding, typed):
        cohort.put("hold_times", "E2", typed)
        cohort.put("hold_times", "F2", "not_done")
        folder = cohort.write_csv()
        finding = only_finding(folder)
        assert (finding["rule_id"], finding["cell"]) == ("HOLD-07", "E2")
        assert finding["found"] == f'"{typed}"'
        assert "contradict each other" in finding["why"]
        assert len(read(folder).tables["hold_times"]) == 7


class TestBounds:
    @pytest.fixture
    def bounded(self, cohort):
        extra = [["hold_low_s", "hold_high_s"], *[["", ""] for _ in range(8)]]
        for row, more in zip(cohort.tables["hold_times"], extra, strict=True):
            row += more
        cohort.put("hold_times", "E2", "")
        return cohort

    def test_bounds_stand_in_for_a_time(self, bounded, read):
        bounded.put("hold_times", "G2", "5")
        bounded.put("hold_times", "H2", "10")
        result = read(bounded.write_csv())
        assert result.findings.empty
        first = result.tables["hold_times"].iloc[0]
        assert (first["hold_low_s"], first["hold_high_s"]) == (5, 10)

    def test_an_upper_bound_alone_starts_at_zero(self, bounded, read):
        bounded.put("hold_times", "H2", "10")
        result = read(bounded.write_csv())
        assert result.findings.empty
        assert result.tables["hold_times"]["hold_low_s"].iloc[0] == 0

    def test_a_lower_bound_alone_is_kept(self, bounded, read):
        bounded.put("hold_times", "G2", "5")
        result = read(bounded.write_csv())
        assert result.findings.empty
        first = result.tables["hold_times"].iloc[0]
        assert (first["hold_low_s"], len(result.tables["hold_times"])) == (5, 8)
        assert first[["hold_time_s", "hold_high_s"]].isna().all()
        assert "only a lower bound" in " ".join(step.text for step in result.steps)

    def test_a_lower_bound_of_zero_alone_says_nothing(self, bounded, only_finding):
        bounded.put("hold_times", "G2", "0")
        assert only_finding(bounded.write_csv())["rule_id"] == "HOLD-04"

    def test_a_trial_that_was_not_done_has_no_bounds(self, bounded, only_finding):
        bounded.put("hold_times", "F2", "not_done")
        bounded.put("hold_times", "H2", "10")
        finding = only_finding(bounded.write_csv())
        assert (finding["rule_id"], finding["severity"]) == ("HOLD-07", "SET ASIDE")

    def test_an_upper_bound_below_the_ceiling_contradicts_that_it_ended_the_hold(
        self, bounded, only_finding
    ):
        bounded.put("hold_times", "F2", "ceiling")
        bounded.put("hold_times", "H2", "10")
        assert only_finding(bounded.write_csv())["rule_id"] == "HOLD-03"

    @pytest.mark.parametrize("low", ["10", "12"])
    def test_bounds_that_contradict_each_other(self, bounded, only_finding, low):
        bounded.put("hold_times", "G2", low)
        bounded.put("hold_times", "H2", "10")
        finding = only_finding(bounded.write_csv())
        assert (finding["rule_id"], finding["cell"]) == ("HOLD-05", "G2")


def test_an_unknown_task_is_set_aside_and_a_task_of_the_study_is_known(cohort, read):
    for row, task in zip(cohort.tables["hold_times"], ["task", *["tandem"] * 8], strict=True):
        row.append(task)
    cohort.put("hold_times", "G2", "Single_Leg_Stanc")
    cohort.study += "tasks:\n  tandem: {label: Tandem stance}\n"
    result = read(cohort.write_csv())
    assert result.findings["rule_id"].tolist() == ["TASK-01"]
    assert result.findings["cell"].tolist() == ["G2"]
    assert "single_leg_stance" in result.findings["why"].iloc[0]
    assert result.tables["hold_times"]["task"].unique().tolist() == ["tandem"]


class TestRecordings:
    @pytest.fixture
    def recorded(self, cohort):
        (cohort.folder / "emg").mkdir()
        (cohort.folder / "emg" / "p1_left.csv").write_text("x")
        cohort.tables["recordings"] = [
            ["participant_id", "leg", "trial", "role", "file"],
            ["001", "left", "1", "task", "emg/p1_left.csv"],
        ]
        return cohort

    def test_a_file_that_is_there(self, recorded, read):
        result = read(recorded.write_csv())
        assert result.findings.empty
        assert result.tables["recordings"]["file"].tolist() == ["emg/p1_left.csv"]

    @pytest.mark.parametrize(
        "name", ["emg/p1_lef.csv", "../other.csv", "/etc/hostname", "emg", "emg/link.csv"]
    )
    def test_a_file_that_is_not_in_the_folder(self, recorded, only_finding, name, tmp_path_factory):
        outside = tmp_path_factory.mktemp("outside") / "other.csv"
        outside.write_text("x")
        (recorded.folder / "emg" / "link.csv").symlink_to(outside)
        recorded.put("recordings", "E2", name)
        finding = only_finding(recorded.write_csv())
        assert (finding["rule_id"], finding["cell"]) == ("REC-01", "E2")
        if name == "emg/p1_lef.csv":
            assert "emg/p1_left.csv" in finding["why"]

    @pytest.mark.parametrize("name", [".raw/p.csv", "emg/.p.csv", "emg/link.csv"])
    def test_hidden_recordings_are_not_read(self, recorded, only_finding, read, name):
        (recorded.folder / ".raw").mkdir()
        for hidden in (".raw/p.csv", "emg/.p.csv"):
            (recorded.folder / hidden).write_text("x")
        (recorded.folder / "emg" / "link.csv").symlink_to(recorded.folder / ".raw" / "p.csv")
        recorded.put("recordings", "E2", name)
        folder = recorded.write_csv()
        assert folder / name not in input_files(folder)
        finding = only_finding(folder)
        assert (finding["rule_id"], finding["cell"]) == ("REC-02", "E2")
        assert "hidden" in finding["why"]
        assert "not read" in finding["fix"]
        assert read(folder).tables["recordings"].empty


@pytest.mark.parametrize("name", [".tables/strength.csv", ".strength.csv", ".tables/s.xlsx"])
def test_hidden_tables_are_not_read(cohort, only_finding, name):
    folder = cohort.write_csv()
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / "strength.csv").rename(folder / name)
    (folder / "study.yaml").write_text(cohort.study + f"tables: {{strength: {name}}}\n")
    finding = only_finding(folder)
    assert (finding["rule_id"], finding["file"]) == ("FILE-03", name)
    assert "hidden" in finding["why"]


class TestWorkbooks:
    """Faults that only a workbook can hold; each is typed into hold_times or strength."""

    def _edit(self, cohort, edit: Callable[[openpyxl.Workbook], None]):
        folder = cohort.write_xlsx()
        book = openpyxl.load_workbook(folder / "data.xlsx")
        edit(book)
        book.save(folder / "data.xlsx")
        return folder

    @pytest.mark.parametrize("value", ["=1+1", "#DIV/0!"])
    def test_a_formula_without_a_value_and_an_excel_error(self, cohort, only_finding, value):
        def edit(book):
            book["hold_times"]["E3"] = value

        finding = only_finding(self._edit(cohort, edit))
        assert (finding["rule_id"], finding["cell"]) == ("CELL-07", "E3")
        assert finding["found"] == f'"{value}"'

    @pytest.mark.parametrize("number_format", ["dd.mm.yyyy", "hh:mm:ss"])
    def test_a_number_that_excel_turned_into_a_date_or_a_time(
        self, cohort, only_finding, number_format
    ):
        def edit(book):
            book["hold_times"]["E3"] = 0.5 if "h" in number_format else 46000
            book["hold_times"]["E3"].number_format = number_format

        finding = only_finding(self._edit(cohort, edit))
        assert (finding["rule_id"], finding["cell"]) == ("CELL-08", "E3")

    def test_a_percent_format_is_not_taken_for_the_number_behind_it(self, cohort, only_finding):
        def edit(book):
            book["strength"]["D2"] = 0.45
            book["strength"]["D2"].number_format = "0%"

        finding = only_finding(self._edit(cohort, edit))
        assert (finding["rule_id"], finding["found"]) == ("CELL-01", '"45%"')

    def test_a_code_shown_with_leading_zeros_keeps_them(self, cohort, read):
        def edit(book):
            for sheet in book:
                for (cell,) in sheet.iter_rows(min_row=2, max_col=1):
                    cell.value = int(cell.value)
                    cell.number_format = "000"

        result = read(self._edit(cohort, edit))
        assert result.tables["participants"]["participant_id"].tolist() == [
            "001",
            "002",
            "003",
            "004",
        ]

    def test_empty_rows_and_columns_around_the_table_do_not_matter(self, cohort, read):
        def edit(book):
            sheet = book["hold_times"]
            sheet.insert_rows(1, 2)
            sheet["A500"] = " "
            sheet["Z9"] = " "

        result = read(self._edit(cohort, edit))
        assert result.findings.empty
        assert len(result.tables["hold_times"]) == 8

    def test_two_filled_sheets_in_the_workbook_of_a_table(self, cohort, only_finding):
        folder = cohort.write_csv()
        (folder / "strength.csv").unlink()
        book = openpyxl.Workbook()
        for sheet in (book.active, book.create_sheet("Copy")):
            for row in cohort.tables["strength"]:
                sheet.append(row)
        book.save(folder / "strength.xlsx")
        assert only_finding(folder)["rule_id"] == "FILE-05"


class TestFilesThatCannotBeRead:
    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (b"participant_id,group\r\n1,LBP\r\n", "not an Excel workbook"),
            (b"PK\x03\x04 and then nothing", "damaged or incomplete"),
            (b"\xd0\xcf\x11\xe0 old", "old Excel workbook"),
            (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
            (b"", "no content"),
        ],
    )
    def test_a_workbook_that_is_none(self, cohort, only_finding, data, says):
        folder = cohort.write_csv()
        (folder / "strength.csv").unlink()
        (folder / "strength.xlsx").write_bytes(data)
        finding = only_finding(folder)
        assert (finding["rule_id"], finding["file"]) == ("FILE-03", "strength.xlsx")
        assert says in finding["why"]

    def test_a_workbook_cut_off_in_the_middle(self, cohort, only_finding):
        folder = cohort.write_xlsx()
        whole = (folder / "data.xlsx").read_bytes()
        (folder / "data.xlsx").write_bytes(whole[: len(whole) // 2])
        assert only_finding(folder)["rule_id"] == "FILE-03"

    def test_a_damaged_workbook_beside_complete_tables_is_a_note(self, cohort, only_finding):
        folder = cohort.write_csv()
        (folder / "notes.xlsx").write_bytes(b"PK\x03\x04")
        finding = only_finding(folder)
        assert (finding["rule_id"], finding["severity"]) == ("FILE-04", "NOTE")

    def test_a_workbook_that_unpacks_too_large(self, cohort, only_finding):
        cohort.study += "limits: {unpacked_mb: 1}\n"
        folder = cohort.write_xlsx()
        with zipfile.ZipFile(folder / "data.xlsx", "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("padding.xml", b" " * 2_000_000)
        finding = only_finding(folder)
        assert finding["rule_id"] == "FILE-03"
        assert "unpacks" in finding["why"]

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (b"PK\x03\x04", "Excel workbook"),
            (b"participant_id,leg\x00\r\n", "zero bytes"),
            (b"", "empty"),
            (b'participant_id,leg\r\n"1,left\r\n2,right\r\n', "quotation marks"),
        ],
    )
    def test_a_text_file_that_is_none(self, cohort, only_finding, data, says):
        folder = cohort.write_csv()
        (folder / "strength.csv").write_bytes(data)
        finding = only_finding(folder)
        assert (finding["rule_id"], finding["file"]) == ("FILE-03", "strength.csv")
        assert says in finding["why"]

    def test_an_old_encoding_is_read_with_a_note(self, cohort, read):
        cohort.put("participants", "A2", "Ö1")
        for table in ("hold_times", "strength"):
            for row in (2, 3):
                cohort.put(table, f"A{row}", "Ö1")
        result = read(cohort.write_csv(encoding="cp1252"))
        assert set(result.findings["rule_id"]) == {"FILE-04"}
        assert set(result.findings["found"]) == {'"Ö1"'}
        assert "Ö1" in set(result.tables["participants"]["participant_id"])

    def test_a_link_to_another_place_is_refused(self, cohort, only_finding, tmp_path_factory):
        folder = cohort.write_csv()
        elsewhere = tmp_path_factory.mktemp("elsewhere") / "strength.csv"
        (folder / "strength.csv").rename(elsewhere)
        (folder / "strength.csv").symlink_to(elsewhere)
        finding = only_finding(folder)
        assert finding["rule_id"] == "FILE-03"
        assert "link" in finding["why"]


def test_a_group_called_NA_stays_a_group_and_missing_codes_are_missing(cohort, read):  # noqa: N802
    cohort.study = cohort.study.replace("label: control", "label: NA") + "missing_codes: [-99]\n"
    for row in (4, 5):
        cohort.put("participants", f"B{row}", "NA")
    cohort.put("participants", "H2", "-99")
    result = read(cohort.write_csv())
    assert result.findings.empty
    assert result.tables["participants"]["group"].tolist() == ["LBP", "LBP", "NA", "NA"]
    assert result.tables["participants"]["vas_mm"].isna().tolist() == [True, False, False, False]


def test_a_missing_code_that_nobody_declared_is_a_value(cohort, only_finding):
    cohort.put("participants", "H2", "-99")
    assert only_finding(cohort.write_csv())["rule_id"] == "CELL-12"


@pytest.mark.parametrize("typed", ["\u221270", "\u00a0-70", "-70"])
def test_a_minus_sign_of_a_word_processor_and_hard_spaces_are_read(cohort, read, typed):
    cohort.tables["activation"] = [["participant_id", "leg", "onset_ms"], ["001", "left", typed]]
    result = read(cohort.write_csv())
    assert set(result.findings["severity"]) <= {"NOTE"}
    assert result.tables["activation"]["onset_ms"].tolist() == [-70.0]


def test_no_sentence_uses_a_word_of_the_programming_language():
    for rule in RULES.values():
        braces = {name for _, name, _, _ in string.Formatter().parse(rule.why + rule.fix) if name}
        finding = make_finding(rule.rule_id, facts=dict.fromkeys(braces, "x"))
        text = f"{rule.title} {finding.why} {finding.fix}"
        assert not [word for word in FORBIDDEN if word in text], rule.rule_id
