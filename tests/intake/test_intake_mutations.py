"""One random defect of the catalogue in a valid cohort: one root finding, right rule, right cell, right words.

At least 500 seeded draws over all defects and file formats. The first draw of each defect is made in the
whole cohort: quick for the first defect of a rule, thorough for the others. Further formats, of which every
third is thorough, and further draws (`pytest -m slow`) are made in the tables that the defect needs, which is faster.
"""

import random
from pathlib import Path

import pandas as pd
import pytest
from defects import DEFECTS, Defect, Lab
from golden_messages import FOLDER, SEED, printed

from pipeline.intake.cohort import read_cohort

LEAST_DRAWS = 500
FIRST_OF_RULE = {defect.rule_id: defect for defect in reversed(DEFECTS)}
REWRITE_MESSAGES = "rewrite the messages: python tests/intake/golden_messages.py"
PAIRS = [(defect, form) for defect in DEFECTS for form in defect.forms]


def n_draws(place: int) -> int:
    """Draws of the pair at a place, so that all pairs together make at least 500."""
    return max(1, len(range(place, LEAST_DRAWS, len(PAIRS))))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_valid_cohort_has_no_findings(form, tmp_path):
    read = read_cohort(Lab().write(tmp_path, form))
    assert read.findings.empty, read.findings[["rule_id", "cell", "why"]].to_string()
    assert not read.stopped


def test_there_are_at_least_500_draws():
    assert sum(n_draws(place) for place in range(len(PAIRS))) >= LEAST_DRAWS


def the_only_finding_is_the_planted_one(
    defect: Defect, form: str, seed: object, folder: Path, *, whole: bool
) -> pd.DataFrame:
    lab = Lab()
    planted = defect.plant(lab, random.Random(seed if seed == SEED else f"{defect} {seed}"))
    if not whole:
        lab.leave_out_untouched_tables()
    read = read_cohort(lab.write(folder, form))
    roots = read.findings[~read.findings["rule_id"].isin(planted.also)].fillna("")
    told = roots[["rule_id", "file", "sheet", "cell", "found", "why"]].to_string()
    assert list(roots["rule_id"]) == [defect.rule_id], f"seed {seed}\n{told}"
    file, sheet = Lab.place(planted.table, form) if planted.table else (planted.file, planted.sheet)
    found = roots.iloc[0]
    place = (found["file"], found["sheet"], found["cell"])
    assert place == (file, sheet, planted.cell), f"seed {seed}\n{told}"
    return read.findings


def _all_pairs(*, every: int) -> list:
    """Places of PAIRS: the first of each rule is quick, and of further formats only so many are not slow."""
    is_further = [form != defect.forms[0] for defect, form in PAIRS]

    def marks(place: int, *, further: bool) -> list:
        if further and sum(is_further[:place]) % every:
            return [pytest.mark.slow]
        defect, _ = PAIRS[place]
        is_first = FIRST_OF_RULE[defect.rule_id] is defect and not further
        return [] if is_first else [pytest.mark.thorough]

    return [
        pytest.param(place, id="{}-{}".format(*PAIRS[place]), marks=marks(place, further=further))
        for place, further in enumerate(is_further)
    ]


@pytest.mark.parametrize("place", _all_pairs(every=3))
def test_a_defect_gives_one_root_finding_at_its_cell(place, tmp_path):
    defect, form = PAIRS[place]
    if form != defect.forms[0]:
        the_only_finding_is_the_planted_one(defect, form, 0, tmp_path, whole=False)
        return
    findings = the_only_finding_is_the_planted_one(defect, form, SEED, tmp_path, whole=True)
    if FIRST_OF_RULE[defect.rule_id] is defect:
        golden = (FOLDER / f"{defect.rule_id}.txt").read_text(encoding="utf-8")
        assert printed(findings, defect.rule_id) == golden, REWRITE_MESSAGES


@pytest.mark.slow
@pytest.mark.parametrize("place", _all_pairs(every=1))
def test_another_draw_of_a_defect_gives_one_root_finding_at_its_cell(place, tmp_path):
    defect, form = PAIRS[place]
    for seed in range(1, n_draws(place)):
        the_only_finding_is_the_planted_one(defect, form, seed, tmp_path / str(seed), whole=False)
