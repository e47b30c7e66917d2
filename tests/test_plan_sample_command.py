"""`stance plan-sample`: what it prints, writes and refuses."""

import csv

import pytest

from pipeline.cli import main
from tests.conftest import drop_golden

HOLD = (
    "--ratio 0.7 --median-hold 25 --ceiling 30 --sd-participants 0.6 --sd-legs 0.2 --sd-trials 0.4"
)
ACTIVATION = "--outcome gmed_pct_mvic --difference 5 --sd 10 --icc 0.6"


@pytest.fixture
def plan(tmp_path, capsys):
    """Run the command in an empty workspace; answers exit code, output and error output."""

    def run(arguments: str) -> tuple[int, str, str]:
        code = main(["plan-sample", "--workspace", str(tmp_path), *arguments.split()])
        said = capsys.readouterr()
        return code, said.out, said.err

    (tmp_path / "data" / "cohorts").mkdir(parents=True)
    return run


def test_hold_time_is_planned_from_stated_numbers(plan):
    code, out, _ = plan(f"{HOLD} --replicates 200 --loss 0.1")
    assert code == 0
    assert "participants in each group" in out
    assert "Monte Carlo standard error" in out
    assert "after a loss of 10%" in out


def test_the_table_as_csv_marks_the_answer(plan, tmp_path):
    file = tmp_path / "n.csv"
    code, out, _ = plan(f"{ACTIVATION} --out {file}")
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    (answer,) = [row for row in rows if row["is_answer"] == "1"]
    assert code == 0
    assert f"{answer['n_per_group']} participants in each group" in out
    assert float(answer["power"]) >= 0.8
    assert answer["icc"] == "0.6"


def test_the_table_as_markdown_says_what_was_assumed(plan, tmp_path):
    file = tmp_path / "n.md"
    plan(f"{ACTIVATION} --out {file}")
    assert "| SD of a single trial | 10 %MVIC | stated |" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--ratio 0.7", "needs --median-hold, --sd-participants"),
        (f"{ACTIVATION} --out n.pdf", ".csv or .md"),
        ("--outcome vas_mm", "cannot be planned"),
        (f"{HOLD} --legs 3", "invalid choice"),
        (f"{ACTIVATION} --icc-same-leg 0.2", "same leg"),
        (f"{ACTIVATION} --power 80", "between 0 and 1"),
        (HOLD.replace("0.7", "1"), "ratio of 1"),
    ],
)
def test_what_cannot_be_planned_is_said_in_words(plan, arguments, said):
    code, _, err = plan(arguments)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def _n(out: str) -> int:
    return int(out.split(": ", 1)[1].split()[0])


def test_an_outcome_of_a_family_is_planned_at_the_level_that_its_family_leaves_it(plan):
    _, shared, _ = plan(ACTIVATION)
    _, alone, _ = plan(f"{ACTIVATION} --tests 1")
    _, by_hand, _ = plan(f"{ACTIVATION} --tests 1 --alpha 0.025")
    assert "0.05 is shared by 2 tests of the family F1" in shared
    assert "hold_time_s/eyes_open" in shared
    assert "shared" not in alone
    assert _n(shared) == _n(by_hand) > _n(alone)


def test_two_primaries_under_holm_need_more_than_one_that_stands_alone(plan):
    arguments = HOLD.replace("0.7", "0.75", 1) + " --replicates 400"
    _, shared, _ = plan(arguments)
    _, alone, _ = plan(f"{arguments} --tests 1")
    assert _n(shared) > 1.1 * _n(alone)


def test_the_plan_of_the_study_says_how_many_tests_there_are(plan, tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_text("outcomes:\n  gmed_pct_mvic: {role: primary, family: F1}\n")
    _, own, _ = plan(f"{ACTIVATION} --plan {file}")
    _, alone, _ = plan(f"{ACTIVATION} --tests 1")
    assert _n(own) == _n(alone)
    code, _, err = plan(f"{ACTIVATION} --plan {tmp_path / 'none.yaml'}")
    assert code == 2
    assert "none.yaml" in err


def test_a_pilot_that_is_not_there_is_said_in_words(plan):
    code, _, err = plan("nowhere --ratio 0.7")
    assert code == 2
    assert "nowhere" in err


def test_a_pilot_cohort_gives_what_is_not_stated(plan, tmp_path):
    drop_golden(tmp_path, "penney_like")
    code, out, _ = plan("penney_like --outcome strength --difference 0.4")
    assert code == 0
    assert "from the pilot" in out
    assert "With the SD of a single trial at the limits" in out
