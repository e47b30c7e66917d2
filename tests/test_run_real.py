"""Public real data through the whole line, with a study.yaml and the column map alone."""

import json
import math
import shutil
from pathlib import Path

import pandas as pd
import pytest

from pipeline.workspace.releases import latest_release

HBE_STUDY = """
title: One-leg stance in young and old adults (Santos and Duarte 2016)
groups:
  case: {label: Old}
  reference: {label: Young}
holds: {ceiling_s: 20}
tables:
  participants:
    file: BDSinfo.txt
    distinct: true
    columns: {participant_id: Subject, group: AgeGroup, age_years: Age, sex: Gender, height_cm: Height, mass_kg: Weight, bmi: BMI}
    values: {sex: {F: female, M: male}}
  hold_times:
    file: BDSinfo.txt
    distinct: true
    columns: {participant_id: Subject}
    wide:
      Best_3l: {leg: left, trial: 1, to: score}
      Best_3r: {leg: right, trial: 1, to: score}
    codes:
      score:
        "2": {hold_time_s: 20, ended_by: ceiling}
        "0": {hold_time_s: 0}
        "1": {hold_low_s: 0, hold_high_s: 20}
"""

SHARES = ("share_at_ceiling", "share_unable", "share_within_bounds")

BTK_STUDY = """
title: One real single-leg hold on two force plates
groups:
  case: {label: LBP}
  reference: {label: control}
holds: {ceiling_s: 30}
emg:
  channels:
    force_right: [plate 1 Fz]
    force_left: [plate 2 Fz]
"""


def _cohort(workspace: Path, name: str, study: str) -> Path:
    folder = workspace / "data" / "cohorts" / name
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(study, encoding="utf-8")
    return folder


def test_hbe_gives_a_report_from_the_column_map_alone(tmp_path, real_data, stance_here):
    source = real_data("hbe_santos_duarte") / "BDS" / "BDSinfo.txt"
    folder = _cohort(tmp_path, "hbe", HBE_STUDY)
    shutil.copy(source, folder)
    ended = stance_here(tmp_path, "run", "hbe")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    release = latest_release(tmp_path / "reports" / "hbe")
    holds = pd.read_parquet(tmp_path / ".stance/tables/hbe/hold_times.parquet")
    people = pd.read_parquet(tmp_path / ".stance/tables/hbe/participants.parquet")
    assert len(people) == 163
    score = holds["hold_time_s"].map({0.0: 0, 20.0: 2}).fillna(1).astype(int)
    worst = holds.assign(score=score).groupby("participant_id")["score"].min()
    groups = people.set_index("participant_id")["group"]
    table = pd.crosstab(groups.loc[worst.index], worst.to_numpy())
    assert table.loc["Old"].tolist() == [43, 32, 1]
    assert table.loc["Young"].tolist() == [6, 30, 51]
    estimates = pd.read_parquet(release / "estimates.parquet")
    primary = estimates[
        (estimates["outcome"] == "hold_time_s/eyes_open") & (estimates["role"] == "primary")
    ].iloc[0]
    assert primary["status"] == "flagged"
    assert "0 s" in primary["note"]
    assert 0 < primary["estimate"] < 0.5
    assert primary["ci_high"] < 1
    ratios = estimates.set_index("estimate_id")["estimate"]
    half, double = (
        ratios[f"hold_time_s/eyes_open:time_ratio:shortest_{w}"] for w in ("half", "double")
    )
    assert half < primary["estimate"] < double
    shares = [ratios[f"hold_time_s/eyes_open:{s}:case"] for s in SHARES]
    assert sum(shares) == pytest.approx(1)


def test_a_real_hold_is_kept_and_its_dead_emg_rejected(tmp_path, real_data, stance_here):
    source = real_data("btk_sls_functional_left_hip") / "FunctionalLHip_redacted.c3d"
    folder = _cohort(tmp_path, "btk", BTK_STUDY)
    shutil.copy(source, folder / "hip.c3d")
    (folder / "participants.csv").write_text("participant_id,group\nP1,LBP\nP2,control\n")
    (folder / "hold_times.csv").write_text(
        "participant_id,leg,trial,hold_time_s,ended_by\nP1,right,1,12.6,foot_touch\nP2,right,1,20,foot_touch\n"
    )
    (folder / "recordings.csv").write_text(
        "participant_id,leg,trial,role,file\nP1,right,1,task,hip.c3d\n"
    )
    ended = stance_here(tmp_path, "run", "btk")
    assert ended.returncode == 4, ended.stdout + ended.stderr  # two people cannot be compared
    activation = pd.read_parquet(tmp_path / ".stance/tables/btk/activation.parquet")
    row = activation.iloc[0]
    assert row["hold_from_force_s"] == pytest.approx(12.64, abs=0.3)
    assert row["quality"] == "reject"
    assert row["quality_reasons"]
    assert pd.isna(row["gmed_pct_mvic"])


def test_matched_eyes_open_and_closed(tmp_path, drop_holds, stance_here):
    drop_holds(tmp_path, "matched_eo_ec")
    ended = stance_here(tmp_path, "run", "matched_eo_ec")
    assert ended.returncode == 0, ended.stderr
    release = latest_release(tmp_path / "reports" / "matched_eo_ec")
    estimates = pd.read_parquet(release / "estimates.parquet")
    golden = json.loads((Path(__file__).parent / "golden" / "matched_eo_ec.json").read_text())[
        "censored"
    ]["lognormal"]["cluster"]["coef"]["groupLBP"]
    primary = estimates[
        (estimates["outcome"] == "hold_time_s/eyes_open") & (estimates["role"] == "primary")
    ].iloc[0]
    assert math.log(primary["estimate"]) == pytest.approx(golden, rel=1e-8)
    closed = estimates[
        (estimates["outcome"] == "hold_time_s/eyes_closed") & (estimates["role"] == "secondary")
    ]
    assert len(closed) == 1
