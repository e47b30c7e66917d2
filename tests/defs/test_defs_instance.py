"""The Dagster home of a workspace survives a process that was killed while it was made."""

import sqlite3

from pipeline.defs.partitions import register_cohorts
from pipeline.running.instance import open_instance
from pipeline.workspace.layout import Workspace


def _drop_table(home, name: str) -> int:
    dropped = 0
    for path in home.rglob("*.db"):
        with sqlite3.connect(path) as database:
            tables = {row[0] for row in database.execute("select name from sqlite_master")}
            if name in tables:
                database.execute(f"drop table {name}")
                dropped += 1
        database.close()
    return dropped


def test_a_home_that_was_never_finished_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", "")
    workspace = Workspace(tmp_path)
    workspace.cohort_folder("lyon").mkdir(parents=True)
    with open_instance(workspace):
        pass
    home = workspace.dagster_home
    assert _drop_table(home, "dynamic_partitions")
    (home / "finished").unlink()
    with open_instance(workspace) as instance:
        assert register_cohorts(instance, workspace) == ["lyon"]


def test_a_finished_home_keeps_its_history(tmp_path, monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", "")
    workspace = Workspace(tmp_path)
    workspace.cohort_folder("lyon").mkdir(parents=True)
    with open_instance(workspace) as instance:
        register_cohorts(instance, workspace)
    with open_instance(workspace) as instance:
        assert instance.get_dynamic_partitions("cohort") == ["lyon"]
