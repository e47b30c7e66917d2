"""The column map: files as labs have them become the tables of Stance."""

import pytest

SOURCE = "tables:\n  hold_times:\n    file: hold_times.csv\n"


@pytest.fixture
def wide(cohort):
    """Hold times with one column per leg and trial, heading row first."""
    cohort.tables["hold_times"] = [
        ["ID", "L1", "L2", "R1"],
        ["001", "12.5", "14", "30"],
        ["002", "8.25", "", "0"],
        ["003", "30", "30", "28.75"],
        ["004", "30", "30", "21"],
    ]
    cohort.study += SOURCE + (
        "    columns: {participant_id: ID}\n"
        "    wide:\n"
        "      L1: {to: hold_time_s, leg: left, trial: 1}\n"
        "      L2: {to: hold_time_s, leg: left, trial: 2}\n"
        "      R1: {to: hold_time_s, leg: right, trial: 1}\n"
    )
    return cohort


def test_wide_columns_become_rows_and_an_empty_cell_is_no_trial(wide, read):
    result = read(wide.write_csv())
    assert set(result.findings["rule_id"]) == {"HOLD-02", "CELL-20"}
    note = result.findings[result.findings["rule_id"] == "CELL-20"].iloc[0]
    assert "1 of the 12 places" in note["why"]
    holds = result.tables["hold_times"].set_index(["participant_id", "leg", "trial"])["hold_time_s"]
    assert len(holds) == 11
    assert holds["001", "left", 2] == 14
    assert holds["003", "right", 1] == 28.75
    assert ("002", "left", 2) not in holds.index


def test_a_finding_in_a_wide_file_points_to_the_wide_cell(wide, read):
    wide.put("hold_times", "C2", "fell")
    findings = read(wide.write_csv()).findings
    broken = findings[findings["rule_id"] == "CELL-01"].iloc[0]
    assert (broken["cell"], broken["column"], broken["participant_id"]) == ("C2", "L2", "001")


def test_headings_with_the_same_keys_merge_into_one_row(cohort, read):
    cohort.tables["hold_times"] = [
        ["participant_id", "time left", "end left"],
        ["001", "12.5", "hop"],
        ["002", "30", "ceiling"],
        ["003", "", "not_done"],
        ["004", "", ""],
    ]
    cohort.study += SOURCE + (
        "    wide:\n"
        "      time left: {to: hold_time_s, leg: left}\n"
        "      end left: {to: ended_by, leg: left}\n"
    )
    result = read(cohort.write_csv())
    assert result.findings["rule_id"].tolist() == ["KEY-03", "CELL-20"]
    holds = result.tables["hold_times"]
    assert holds["ended_by"].tolist() == ["hop", "ceiling", "not_done"]
    assert holds["hold_time_s"].tolist()[:2] == [12.5, 30]


def test_headings_match_whatever_their_case_and_spaces(cohort, read):
    cohort.tables["hold_times"][0] = [
        " Participant ID ",
        "LEG",
        "Condition",
        "trial",
        "Hold Time S",
        "ended-by",
    ]
    result = read(cohort.write_csv())
    assert result.findings.empty
    assert len(result.tables["hold_times"]) == 8


def test_a_heading_that_study_yaml_names_but_the_file_lacks(cohort, only_finding):
    cohort.put("hold_times", "E1", "Seconds")
    cohort.study += SOURCE + "    columns: {hold_time_s: Second}\n"
    finding = only_finding(cohort.write_csv())
    assert (finding["rule_id"], finding["found"]) == ("COL-04", '"Second"')
    assert "The nearest heading is Seconds." in finding["why"]


def test_only_the_wanted_rows_are_read(cohort, read):
    cohort.study += SOURCE + "    rows: {leg: [LEFT]}\n"
    result = read(cohort.write_csv())
    assert result.findings.empty
    assert result.tables["hold_times"]["leg"].tolist() == ["left"] * 4


def test_words_of_the_lab_are_recoded_and_others_still_found(cohort, read):
    cohort.study += SOURCE + "    values: {leg: {links: left, rechts: right}}\n"
    for row in range(2, 10):
        cohort.put("hold_times", f"B{row}", "Links" if row % 2 == 0 else "rechts")
    cohort.put("hold_times", "B9", "recht")
    result = read(cohort.write_csv())
    assert result.findings["rule_id"].tolist() == ["CELL-05"]
    assert result.findings["cell"].tolist() == ["B9"]
    assert len(result.tables["hold_times"]) == 7


CODES = (
    SOURCE + "    codes:\n      hold_time_s:\n        2: {hold_time_s: 30, ended_by: ceiling}\n"
    "        1: {hold_low_s: 0, hold_high_s: 30}\n        0: {hold_time_s: 0}\n"
)


@pytest.fixture
def coded(cohort):
    cohort.drop_column("hold_times", "ended_by")
    for row, code in enumerate("21012102", start=2):
        cohort.put("hold_times", f"E{row}", code)
    cohort.study += CODES
    return cohort


def test_one_code_sets_several_columns(coded, read):
    result = read(coded.write_csv())
    assert result.findings.empty
    holds = result.tables["hold_times"]
    assert holds["ended_by"].fillna("-").tolist() == [
        "ceiling",
        *"---",
        "ceiling",
        *"--",
        "ceiling",
    ]
    assert holds["hold_time_s"].fillna(-1).tolist() == [30, -1, 0, -1, 30, -1, 0, 30]
    assert holds["hold_high_s"].fillna(-1).tolist() == [-1, 30, -1, 30, -1, 30, -1, -1]


def test_an_unknown_code_is_one_finding_at_its_cell(coded, only_finding, read):
    coded.put("hold_times", "E5", "3")
    folder = coded.write_csv()
    finding = only_finding(folder)
    assert (finding["rule_id"], finding["cell"]) == ("CELL-05", "E5")
    assert "2, 1, 0" in finding["why"]
    assert len(read(folder).tables["hold_times"]) == 7


def test_values_of_study_yaml_are_in_the_unit_of_the_table(cohort, read):
    cohort.study += SOURCE + (
        "    units: {hold_time_s: ms}\n"
        "    columns: {hold_time_s: ms}\n"
        "    codes: {ended_by: {stop: {hold_time_s: 30, ended_by: ceiling}, hop: {ended_by: hop}}}\n"
    )
    cohort.tables["hold_times"] = [
        ["participant_id", "leg", "ms", "ended_by"],
        ["001", "left", "", "stop"],
        ["002", "left", "12400", "hop"],
        ["003", "left", "0", ""],
        ["004", "left", "28750", "hop"],
    ]
    result = read(cohort.write_csv())
    assert result.findings.empty
    assert result.tables["hold_times"]["hold_time_s"].tolist() == [30, 12.4, 0, 28.75]
    assert result.tables["hold_times"]["ended_by"].tolist()[:2] == ["ceiling", "hop"]


@pytest.mark.parametrize(
    ("column", "unit", "typed", "value"),
    [
        ("height_cm", "m", "1.745", 174.5),
        ("height_cm", "mm", "1745", 174.5),
        ("mass_kg", "lb", "150", 68.0388555),
        ("mass_kg", "g", "65500", 65.5),
        ("vas_mm", "cm", "3.5", 35),
        ("age_years", "months", "492", 41),
    ],
)
def test_units_are_converted(cohort, read, column, unit, typed, value):
    heading = cohort.tables["participants"][0]
    place = heading.index(column)
    factor = value / float(typed)
    for row in cohort.tables["participants"][1:]:
        row[place] = f"{float(row[place]) / factor:.12g}"
    cohort.tables["participants"][1][place] = typed
    cohort.study += (
        f"tables:\n  participants:\n    file: participants.csv\n    units: {{{column}: {unit}}}\n"
    )
    result = read(cohort.write_csv())
    assert result.findings.empty
    assert result.tables["participants"][column].iloc[0] == pytest.approx(value, abs=1e-9)
    assert f"{column} from {unit}" in result.steps[-1].text


def test_several_files_of_one_table_are_put_under_each_other(cohort, read):
    cohort.study += "tables:\n  hold_times:\n    - file: hold_times.csv\n    - file: more.csv\n      constants: {leg: right, trial: 2}\n"
    folder = cohort.write_csv()
    (folder / "more.csv").write_text("participant_id,hold_time_s\n001,11\n002,much\n")
    result = read(folder)
    assert len(result.tables["hold_times"]) == 9
    finding = result.findings.iloc[0]
    assert (finding["file"], finding["cell"]) == ("more.csv", "B3")
    assert len(result.findings) == 1


def test_the_same_row_in_two_files_names_the_other_file(cohort, read):
    cohort.study += "tables:\n  hold_times: [{file: hold_times.csv}, {file: more.csv}]\n"
    folder = cohort.write_csv()
    (folder / "more.csv").write_text("participant_id,leg,hold_time_s\n001,left,11\n")
    findings = read(folder).findings
    twice = findings[findings["rule_id"] == "KEY-01"]
    assert "A2 of more.csv" in twice["why"].iloc[0]


def test_a_sheet_can_be_named(cohort, read):
    cohort.study += "tables:\n  strength: {file: data.xlsx, sheet: Kraft}\n"
    rows = cohort.tables.pop("strength")
    cohort.tables["Kraft"] = rows
    result = read(cohort.write_xlsx())
    assert result.findings.empty
    assert len(result.tables["strength"]) == 4


@pytest.mark.parametrize("what", ["file", "sheet"])
def test_a_declared_place_that_is_not_there(cohort, read, what):
    place = "{file: force.csv}" if what == "file" else "{file: data.xlsx, sheet: Strenght}"
    cohort.study += f"tables:\n  strength: {place}\n"
    findings = read(cohort.write_xlsx()).findings
    assert findings["rule_id"].tolist() == ["FILE-01", "FILE-07"]  # and the sheet that nobody reads
    finding = findings.iloc[0]
    assert finding["table"] == "strength"
    if what == "sheet":
        assert "The nearest sheet is strength." in finding["why"]


def test_a_training_log_reads_dates_from_text_and_from_excel(cohort, read):
    cohort.tables["training_log"] = [
        ["participant_id", "date", "leg", "repetitions"],
        ["001", "2024-03-05", "left", "8"],
        ["001", "5.3.2024", "right", "8"],
    ]
    result = read(cohort.write_csv())
    assert result.findings["rule_id"].tolist() == ["DATE-01"]
    assert result.findings["cell"].tolist() == ["B3"]
    assert "2024-03-31" in result.findings["why"].iloc[0]
    assert result.tables["training_log"]["date"].astype(str).tolist() == ["2024-03-05"]
