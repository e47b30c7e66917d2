"""Bad input and faults: a fix list instead of a traceback, and never half a report."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.workspace.releases import latest_release, read_manifest

ROOT = Path(__file__).resolve().parents[1]
PYTHON_WORDS = ("Traceback", "dtype", "NaN", "NoneType", "KeyError", "coerce", "regex")

HEAD = "participant_id,leg,condition,trial,hold_time_s,ceiling_s,ended_by\n"


def _replace(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


STOPS = {
    "missing file": (lambda f: (f / "hold_times.csv").unlink(), "FILE-01"),
    "missing column": (lambda f: _replace(f, "hold_times.csv", ",trial,hold_time_s", ",trial,seconds"), ""),
    "empty table": (lambda f: (f / "hold_times.csv").write_text(HEAD), "FILE-02"),
    "unquoted decimal comma": (lambda f: _replace(f, "hold_times.csv", "29.23,30,", "29,23,30,"), "ROW-01"),
    "misspelt key": (lambda f: _replace(f, "study.yaml", "holds:", "hold:"), "STUDY-01"),
    "no study.yaml": (lambda f: (f / "study.yaml").unlink(), "STUDY-02"),
}  # fmt: skip


@pytest.mark.parametrize("case", STOPS)
def test_a_stopped_cohort_ends_in_a_fix_list(tmp_path, drop_cohort, stance_here, case):
    spoil, rule = STOPS[case]
    spoil(drop_cohort(tmp_path, "penney_like"))
    ended = stance_here(tmp_path, "check", "penney_like")
    said = ended.stdout + ended.stderr
    assert ended.returncode == 3, said
    assert rule in said
    assert not any(word in said for word in PYTHON_WORDS), said
    assert (tmp_path / "reports/penney_like/check/fix-list.html").is_file()


SET_ASIDE = {
    "text in a number column": ("PE001,left,eyes_open,3,29.23,", "PE001,left,eyes_open,3,>29,", "CELL-01", "E4"),
    "decimal comma": ("PE001,left,eyes_open,3,29.23,", 'PE001,left,eyes_open,3,"29,23",', "CELL-02", "E4"),
    "out of range": ("PE001,left,eyes_open,3,29.23,", "PE001,left,eyes_open,3,-29.23,", "CELL-03", "E4"),
    "hold above the ceiling": ("PE001,left,eyes_open,3,29.23,", "PE001,left,eyes_open,3,61.2,", "HOLD-01", "E4"),
    "person not in participants": ("PE001,left,eyes_open,3,", "PE999,left,eyes_open,3,", "KEY-02", "A4"),
}  # fmt: skip


@pytest.mark.parametrize("case", SET_ASIDE)
def test_a_bad_cell_is_found_at_its_address(tmp_path, drop_cohort, stance_here, case):
    old, new, rule, cell = SET_ASIDE[case]
    _replace(drop_cohort(tmp_path, "penney_like"), "hold_times.csv", old, new)
    ended = stance_here(tmp_path, "check", "penney_like")
    assert ended.returncode == 3
    page = (tmp_path / "reports/penney_like/check/fix-list.csv").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if rule in line]
    assert len(lines) == 1
    assert f",{cell}," in lines[0]


def test_a_run_sets_rows_aside_and_is_a_draft(tmp_path, drop_holds, stance_here):
    folder = drop_holds(tmp_path, "penney_like")
    for old, new, _, _ in [SET_ASIDE["hold above the ceiling"]]:
        _replace(folder, "hold_times.csv", old, new)
    _replace(folder, "participants.csv", "PE002,S1,LBP", "PE002,S1,patient")
    ended = stance_here(tmp_path, "run", "penney_like")
    assert ended.returncode == 0, ended.stderr
    assert "draft" in ended.stdout.splitlines()[-1].lower()
    release = latest_release(tmp_path / "reports/penney_like")
    assert read_manifest(release)["verdict"] == "draft"
    assert "draft" in (release / "report.html").read_text(encoding="utf-8").lower()
    flow = (release / "flow.csv").read_text(encoding="utf-8")
    assert "set_aside" in flow
    shareable = (release / "quality-summary.html").read_text(encoding="utf-8")
    assert "HOLD-01" in shareable
    assert "PE001" not in shareable
    assert "61.2" not in shareable


def test_one_group_only_says_why_there_is_no_comparison(tmp_path, drop_holds, stance_here):
    folder = drop_holds(tmp_path, "penney_like")
    people = (folder / "participants.csv").read_text().splitlines()
    kept = [people[0], *(line for line in people[1:] if ",control," not in line)]
    ids = {line.split(",")[0] for line in kept}
    (folder / "participants.csv").write_text("\n".join(kept) + "\n")
    lines = (folder / "hold_times.csv").read_text().splitlines()
    rows = [line for line in lines[1:] if line.split(",")[0] in ids]
    (folder / "hold_times.csv").write_text("\n".join([lines[0], *rows]) + "\n")
    ended = stance_here(tmp_path, "run", "penney_like")
    assert ended.returncode == 4, ended.stdout + ended.stderr
    release = latest_release(tmp_path / "reports/penney_like")
    assert read_manifest(release)["exit_code"] == 4
    assert "not possible" in ended.stdout.splitlines()[-1]


def test_a_cohort_that_turns_bad_has_its_old_report_superseded(ran, stance_here):
    old = latest_release(ran / "reports/penney_like")
    (ran / "data/cohorts/penney_like/hold_times.csv").write_text(HEAD)
    ended = stance_here(ran, "run", "penney_like")
    assert ended.returncode == 3
    assert "fix-list.html" in ended.stdout.splitlines()[-1]
    assert latest_release(ran / "reports/penney_like") is None
    assert 'class="superseded"' in (old / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["../../etc", "Lyon", "-rf", "con", ""])
def test_a_name_that_cannot_be_a_cohort_is_a_usage_error(tmp_path, stance_here, name):
    ended = stance_here(tmp_path, "run", f"./{name}" if name.startswith("-") else name)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_an_unknown_cohort_names_the_ones_there_are(tmp_path, drop_cohort, stance_here):
    drop_cohort(tmp_path, "penney_like")
    ended = stance_here(tmp_path, "run", "penny_like")
    assert ended.returncode == 2
    assert "penney_like" in ended.stderr


def test_a_second_run_at_once_is_told(tmp_path, drop_cohort, run_stance):
    drop_cohort(tmp_path, "penney_like")
    holder = (
        "import sys, time; from pathlib import Path;"
        "from pipeline.workspace.layout import Workspace;"
        "from pipeline.workspace.locks import cohort_lock\n"
        "with cohort_lock(Workspace(Path(sys.argv[1])), 'penney_like'):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with process:
        assert process.stdout.readline() == "held\n"
        ended = run_stance(tmp_path, "run", "penney_like")
        process.kill()
    assert ended.returncode == 75
    assert "being processed by process" in ended.stderr


def test_after_kill_9_the_next_run_gives_the_undisturbed_result(
    finished, tmp_path, drop_cohort, run_stance
):
    undisturbed = latest_release(finished[0] / "reports" / "penney_like")
    expected = read_manifest(undisturbed)["outputs"]
    drop_cohort(tmp_path, "penney_like")
    reports = tmp_path / "reports" / "penney_like"
    chance = random.Random(20141)
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "run", "penney_like", "--workspace", str(tmp_path)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, start_new_session=True,
            env={**os.environ, "SOURCE_DATE_EPOCH": "1767312000"},
        )  # fmt: skip
        time.sleep(chance.uniform(1.0, 8.0))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        seen = latest_release(reports)
        if seen is not None:  # published whole, or not at all
            assert set(read_manifest(seen)["outputs"]) == set(expected)
    ended = run_stance(tmp_path, "run", "penney_like")
    assert ended.returncode == 0, ended.stderr
    release = latest_release(reports)
    assert release.name == undisturbed.name
    assert read_manifest(release)["outputs"] == expected
    litter = [p.name for p in reports.rglob("*") if p.name.startswith((".partial", ".staging"))]
    assert litter == []


def test_check_says_what_it_does_not_look_at(tmp_path, stance_here, drop_cohort):
    folder = drop_cohort(tmp_path, "penney_like")
    assert "Recordings are opened" not in stance_here(tmp_path, "check", "penney_like").stdout
    (folder / "a.csv").write_text("time,x\n0,1\n")
    (folder / "recordings.csv").write_text(
        "participant_id,leg,trial,role,file\nPE001,left,1,task,a.csv\n"
    )
    ended = stance_here(tmp_path, "check", "penney_like")
    assert ended.returncode == 0
    assert "Recordings are opened by `stance run` only" in ended.stdout
