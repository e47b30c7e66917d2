"""Exclusions by group: participants are counted, and a difference is said once, where it arises."""

import math

import pytest
from defects import Lab

from pipeline.intake.cohort import read_cohort


def large(n=24):
    """A cohort with n people per group: P..., first all cases."""
    lab = Lab()
    people, holds = lab.tables["participants"], lab.tables["hold_times"]
    case, control = people[1], people[4]
    rows = holds[1:]
    new_people, new_holds = [people[0]], [holds[0]]
    for i in range(2 * n):
        code = f"P{i + 101}"
        new_people.append([code, *(case if i < n else control)[1:]])
        new_holds += [[code, *row[1:]] for row in rows[:4]]
    lab.tables = {"participants": new_people, "hold_times": new_holds}
    for i, row in enumerate(new_holds[1:]):
        row[4], row[5] = 5.13 + (i * 0.37) % 20.11, "hop"
    return lab


def spoil(lab, people):
    """Make one hold of each of these people unusable."""
    for person in people:
        lab.put("hold_times", "hold_time_s", 2 + 4 * person, "lost")


def exclusions(lab, folder):
    read = read_cohort(lab.write(folder, "csv"))
    flow = read.findings[read.findings["rule_id"] == "FLOW-01"]
    return read.exclusions, flow


def test_a_clean_cohort_has_nothing_to_compare(tmp_path):
    table, findings = exclusions(large(), tmp_path)
    assert table.empty
    assert findings.empty


def test_a_difference_is_said_with_counts_shares_and_the_exact_p(tmp_path):
    lab = large()
    spoil(lab, range(8))
    table, findings = exclusions(lab, tmp_path)
    row = table.iloc[0]
    assert (row["table"], row["n_case"], row["excluded_case"]) == ("hold_times", 24, 8)
    assert (row["n_reference"], row["excluded_reference"]) == (24, 0)
    # By hand: all 8 in one group, in either group: 2 * C(24, 8) / C(48, 8).
    assert row["p"] == pytest.approx(2 * math.comb(24, 8) / math.comb(48, 8), rel=1e-9)
    assert len(findings) == 1
    finding = findings.iloc[0]
    assert (finding["severity"], finding["file"]) == ("WARN", "hold_times.csv")
    assert "8 of 24 LBP (33 %)" in finding["why"]
    assert "0 of 24 control (0 %)" in finding["why"]
    assert "P = .004" in finding["why"]


def test_equal_exclusions_are_counted_and_not_reported(tmp_path):
    lab = large()
    spoil(lab, [*range(6), *range(24, 30)])
    table, findings = exclusions(lab, tmp_path)
    assert table["p"].iloc[0] == 1
    assert not table["differs"].iloc[0]
    assert findings.empty


def test_ten_points_count_once_five_people_are_affected(tmp_path):
    few, enough = large(), large()
    spoil(few, [0, 1, 2, 3])
    spoil(enough, [0, 1, 2, 3, 24])
    few_table, few_findings = exclusions(few, tmp_path / "few")
    enough_table, enough_findings = exclusions(enough, tmp_path / "enough")
    assert few_table["p"].iloc[0] > 0.05
    assert few_findings.empty
    assert enough_table["p"].iloc[0] > 0.05
    assert len(enough_findings) == 1


def test_people_are_counted_and_not_their_rows(tmp_path):
    lab = large()
    for row in range(2, 6):  # all four holds of one person
        lab.put("hold_times", "hold_time_s", row, "lost")
    table, _ = exclusions(lab, tmp_path)
    assert table["excluded_case"].iloc[0] == 1


def test_rows_that_leave_with_their_participant_count_in_the_participants_table_only(tmp_path):
    lab = large()
    for person in range(8):
        lab.put("participants", "participant_id", 2 + person, "")
    table, findings = exclusions(lab, tmp_path)
    assert "hold_times" not in set(table["table"][table["differs"]])
    assert len(findings) <= 1


def test_kept_rows_are_no_exclusions(tmp_path):
    lab = large()
    for person in range(8):
        lab.put("hold_times", "hold_time_s", 2 + 4 * person, 61.2 + person)
    folder = lab.write(tmp_path, "csv")
    first = read_cohort(folder)
    assert first.exclusions["excluded_case"].iloc[0] == 8
    ids = first.to_decide.loc[first.to_decide["rule_id"] == "HOLD-01", "finding_id"]
    lines = "".join(f"{i},keep,clock ran on,AB,2026-03-31\n" for i in ids)
    (folder / "decisions.csv").write_text("finding_id,decision,reason,initials,date\n" + lines)
    second = read_cohort(folder)
    assert second.exclusions.empty
    assert "FLOW-01" not in set(second.findings["rule_id"])
    assert set(second.findings.loc[second.findings["rule_id"] == "HOLD-01", "status"]) == {"kept"}
