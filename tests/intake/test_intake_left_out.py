"""Nothing leaves, changes or contradicts without a word: cells, groups, holds, files, covariates."""

import numpy as np
import pytest
from defects.instrument_fixtures import add_column, with_ipaq
from defects.lab import Lab

from pipeline.intake.cells.grid import CellKind, Cells
from pipeline.intake.cohort import read_cohort
from pipeline.intake.columns import column_map
from pipeline.intake.rules import recording_rules

PEOPLE = "participants"
POINTS = (21, 23, 9, 15, 3, 140)


def read(lab: Lab, folder):
    return read_cohort(lab.write(folder, "csv"))


def rules_of(result) -> list[str]:
    return sorted(result.findings["rule_id"])


def with_odd_odi(lab: Lab) -> None:
    for row, value in zip(lab.rows(PEOPLE), POINTS, strict=True):
        lab.put(PEOPLE, "odi_pct", row, value)


def decide_to_keep(lab: Lab, finding_id: str) -> None:
    lab.files["decisions.csv"] = (
        f"finding_id,decision,reason,initials,date\n{finding_id},keep,percent,AB,2026-03-01\n"
    ).encode()


def test_a_cell_that_the_column_finding_does_not_name_keeps_its_own(tmp_path):
    lab = Lab()
    with_odd_odi(lab)
    result = read(lab, tmp_path / "open")
    assert rules_of(result) == ["CELL-03", "SCORE-06"]
    whole = result.findings.set_index("rule_id").loc["SCORE-06", "finding_id"]
    decide_to_keep(lab, whole)
    kept = read(lab, tmp_path / "kept")
    assert "CELL-03" in rules_of(kept)
    assert kept.findings.set_index("rule_id").loc["SCORE-06", "status"] == "kept"


def test_a_group_that_another_rule_emptied_is_told_with_the_rule(tmp_path):
    lab = Lab()
    for row in lab.rows(PEOPLE):
        if lab.get(PEOPLE, "group", row) == "control":
            lab.put(PEOPLE, "group", row, "Proband")
    result = read(lab, tmp_path)
    empty = result.findings.set_index("rule_id").loc["GROUP-02"]
    assert empty["found"] == '"control"'
    assert "3 rows that are or may be of this group left the analysis: GROUP-01." in empty["why"]
    assert not result.stopped


@pytest.mark.parametrize(
    ("column", "rule_id"), [("group", "CELL-04"), ("participant_id", "CELL-04")]
)
def test_nobody_who_can_be_used_stops_the_cohort(column, rule_id, tmp_path):
    lab = Lab()
    for row in lab.rows(PEOPLE):
        lab.put(PEOPLE, column, row, None)
    result = read(lab, tmp_path)
    assert {"GROUP-04", rule_id} <= set(rules_of(result))
    assert result.stopped


def test_minutes_on_no_day_are_not_scored(tmp_path):
    lab = Lab()
    with_ipaq(lab)
    lab.put(PEOPLE, "ipaq_moderate_days", 3, 0)
    result = read(lab, tmp_path)
    assert rules_of(result) == ["IPAQ-05"]
    met = result.tables[PEOPLE]["ipaq_met_min_week"]
    assert np.isnan(met.iloc[1])
    assert met.drop(index=1).notna().all()


def test_two_scales_name_every_row_that_leaves(tmp_path):
    lab = Lab()
    add_column(lab, "abd_strength_n", [80, *[None] * 11], "strength")
    folder = lab.write(tmp_path / "open", "csv")
    decided = read_cohort(folder)
    (finding_id,) = decided.findings["finding_id"]
    (folder / "decisions.csv").write_text(
        "finding_id,decision,reason,initials,date\n"
        f"{finding_id},accept,two devices,AB,2026-03-01\n",
        encoding="utf-8",
    )
    steps = [step.text for step in read_cohort(folder).steps]
    assert "Rows that the data manager excluded by a signed decision: 12." in steps


def test_holds_that_become_the_ceiling_are_counted(tmp_path):
    lab = Lab()
    for row, value in ((2, 29.6), (3, None), (4, 29.7)):
        lab.put("hold_times", "hold_time_s", row, value)
        lab.put("hold_times", "ended_by", row, "ceiling")
    result = read(lab, tmp_path)
    text = " ".join(step.text for step in result.steps)
    assert "early stop of the clock and was set to the ceiling (2 in these data)" in text
    assert "without a time and as ended by the ceiling was set to the ceiling (1 in" in text
    assert (result.tables["hold_times"]["hold_time_s"].head(3) == 30).all()


def test_a_file_that_cannot_be_opened_is_a_finding(tmp_path, monkeypatch):
    def refused(path):
        raise PermissionError(13, "refused", str(path))

    monkeypatch.setattr(recording_rules, "sha256_of_file", refused)
    lab = Lab()
    lab.tables["recordings"] = [
        ["participant_id", "leg", "trial", "role", "file"],
        ["P01", "left", 1, "task", "rec/a.csv"],
        ["P02", "left", 1, "task", "rec/b.csv"],
    ]
    lab.files |= {f"rec/{name}.csv": b"t,a\n0,1\n1,2\n" for name in "ab"}
    result = read(lab, tmp_path)
    assert rules_of(result) == ["REC-02", "REC-02"]
    assert result.findings["why"].str.contains("cannot be opened").all()


def test_a_covariate_that_a_rule_emptied_is_told(tmp_path):
    lab = Lab()
    for row, value in zip(lab.rows(PEOPLE), (21, 23, 9, 15, 3, 5), strict=True):
        lab.put(PEOPLE, "odi_pct", row, value)
    lab.files["plan.yaml"] = b"covariates: [odi_pct]\n"
    assert rules_of(read(lab, tmp_path)) == ["PLAN-01", "SCORE-06"]


def test_a_value_of_a_coded_cell_stands_in_the_row_of_its_code():
    coded = Cells(
        Cells.constant("A", 2).text,
        np.full(2, CellKind.PLAIN, dtype=np.int8),
        np.full(2, np.nan),
        np.array([1, 1], dtype=np.int32),
        np.array([7, 7], dtype=np.int64),
    )
    cells = column_map._overwrite(
        Cells.constant("", 2), np.array([True, False]), "eyes_open", coded
    )
    assert cells.row_number is not None
    assert cells.row_number.tolist() == [7, 0]


def test_a_heading_twice_in_every_block_is_one_finding(tmp_path):
    block = (
        "Participant: {},,,\nleg,trial,hold_time_s,Hold time s\nleft,1,{}.2,20.2\nright,1,{}.3,21\n"
    )
    lab = Lab()
    codes = [lab.get(PEOPLE, "participant_id", row) for row in lab.rows(PEOPLE)]
    lab.tables = {PEOPLE: lab.tables[PEOPLE]}
    lab.files["blocks.csv"] = "".join(
        block.format(code, 11 + i, 17 + i) for i, code in enumerate(codes)
    ).encode()
    lab.study += """\
tables:
  hold_times:
    file: blocks.csv
    blocks:
      begins_with: "Participant:"
      cells: {participant_id: {cell: A1, after: "Participant:"}}
      table: A2
    constants: {condition: eyes_open}
"""
    result = read(lab, tmp_path)
    assert rules_of(result) == ["BLOCK-02"]
    assert result.findings["cell"].tolist() == ["D2"]
    assert "stands twice" in result.findings["why"].iloc[0]
