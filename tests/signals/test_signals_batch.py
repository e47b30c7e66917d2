"""A whole cohort: every recording has a row, a bad one stops nothing, an unchanged one is not measured again."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.signals.cohort import method_sentences, participant_unit
from pipeline.signals.cohort.batch import process_recordings
from pipeline.signals.cohort.ready_made import with_ready_made
from pipeline.signals.cohort.recording_findings import compare_holds
from pipeline.signals.storing import feature_store
from pipeline.signals.storing.feature_store import remove_outdated, signals_code_hash
from pipeline.workspace.hashing import input_files
from schemas.activation import Activation
from schemas.citations import CITATIONS
from schemas.columns import empty_table
from schemas.emg_settings import EmgSettings
from schemas.recordings import Recordings
from schemas.rules import RULES


def table(*rows):
    """Recordings from (participant, leg, trial, role, file)."""
    columns = ["participant_id", "leg", "trial", "role", "file"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["visit"], frame["task"] = "baseline", "single_leg_stance"
    frame["start_s"], frame["end_s"] = np.nan, np.nan
    return Recordings.validate(frame[list(Recordings.to_schema().columns)])


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, build, write):
    """(table, folder): P1 has two MVIC trials, P2 none, P3 nothing but trouble. Not to be changed."""
    folder = tmp_path_factory.mktemp("recorded")
    write(folder / "p1.edf", build.stance(seed=1, hold_s=4.0))
    write(folder / "p1_mvic1.csv", build.mvic(seed=2, mvic_uv=160.0))
    write(folder / "p1_mvic2.c3d", build.mvic(seed=3, mvic_uv=200.0))
    write(folder / "p2.parquet", build.stance(seed=4, hold_s=4.0))
    (folder / "noise.edf").write_bytes(np.random.default_rng(1).bytes(5000))
    write(folder / "cut.c3d", build.stance(seed=5, hold_s=2.0))
    (folder / "cut.c3d").write_bytes((folder / "cut.c3d").read_bytes()[:50_000])
    dead = build.stance(seed=6, hold_s=4.0)
    dead.channels["R GMED"] *= 0
    write(folder / "dead.bdf", dead)
    rows = table(
        ("P1", "right", 1, "task", "p1.edf"),
        ("P1", "right", 1, "mvic", "p1_mvic1.csv"),
        ("P1", "right", 2, "mvic", "p1_mvic2.c3d"),
        ("P2", "right", 1, "task", "p2.parquet"),
        ("P3", "right", 1, "task", "noise.edf"),
        ("P3", "right", 2, "task", "cut.c3d"),
        ("P3", "right", 3, "task", "dead.bdf"),
        ("P3", "right", 4, "task", "p3_missing.edf"),
        ("P3", "right", 5, "task", "../../etc/passwd.edf"),
    )
    return rows, folder


@pytest.fixture
def cohort(recorded, tmp_path):
    """A copy of `recorded` in which a test may do as it likes."""
    rows, folder = recorded
    shutil.copytree(folder, tmp_path / "cohort")
    return rows.copy(), tmp_path / "cohort"


def run(cohort, settings=None, cache=None, **more):
    return process_recordings(
        *cohort, settings or EmgSettings(normalisation="mvc_isometric"), cache=cache, **more
    )


@pytest.fixture(scope="module")
def measured_once(recorded, tmp_path_factory):
    """(result with the usual settings, the cache that this left)."""
    cache = tmp_path_factory.mktemp("measured") / "cache"
    return run(recorded, cache=cache), cache


@pytest.fixture
def measured(measured_once):
    """What the recordings give with the usual settings. Not to be changed."""
    return measured_once[0]


@pytest.fixture
def cache(measured_once, tmp_path):
    """The cache after the recordings were measured once; a copy."""
    return shutil.copytree(measured_once[1], tmp_path / "cache")


def test_every_stance_recording_has_a_row_that_fits_the_schema(measured):
    activation = measured.activation
    Activation.validate(activation)
    assert list(activation["file"]) == [
        "p1.edf",
        "p2.parquet",
        "noise.edf",
        "cut.c3d",
        "dead.bdf",
        "p3_missing.edf",
        "../../etc/passwd.edf",
    ]
    assert list(activation["quality"]) == ["good", "good", *["reject"] * 5]
    assert activation.loc[2:, ["gmed_rms_uv", "gmed_pct_mvic", "onset_ms"]].isna().all(axis=None)
    assert activation.loc[2:, "quality_reasons"].str.len().gt(10).all()


def test_the_reference_is_the_best_half_second_of_all_mvic_trials(measured):
    result = measured
    row = result.activation.iloc[0]
    peaks = result.signals.query("role == 'mvic'")["peak_rms_uv"]
    assert row["mvic_rms_uv"] == peaks.max()
    assert row["mvic_rms_uv"] == pytest.approx(215, rel=0.08)
    assert row["gmed_pct_mvic"] == pytest.approx(100 * row["gmed_rms_uv"] / row["mvic_rms_uv"])
    assert row["gmed_peak_pct_mvic"] > row["gmed_pct_mvic"]


def test_a_rejected_mvic_does_not_count(cohort, build, write):
    rows, folder = cohort
    loud = build.mvic(seed=3, mvic_uv=400.0)
    loud.channels["R GMED"] = np.clip(loud.channels["R GMED"], -300, 300)
    write(folder / "p1_mvic2.c3d", loud)
    result = run((rows, folder))
    peaks = result.signals.query("role == 'mvic'").set_index("file")
    assert peaks.loc["p1_mvic2.c3d", "quality"] == "reject"
    assert result.activation.iloc[0]["mvic_rms_uv"] == peaks.loc["p1_mvic1.csv", "peak_rms_uv"]


def test_times_of_a_row_belong_together(measured):
    row = measured.activation.iloc[0]
    assert row["hold_from_force_s"] == pytest.approx(row["touchdown_s"] - row["liftoff_s"])
    assert row["liftoff_s"] == pytest.approx(3.0, abs=0.12)
    truth_ms = 1000 * (2.92 - row["liftoff_s"])
    assert row["onset_ms"] == pytest.approx(truth_ms, abs=20)
    assert row["onset_low_ms"] < row["onset_ms"] < row["onset_high_ms"]
    assert row["onset_method"] == "ramp_bayes"


def test_a_rejected_recording_keeps_its_hold(measured):
    dead = measured.activation.set_index("file").loc["dead.bdf"]
    assert dead["hold_from_force_s"] == pytest.approx(4.0, abs=0.15)
    assert "dead" in dead["quality_reasons"]
    assert pd.isna(dead["gmed_rms_uv"])


def test_findings_name_rule_file_and_person(measured):
    findings = {(f.file, f.rule_id): f for f in measured.findings}
    assert set(findings) == {
        ("p2.parquet", "REC-03"),
        ("noise.edf", "REC-02"),
        ("cut.c3d", "REC-02"),
        ("dead.bdf", "REC-02"),
        ("p3_missing.edf", "REC-01"),
        ("../../etc/passwd.edf", "REC-02"),
    }
    for (_, rule_id), finding in findings.items():
        assert finding.severity == RULES[rule_id].severity
        assert finding.participant_id in ("P2", "P3")
        assert finding.problem.endswith((".", "?"))
        assert "cut off" in findings["cut.c3d", "REC-02"].problem


def test_a_misspelt_file_is_suggested_unless_it_belongs_to_another_row(cohort):
    rows, folder = cohort
    (folder / "p3_mising.edf").write_bytes(b"x")
    (missing,) = [f for f in run((rows, folder)).findings if f.rule_id == "REC-01"]
    assert "Did you mean p3_mising.edf?" in missing.problem
    (folder / "p3_mising.edf").rename(folder / "p3_missing.ed")
    rows = pd.concat([rows, table(("P3", "right", 9, "task", "p3_missing.ed"))], ignore_index=True)
    (missing,) = [f for f in run((rows, folder)).findings if f.rule_id == "REC-01"]
    assert "Did you mean" not in missing.problem


def test_signals_has_one_row_per_recording_of_any_role(recorded, measured):
    rows, _ = recorded
    signals = measured.signals
    assert list(signals["file"]) == list(rows["file"])
    assert list(signals["role"]) == list(rows["role"])
    assert signals.dtypes["rms_uv"] == "float64"
    assert signals.dtypes["problem"] == "str"
    assert signals["problem"].notna().sum() == 5


def test_an_empty_table_gives_empty_tables_of_the_same_shape(measured, tmp_path):
    result = run((empty_table(Recordings), tmp_path))
    Activation.validate(result.activation)
    assert len(result.activation) == len(result.signals) == len(result.findings) == 0
    assert result.steps == ()
    full = measured
    assert list(result.signals.dtypes) == list(full.signals.dtypes)
    assert list(result.activation.dtypes) == list(full.activation.dtypes)


@pytest.fixture
def work(monkeypatch):
    """What was done: names of files that were read, and how many requests were measured."""

    class Work:
        def __init__(self):
            self.forget()

        def forget(self):
            self.read, self.measured = [], 0

    work = Work()
    real_read, real_measure = participant_unit.read_recording, participant_unit.measure_samples

    def read(path, settings):
        work.read.append(path.name)
        return real_read(path, settings)

    def measure(*given):
        work.measured += 1
        return real_measure(*given)

    monkeypatch.setattr(participant_unit, "read_recording", read)
    monkeypatch.setattr(participant_unit, "measure_samples", measure)
    return work


def assert_same(one, other):
    pd.testing.assert_frame_equal(one.activation, other.activation)
    pd.testing.assert_frame_equal(one.signals, other.signals)
    assert one.findings == other.findings
    assert one.steps == other.steps


def test_an_unchanged_recording_is_neither_read_nor_measured_again(cohort, tmp_path, work):
    _, folder = cohort
    first = run(cohort, cache=tmp_path / "cache")
    assert len(work.read) == 7
    assert work.measured == 5
    assert first.n_kept == 0
    work.forget()
    again = run(cohort, cache=tmp_path / "cache")
    assert (work.read, work.measured, again.n_kept) == ([], 0, 7)
    assert_same(first, again)
    assert again.notes == ()

    (folder / "p2.parquet").write_bytes((folder / "p1.edf").read_bytes())
    run(cohort, cache=tmp_path / "cache")
    assert work.read == ["p2.parquet"]


def test_a_setting_that_does_not_change_reading_opens_no_file_again(cohort, cache, work):
    other = EmgSettings(filter_order=2)
    result = run(cohort, other, cache=cache)
    assert work.measured == 5
    assert sorted(work.read) == ["cut.c3d", "noise.edf"]  # what cannot be read is never kept
    assert_same(result, run(cohort, other))
    work.forget()
    run(cohort, EmgSettings(sampling_rate_hz=2000), cache=cache)
    assert len(work.read) == 7


def test_a_file_with_several_parts_is_opened_once(cohort, tmp_path, work):
    _, folder = cohort
    parts = [
        ("P1", "right", n, role, "p1.edf") for n, role in ((1, "task"), (2, "task"), (1, "mvic"))
    ]
    rows = table(*parts).assign(end_s=[5.0, 8.0, 6.0])
    for cache in (None, tmp_path / "cache"):
        work.forget()
        result = run((rows, folder), cache=cache)
        assert (work.read, work.measured) == (["p1.edf"], 3)
        assert list(result.signals["window_end_s"].notna()) == [True] * 3


def test_copies_of_one_file_are_read_once(cohort, tmp_path, work):
    rows, folder = cohort
    (folder / "copy.edf").write_bytes((folder / "p1.edf").read_bytes())
    rows = table(("P1", "right", 1, "task", "p1.edf"), ("P1", "right", 2, "task", "copy.edf"))
    result = run((rows, folder), cache=tmp_path / "cache")
    assert (work.read, work.measured) == (["p1.edf"], 1)
    one, other = result.signals["rms_uv"]
    assert one == other


@pytest.mark.parametrize(
    "damage", ["", "{", '{"sha256": "0", "features": {}}', "changed", "appended"]
)
def test_a_damaged_measurement_is_made_anew_with_a_note(recorded, measured, cache, work, damage):
    for entry in (cache / "features").rglob("*.json"):
        text = damage
        if damage == "changed":
            stored = json.loads(entry.read_text())
            stored["features"]["duration_s"] = 99.0
            text = json.dumps(stored) + "\n"
        if damage == "appended":
            text = entry.read_text(encoding="utf-8") + " "
        entry.write_text(text)
    again = run(recorded, cache=cache)
    assert_same(measured, again)
    assert again.notes == ("7 entries of the signal cache had been damaged and were made anew",)
    assert sorted(work.read) == ["cut.c3d", "noise.edf"]
    assert run(recorded, cache=cache).notes == ()


def test_damaged_samples_are_read_anew_with_a_note(recorded, measured, cache, work):
    shutil.rmtree(cache / "features")
    entries = sorted((cache / "samples").rglob("*.parquet"))
    assert len(entries) == 5
    for entry in entries:
        content = bytearray(entry.read_bytes())
        content[len(content) // 3] ^= 0x10
        entry.write_bytes(content)
    work.forget()
    again = run(recorded, cache=cache)
    assert_same(measured, again)
    assert "damaged" in again.notes[0]
    assert work.read
    shutil.rmtree(cache / "features")
    work.forget()
    assert run(recorded, cache=cache).notes == ()
    assert sorted(work.read) == ["cut.c3d", "noise.edf"]


def test_new_code_measures_anew_but_reads_only_when_readers_changed(
    recorded, cache, monkeypatch, work
):
    monkeypatch.setattr(feature_store, "signals_code_hash", lambda: "other")
    run(recorded, cache=cache)
    assert work.measured == 5
    assert sorted(work.read) == ["cut.c3d", "noise.edf"]
    assert len(signals_code_hash()) == 64


def test_what_other_versions_kept_and_killed_runs_left_goes(recorded, cache, tmp_path):
    kept = {path.relative_to(cache) for path in cache.rglob("*") if path.is_file()}
    for other in ("features/0123", "samples/4567"):
        (cache / other).mkdir()
        (cache / other / "entry").write_bytes(b"x")
    (cache / "samples" / ".partial-now").write_bytes(b"half")
    (cache / "samples" / ".partial-old").write_bytes(b"half")
    os.utime(cache / "samples" / ".partial-old", (1, 1))
    remove_outdated(cache)
    left = {path.relative_to(cache) for path in cache.rglob("*") if path.is_file()}
    assert left == kept | {Path("samples/.partial-now")}
    assert run(recorded, cache=cache).n_kept == 7
    remove_outdated(tmp_path / "nowhere")


def test_nothing_is_written_into_the_cohort_folder(cohort, tmp_path):
    _, folder = cohort
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    run(cohort, cache=tmp_path / "cache")
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_progress_counts_every_recording_and_which_were_kept(cohort, tmp_path):
    seen = []
    tell = lambda done, total, kept: seen.append((done, total, kept))  # noqa: E731
    run(cohort, progress=tell, cache=tmp_path / "cache")
    # Two rows cannot be opened; then come the three people, with what is left of theirs.
    assert seen == [(2, 9, 0), (5, 9, 0), (6, 9, 0), (9, 9, 0)]
    seen.clear()
    run(cohort, progress=tell, cache=tmp_path / "cache")
    assert seen == [(9, 9, 7)]


def test_the_order_of_rows_does_not_matter(recorded, measured):
    rows, folder = recorded
    forward = measured.activation
    backward = run((rows.iloc[::-1].reset_index(drop=True), folder)).activation
    pd.testing.assert_frame_equal(forward, backward.iloc[::-1].reset_index(drop=True))


def test_methods_are_told_with_their_settings_and_only_if_they_ran(cohort, measured, build, write):
    text = " ".join(step.text for step in measured.steps)
    for said in ("order 4", "20 and 450 Hz", "500 ms", "5 N", "-800 to +600 ms"):
        assert said in text
    for step in measured.steps:
        assert step.stage == "signals"
        assert set(step.citations) <= set(CITATIONS)
    settings = EmgSettings(
        band_pass_hz=(30.0, 400.0),
        filter_order=2,
        mvic_window_s=0.25,
        normalisation="mvc_isometric",
    )
    text = " ".join(step.text for step in run(cohort, settings).steps)
    for said in ("order 2", "30 and 400 Hz", "250 ms"):
        assert said in text

    _, folder = cohort
    alone = build.stance(seed=8)
    alone.channels = {"R GMED": alone.channels["R GMED"]}
    write(folder / "alone.parquet", alone)
    steps = run((table(("P9", "right", 1, "task", "alone.parquet")), folder)).steps
    text = " ".join(step.text for step in steps)
    assert "the whole recording" in text
    assert "MVIC" not in text
    assert "Onset" not in text
    assert "Lift-off of" not in text


def test_an_mvic_that_was_not_maximal_costs_only_the_percentages(cohort, measured, build, write):
    rows, folder = cohort
    without = measured.activation.set_index("file").loc["p2.parquet"]
    write(folder / "p2_mvic.edf", build.mvic(mvic_uv=25.0))
    rows = pd.concat([rows, table(("P2", "right", 1, "mvic", "p2_mvic.edf"))], ignore_index=True)
    result = run((rows, folder))
    row = result.activation.set_index("file").loc["p2.parquet"]
    assert row["quality"] == "warn"
    assert "not maximal" in row["quality_reasons"]
    assert row["mvic_rms_uv"] < 30
    assert row[["gmed_pct_mvic", "gmed_peak_pct_mvic"]].isna().all()
    kept = ["gmed_rms_uv", "onset_ms", "onset_low_ms", "onset_high_ms", "onset_method"]
    assert row[kept].notna().all()
    assert row[kept].equals(without[kept])
    (finding,) = [f for f in result.findings if f.file == "p2.parquet"]
    assert (finding.rule_id, finding.severity) == ("REC-05", "WARN")
    text = " ".join(step.text for step in result.steps)
    assert "above 100 %MVIC" in text
    assert "above 100 %MVIC" not in " ".join(step.text for step in measured.steps)


def test_a_study_that_does_not_normalise_needs_no_mvic_and_says_so(recorded, measured):
    result = run(recorded, EmgSettings(normalisation="none"))
    assert result.activation["gmed_pct_mvic"].isna().all()
    assert result.activation["gmed_rms_uv"].notna().sum() == 2
    assert "REC-03" not in {f.rule_id for f in result.findings}
    assert "was not normalised" in " ".join(step.text for step in result.steps)
    assert "was not normalised" not in " ".join(step.text for step in measured.steps)


@pytest.mark.parametrize("hidden", [".raw/p1.edf", "raw/.p1.edf", "raw/.old/p1.edf", "~$p1.edf"])
def test_hidden_recordings_are_refused_as_their_changes_go_unnoticed(cohort, hidden):
    _, folder = cohort
    (folder / hidden).parent.mkdir(parents=True, exist_ok=True)
    (folder / hidden).write_bytes((folder / "p1.edf").read_bytes())
    (folder / "link.edf").symlink_to(folder / hidden)
    assert folder / hidden not in input_files(folder)
    for name in (hidden, "link.edf"):
        result = run((table(("P1", "right", 1, "task", name)), folder))
        (finding,) = result.findings
        assert finding.rule_id == "REC-02"
        assert "hidden" in finding.problem
        assert result.activation["quality"].tolist() == ["reject"]


def test_new_schemas_are_a_new_cache(tmp_path, monkeypatch):
    folders = feature_store._SOURCE_FOLDERS
    schemas_folder = next(folder for folder in folders if folder.name == "schemas")
    before = signals_code_hash()
    shutil.copytree(schemas_folder, tmp_path / "schemas", ignore=shutil.ignore_patterns("__*__"))
    shutil.copy(schemas_folder / "__init__.py", tmp_path / "schemas")
    copied = tuple(tmp_path / "schemas" if f == schemas_folder else f for f in folders)
    monkeypatch.setattr(feature_store, "_SOURCE_FOLDERS", copied)
    assert signals_code_hash.__wrapped__() == before
    with (tmp_path / "schemas" / "study.py").open("a") as source:
        source.write("# another default\n")
    assert signals_code_hash.__wrapped__() != before


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ONSET_SD_MISSING_S", 0.033, "above 33 ms"),
        ("RAMPS_S", (0.01, 0.3), "10 to 300 ms"),
        ("INTERVAL_POINTS", (0.1, 0.9), "80% interval"),
    ],
)
def test_the_methods_take_their_numbers_from_the_constants(cohort, monkeypatch, name, value, says):
    monkeypatch.setattr(method_sentences, name, value)
    assert says in " ".join(step.text for step in run(cohort).steps)


def held(times, ended_by="foot_touch"):
    return pd.DataFrame(
        [("P1", "baseline", "single_leg_stance", "right", 1, time_s, ended_by) for time_s in times],
        columns=["participant_id", "visit", "task", "leg", "trial", "hold_time_s", "ended_by"],
    )


@pytest.mark.parametrize(
    ("times", "ended_by", "disagrees"),
    [
        ([4.1], "foot_touch", False),
        ([4.6], "foot_touch", True),
        ([3.4], "foot_touch", True),
        ([3.4], "ceiling", False),
        ([4.6], "ceiling", True),
        ([3.4, 3.3], "foot_touch", False),
    ],
)
def test_stopwatch_and_force_plate_are_compared(measured, times, ended_by, disagrees):
    findings = compare_holds(measured.signals, held(times, ended_by))
    assert [f.rule_id for f in findings] == (["REC-04"] if disagrees else [])
    if disagrees:
        assert findings[0].value == f"{times[0]:.2f}"
        assert findings[0].other.startswith("4.0")


def test_ready_made_rows_fill_in_where_there_is_no_recording(measured):
    computed = measured.activation
    given = computed.iloc[[0]].assign(gmed_rms_uv=1.0)
    other = given.assign(participant_id="P7")
    both = with_ready_made(computed, pd.concat([given, other], ignore_index=True))
    assert list(both["participant_id"]) == [*computed["participant_id"], "P7"]
    assert both["gmed_rms_uv"].iloc[0] == computed["gmed_rms_uv"].iloc[0]
    empty = empty_table(Activation)
    assert len(with_ready_made(empty, empty)) == 0
    pd.testing.assert_frame_equal(with_ready_made(empty, computed), computed)


def test_a_rejected_recording_gives_way_to_a_valid_ready_made_row(measured):
    computed = measured.activation
    place = computed.index[computed["file"] == "dead.bdf"][0]
    given = computed.loc[[place]].assign(gmed_rms_uv=31.0, quality=None, quality_reasons=None)
    both = with_ready_made(computed, given)
    assert len(both) == len(computed)
    row = both[(both["participant_id"] == "P3") & (both["trial"] == 3)].iloc[0]
    assert row["gmed_rms_uv"] == 31.0
    for useless in (given.assign(quality="reject"), given.assign(gmed_rms_uv=np.nan)):
        pd.testing.assert_frame_equal(with_ready_made(computed, useless), computed)


def test_every_onset_comes_with_what_the_other_methods_say(measured):
    result = measured
    by_method = result.onset_sensitivity
    assert set(by_method["participant_id"]) == {
        "P1",
        "P2",
    }  # those with an onset that was looked for
    own = by_method[by_method["is_own"] & (by_method["participant_id"] == "P1")]
    own = own.set_index("method")["onset_ms"]
    row = result.activation.iloc[0]
    assert own["ramp_bayes"] == pytest.approx(row["onset_ms"])
    assert own["profile_likelihood"] == pytest.approx(row["onset_step_ms"])
    assert row["onset_confident"] == "yes"
    assert own.notna().all()
