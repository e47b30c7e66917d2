"""`stance run` on the golden data set: R's numbers come out of the published files, and the promises hold."""

import csv
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from pipeline.workspace.hashing import input_hashes
from pipeline.workspace.releases import latest_release, read_manifest

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = json.loads((ROOT / "tests/golden/penney_like.json").read_text())


@pytest.fixture(scope="session")
def release(finished) -> Path:
    workspace, _ = finished
    folder = latest_release(workspace / "reports" / "penney_like")
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def estimates(release) -> pd.DataFrame:
    return pd.read_parquet(release / "estimates.parquet")


def _one(estimates, **wanted):
    rows = estimates
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1, rows[["estimate_id", "outcome", "model"]]
    return rows.iloc[0]


def test_the_command_ends_well_and_says_where_the_report_is(finished, release):
    _, ended = finished
    assert ended.returncode == 0, ended.stderr
    last_line = ended.stdout.strip().splitlines()[-1]
    assert str(release) in last_line
    assert read_manifest(release)["exit_code"] == 0


def test_a_release_holds_every_promised_file(release):
    names = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    assert {
        "report.html", "report.docx", "tables.xlsx", "estimates.parquet", "estimates.csv", "numbers.json",
        "model_diagnostics.parquet", "model_diagnostics.csv", "internal/diagnostic_points.csv",
        "methods.md", "citations.bib", "flow.csv", "quality-summary.html", "manifest.json",
        "internal/fix-list.html", "internal/fix-list.csv", "internal/activation.csv",
        "internal/signal-quality.html",
        "internal/analysed_hold_times.csv",
    } <= names  # fmt: skip
    assert any(n.startswith("tables/") for n in names)
    assert {Path(n).suffix for n in names if n.startswith("figures/")} == {".svg", ".png", ".csv"}
    assert set(read_manifest(release)["outputs"]) == names - {"manifest.json"}


def test_hold_time_is_r_censored_lognormal_with_cluster_errors(estimates):
    golden = GOLDEN["censored"]["lognormal"]["cluster"]
    log_ratio, se = golden["coef"]["groupLBP"], golden["se"]["groupLBP"]
    primary = _one(estimates, outcome="hold_time_s/eyes_open", role="primary")
    assert math.log(primary["estimate"]) == pytest.approx(log_ratio, rel=1e-8)
    participants = 43
    # The small-sample covariance is a little larger than R's; another route computes it again.
    assert se < primary["se"] < 1.1 * se
    assert primary["second_opinion"] == "agrees"
    assert primary["n_case"] + primary["n_reference"] == participants
    as_r_prints = estimates[
        (estimates["outcome"] == "hold_time_s/eyes_open")
        & (abs(estimates["se"] / se - 1) < 1e-8)
        & (abs(estimates["estimate"] / log_ratio - 1) < 1e-8)
    ]
    assert len(as_r_prints) == 1


@pytest.mark.parametrize(
    ("outcome", "block"), [("gmed_pct_mvic", "gmed_nested"), ("onset_ms", "onset_nested")]
)
def test_mixed_models_are_r_lmer_with_kenward_roger(estimates, outcome, block):
    golden = GOLDEN["lmm"][block]["coef_kr"]["groupLBP"]
    role = "primary" if outcome == "gmed_pct_mvic" else "secondary"
    published = _one(estimates, outcome=outcome, role=role)
    assert published["estimate"] == pytest.approx(golden["Estimate"], rel=1e-6)
    row = _one(estimates, outcome=outcome, variant="adjusted, Kenward-Roger")
    assert (row["role"], row["model"]) == ("sensitivity", published["model"])
    assert row["estimate"] == published["estimate"]
    assert row["se"] == pytest.approx(golden["Std. Error"], rel=1e-4)
    assert row["df"] == pytest.approx(golden["df"], rel=1e-4)
    assert row["p"] == pytest.approx(golden["Pr(>|t|)"], rel=1e-3)


@pytest.mark.parametrize(
    ("outcome", "block"),
    [("gmed_pct_mvic", "gmed"), ("onset_ms", "onset"), ("strength", "strength")],
)
def test_welch_and_hedges_g_are_r(estimates, outcome, block):
    welch, g = GOLDEN["two_group"][block]["welch"], GOLDEN["two_group"][block]["hedges_g"]
    row = _one(estimates, outcome=outcome, model="welch")
    for name, key in {"estimate": "diff", "se": "se", "df": "df", "p": "p"}.items():
        assert row[name] == pytest.approx(welch[key], rel=1e-9), name
    row = _one(estimates, outcome=outcome, model="hedges_g")
    assert row["estimate"] == pytest.approx(g["g"], rel=1e-10)
    assert [row["ci_low"], row["ci_high"]] == pytest.approx(g["ci_nct"], rel=1e-5)


def test_group_means_have_r_t_intervals(estimates):
    for side in ("LBP", "control"):
        row = _one(estimates, outcome="gmed_pct_mvic", model="mean", contrast=side)
        golden = GOLDEN["two_group"]["gmed"][side]
        assert row["estimate"] == pytest.approx(golden["mean"], rel=1e-12)
        assert [row["ci_low"], row["ci_high"]] == pytest.approx(golden["ci_mean"], rel=1e-9)


def test_the_observer_rating_has_r_sensitivity_and_wilson_interval(estimates):
    for model, key in {"sensitivity": "sens", "specificity": "spec"}.items():
        row = _one(estimates, model=model)
        assert row["estimate"] == pytest.approx(GOLDEN["diagnostic"][key], rel=1e-12)
        assert [row["ci_low"], row["ci_high"]] == pytest.approx(
            GOLDEN["diagnostic"][f"{key}_wilson"], rel=1e-10
        )


def test_correlations_within_the_case_group_are_r(estimates):
    for scale, key in {"vas_mm": "lbp_gmed_vas", "odi_pct": "lbp_gmed_odi"}.items():
        rows = estimates[
            (estimates["model"] == "pearson")
            & estimates["outcome"].str.contains("gmed_pct_mvic")
            & estimates["outcome"].str.contains(scale)
        ]
        assert len(rows) == 1
        row = rows.iloc[0]
        golden = GOLDEN["cor"][key]
        assert row["estimate"] == pytest.approx(golden["r"], rel=1e-9)
        assert row["p"] == pytest.approx(golden["p"], rel=1e-9)
        assert [row["ci_low"], row["ci_high"]] == pytest.approx(golden["ci"], rel=1e-9)


def test_every_number_is_the_same_in_every_form_of_the_estimates(release, estimates):
    numbers = json.loads((release / "numbers.json").read_text(encoding="utf-8"))
    in_json = {row["estimate_id"]: row for row in numbers["estimates"]}
    with (release / "estimates.csv").open(encoding="utf-8-sig", newline="") as file:
        in_csv = {row["estimate_id"]: row for row in csv.DictReader(file)}
    assert set(in_csv) == set(in_json) == set(estimates["estimate_id"])
    for row in estimates.to_dict("records"):
        for name in ("estimate", "se", "ci_low", "ci_high", "df", "p", "p_adjusted", "n_rows"):
            value = None if math.isnan(row[name]) else row[name]
            assert in_json[row["estimate_id"]][name] == value, (row["estimate_id"], name)
            text = in_csv[row["estimate_id"]][name]
            assert (float(text) if text else None) == value, (row["estimate_id"], name)


def test_the_report_says_that_the_data_are_simulated(release):
    html = (release / "report.html").read_text(encoding="utf-8")
    assert "simulated" in re.sub(r"<[^>]+>", " ", html)[:3000]


def test_a_second_run_does_nothing_and_says_so(finished, release, run_stance):
    workspace, _ = finished
    before = {path: path.stat().st_mtime_ns for path in workspace.rglob("*")}
    ended = run_stance(workspace, "run", "penney_like")
    assert ended.returncode == 0
    assert "Nothing to do" in ended.stdout
    assert str(release) in ended.stdout.strip().splitlines()[-1]
    locks = workspace / ".stance" / "locks"
    after = {path: path.stat().st_mtime_ns for path in workspace.rglob("*")}
    changed = {p for p in before.keys() | after.keys() if before.get(p) != after.get(p)}
    assert all(p == locks or locks in p.parents for p in changed)


READ_ONLY = """
import os, sys
sys.path.insert(0, os.getcwd())
import socket
def refuse(*_, **__):
    raise RuntimeError("the network was used")
socket.socket.connect = refuse
socket.create_connection = refuse
socket.getaddrinfo = refuse
from pipeline.cli import main
sys.exit(main(["run", "penney_like", "--workspace", sys.argv[1]]))
"""


def test_a_run_elsewhere_gives_the_same_bytes_writes_no_input_and_uses_no_network(
    release, tmp_path, drop_cohort
):
    other = tmp_path / "an other place"
    folder = drop_cohort(other, "penney_like")
    before = input_hashes(folder)
    times = {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]}
    unlike = {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "LC_ALL": "C", "OPENBLAS_NUM_THREADS": "2"}
    ended = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(other)],
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=300,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1767312000", **unlike},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert input_hashes(folder) == before
    assert {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]} == times
    twin = latest_release(other / "reports" / "penney_like")
    ours, theirs = read_manifest(release)["outputs"], read_manifest(twin)["outputs"]
    assert twin.name == release.name
    assert {name for name in ours if ours[name] != theirs.get(name)} == set()
