"""Rows of means and counts are nobody's (KEY-06); initials and ordinary codes are people."""

import pytest
from defects import Lab

from pipeline.intake.cohort import read_cohort

INITIALS = ("SD", "MW", "AB", "KL", "SE", "N")


def renamed(names: dict[str, str]) -> Lab:
    lab = Lab()
    for rows in lab.tables.values():
        for row in rows[1:]:
            row[0] = names.get(row[0], row[0])
    return lab


def test_initials_among_initials_are_people(tmp_path):
    lab = renamed({f"P{i + 1:02d}": code for i, code in enumerate(INITIALS)})
    read = read_cohort(lab.write(tmp_path, "csv"))
    assert "KEY-06" not in set(read.findings["rule_id"])
    assert set(read.tables["participants"]["participant_id"]) == set(INITIALS)


@pytest.mark.parametrize("code", ["N12", "N 12", "SD1", "Meander", "M1", "total-3"])
def test_codes_that_only_begin_like_a_summary_are_people(code, tmp_path):
    read = read_cohort(renamed({"P02": code}).write(tmp_path, "csv"))
    assert "KEY-06" not in set(read.findings["rule_id"])
    assert code in set(read.tables["participants"]["participant_id"])


def test_means_do_not_count_as_people_in_the_flow(tmp_path):
    lab = Lab()
    for word in ("Mean LBP", "SD LBP"):
        lab.tables["participants"].append([word, *lab.tables["participants"][1][1:]])
    read = read_cohort(lab.write(tmp_path, "xlsx"))
    assert read.findings["rule_id"].tolist() == ["KEY-06"]
    people = read.flow[(read.flow["stage"] == "read") & (read.flow["table"] == "participants")]
    assert people["n_participants"].sum() == 6
