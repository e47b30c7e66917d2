"""One random defect of the catalogue in a valid cohort: one root finding, right rule, right cell."""

import random

import pytest
from defects import DEFECTS, Defect, Lab

from pipeline.intake.cohort import read_cohort

SEEDS = range(1)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_valid_cohort_has_no_findings(form, tmp_path):
    read = read_cohort(Lab().write(tmp_path, form))
    assert read.findings.empty, read.findings[["rule_id", "cell", "why"]].to_string()
    assert not read.stopped


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("defect", "form"), [(d, form) for d in DEFECTS for form in d.forms], ids=str
)
def test_a_defect_gives_one_root_finding_at_its_cell(defect: Defect, form, seed, tmp_path):
    lab = Lab()
    planted = defect.plant(lab, random.Random(f"{defect} {seed}"))
    read = read_cohort(lab.write(tmp_path, form))
    roots = read.findings[~read.findings["rule_id"].isin(planted.also)].fillna("")
    assert list(roots["rule_id"]) == [defect.rule_id], roots[["rule_id", "cell", "why"]].to_string()
    file, sheet = Lab.place(planted.table, form) if planted.table else (planted.file, "")
    found = roots.iloc[0]
    assert (found["file"], found["sheet"], found["cell"]) == (file, sheet, planted.cell)
