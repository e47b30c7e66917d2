"""Gates of the graph: nothing is published that was made from other files, and every end is named."""

from dataclasses import replace

import dagster as dg
import pytest

from pipeline import definitions
from pipeline.cli import main
from pipeline.defs import intake as intake_wiring
from pipeline.defs import publishing as publishing_wiring
from pipeline.defs.jobs import ANALYSE_COHORT
from pipeline.defs.partitions import register_cohorts
from pipeline.publishing import publish_cohort
from pipeline.running.instance import history_held_open, open_instance
from pipeline.running.run_cohort import run_cohort
from pipeline.signals.cohort import batch as recordings
from pipeline.workspace.errors import EnvironmentProblem, ExitCode
from pipeline.workspace.layout import Workspace
from pipeline.workspace.releases import latest_release

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def workspace(tmp_path, drop_holds, monkeypatch):
    drop_holds(tmp_path, "penney_like")
    monkeypatch.setenv("STANCE_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return Workspace(tmp_path)


@pytest.fixture
def ran_before(ran, monkeypatch):
    """A workspace in which every asset was materialised and a report published."""
    monkeypatch.setenv("STANCE_WORKSPACE", str(ran))
    monkeypatch.setenv("DAGSTER_HOME", str(ran))
    return Workspace(ran)


def materialise(workspace, *assets):
    """What the UI does when a person picks single assets."""
    with history_held_open(), open_instance(workspace) as instance:
        register_cohorts(instance, workspace)
        job = definitions.defs().resolve_job_def(ANALYSE_COHORT)
        return job.execute_in_process(
            instance=instance,
            partition_key="penney_like",
            run_config=QUIET,
            raise_on_error=False,
            asset_selection=[dg.AssetKey(name) for name in assets] or None,
        )


def failures(result):
    texts = []
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data
            texts.append(f"{error.user_failure_data} {error.error}")
    return " ".join(texts)


INTAKE = ("study", "findings", "decisions", "to_decide", "set_aside", "intake_flow", "participants", "hold_times", "given_activation",
          "recordings", "strength", "clinical_test", "training_log")  # fmt: skip


def test_estimates_of_other_files_are_never_published(ran_before):
    before = latest_release(ran_before.cohort_reports("penney_like"))
    table = ran_before.cohort_folder("penney_like") / "hold_times.csv"
    table.write_text(table.read_text().replace("29.23", "9.23"))
    assert materialise(ran_before, *INTAKE).success
    ended = materialise(ran_before, "report")
    assert not ended.success
    assert "made from other files" in failures(ended)
    assert latest_release(ran_before.cohort_reports("penney_like")) == before


def test_a_stopped_cohort_cannot_be_published_from_what_was_stored_before(ran_before):
    (ran_before.cohort_folder("penney_like") / "participants.csv").unlink()
    assert not materialise(ran_before, *INTAKE, "fix_list").success
    assert not materialise(ran_before, "report").success
    assert latest_release(ran_before.cohort_reports("penney_like")) is None


def test_files_that_change_during_a_run_stop_it(workspace, monkeypatch):
    monkeypatch.setattr(publishing_wiring, "cohort_hashes", lambda *_: {"a": "other"})
    outcome = run_cohort(workspace, "penney_like")
    assert outcome.exit_code == ExitCode.DATA_PROBLEMS
    assert "changed after they were read" in outcome.last_line
    assert latest_release(workspace.cohort_reports("penney_like")) is None


def test_the_second_gate_shows_the_failing_cells(workspace, monkeypatch):
    read = intake_wiring.read_cohort

    def with_a_gap(folder, **more):
        good = read(folder, **more)
        holds = good.tables["hold_times"].copy()
        holds.loc[2, "hold_time_s"] = -1.0
        return replace(good, tables={**good.tables, "hold_times": holds})

    monkeypatch.setattr(intake_wiring, "read_cohort", with_a_gap)
    outcome = run_cohort(workspace, "penney_like")
    assert outcome.exit_code == ExitCode.DATA_PROBLEMS
    assert "matches_schema" in outcome.last_line
    result = materialise(workspace, *INTAKE)
    checks = {(c.asset_key.path[-1], c.check_name): c for c in result.get_asset_check_evaluations()}
    failed = checks["hold_times", "matches_schema"]
    assert not failed.passed
    cells = failed.metadata["failing_cells"].records
    assert [(c.data["column"], c.data["value"], c.data["row"]) for c in cells] == [
        ("hold_time_s", "-1.0", 3)
    ]
    assert checks["participants", "matches_schema"].passed


def test_an_interrupted_run_says_so(workspace, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(recordings, "process_recordings", interrupted)
    assert main(["run", "penney_like", "--workspace", str(workspace.root)]) == 130


def test_a_full_disk_inside_a_step_is_a_problem_of_the_machine(workspace, monkeypatch, capsys):
    def full(*_, **__):
        raise EnvironmentProblem("The disk is full.", "Free some space.")

    monkeypatch.setattr(publish_cohort, "publish", full)
    assert main(["run", "penney_like", "--workspace", str(workspace.root)]) == 6
    assert "The disk is full." in capsys.readouterr().err


def test_a_bug_inside_a_step_names_its_place_and_no_value(workspace, monkeypatch, capsys):
    def buggy(*_, **__):
        raise ZeroDivisionError("PE001 held 29.23 s")

    monkeypatch.setattr(recordings, "process_recordings", buggy)
    assert main(["run", "penney_like", "--workspace", str(workspace.root)]) == 1
    report = (workspace.state_folder / "crash" / "last-bug.txt").read_text()
    assert report.startswith("ZeroDivisionError")
    assert "signals.py" in report
    assert "PE001" not in report + capsys.readouterr().err


@pytest.mark.parametrize("name", ["reports", ".stance"])
def test_a_file_in_the_place_of_a_folder_is_a_problem_of_the_machine(workspace, name, capsys):
    (workspace.root / name).write_text("in the way")
    assert main(["run", "penney_like", "--workspace", str(workspace.root)]) == 6
    assert name in capsys.readouterr().err


def test_the_option_counts_more_than_the_variable(workspace, monkeypatch):
    monkeypatch.setenv("STANCE_WORKSPACE", "/nowhere/at/all")
    assert main(["--workspace", str(workspace.root), "check", "penney_like"]) == 0


def test_a_damaged_table_is_noted(ran_before, capsys):
    stored = ran_before.tables_folder / "penney_like" / "hold_times.parquet"
    stored.write_bytes(b"damaged")
    assert run_cohort(ran_before, "penney_like").exit_code == ExitCode.OK
    assert "the stored hold_times was damaged and is made anew" in capsys.readouterr().err
    assert stored.read_bytes() != b"damaged"
