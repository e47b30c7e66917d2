"""The graph as people see it: every asset described, owned, grouped; every check partitioned."""

import json
import math

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from pipeline.definitions import defs
from pipeline.defs.jobs import ANALYSE_COHORT, SETTLED_AFTER_S, is_settled, new_or_changed_cohorts
from pipeline.defs.outputs import cell, column_schema, schema_failures, shown_table
from pipeline.defs.partitions import COHORTS, register_cohorts
from pipeline.defs.resources import TableStore, locked_workspace
from pipeline.workspace.layout import Workspace
from pipeline.workspace.locks import cohort_lock
from schemas.balance_tables import HoldTimes


@pytest.fixture(scope="module")
def graph():
    return defs().resolve_asset_graph()


def test_every_asset_has_group_kind_owner_and_description(graph):
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.group_name in {"intake", "signals", "statistics", "publishing"}, key
        assert node.kinds, key
        assert node.owners == ["team:stance"], key
        assert node.description and not node.description.startswith(" "), key
        assert node.partitions_def == COHORTS, key


def test_every_check_is_described_and_carries_the_partition(graph):
    checks = graph.asset_check_keys
    assert len(checks) >= 16
    for key in checks:
        spec = graph.get_check_spec(key)
        assert spec.description, key
        assert spec.partitions_def == COHORTS, key


def test_tables_show_their_columns(graph):
    for name in ("participants", "hold_times", "activation", "estimates", "findings"):
        metadata = graph.get(dg.AssetKey(name)).metadata
        columns = metadata["dagster/column_schema"].columns
        assert all(column.description for column in columns), name


def test_column_rules_are_told_in_words():
    words = {c.name: c.description for c in column_schema(HoldTimes).columns}
    assert words["hold_time_s"] == "Hold time. 0 to 3600 s."
    assert words["leg"] == "Stance leg. One of: left, right."


def test_the_job_covers_every_asset(graph):
    job = defs().resolve_job_def(ANALYSE_COHORT)
    assert set(job.asset_layer.executable_asset_keys) == set(graph.get_all_asset_keys())


@pytest.mark.parametrize(
    ("value", "shown"),
    [(np.int64(3), 3), (np.bool_(True), True), (float("nan"), None), (None, None), (pd.NA, None),
     (math.pi, 3.142), ("text", "text"), (pd.Timestamp("2026-01-02"), "2026-01-02 00:00:00")],
)  # fmt: skip
def test_cells_are_what_dagster_can_show(value, shown):
    assert cell(value) == shown


def test_a_shown_table_is_plain_json():
    table = pd.DataFrame({"a": [np.int64(1), 2], "b": [0.5, None], "c": ["x", None]})
    records = shown_table(table, ("a", "b", "c", "absent")).records
    json.dumps([dict(r.data) for r in records], allow_nan=False)
    assert records[1].data == {"a": 2, "b": None, "c": None}


def test_a_second_gate_names_column_value_and_row():
    rows = pd.DataFrame(
        [
            [
                "001",
                "baseline",
                "single_leg_stance",
                "both",
                "eyes_open",
                1,
                5.0,
                30.0,
                None,
                None,
                None,
            ]
        ],
        columns=list(HoldTimes.to_schema().columns),
    )
    failures = schema_failures(HoldTimes, rows)
    assert failures[["column", "value", "row"]].values.tolist() == [["leg", "both", 1]]


def test_storage_keeps_one_form_per_asset(tmp_path):
    store = TableStore(Workspace(tmp_path))
    key = dg.AssetKey("signal_summary")

    def written(obj):
        context = dg.build_output_context(asset_key=key, partition_key="tiny")
        store.handle_output(context, obj)
        return store.load_input(
            dg.build_input_context(asset_key=key, partition_key="tiny", upstream_output=context)
        )

    assert len(written(pd.DataFrame({"x": [1]}))) == 1
    assert written(None) is None
    assert [
        p.name for p in (tmp_path / ".stance/tables/tiny").iterdir() if p.suffix == ".parquet"
    ] == []


def _cohort(workspace, name):
    folder = workspace.cohorts_folder / name
    folder.mkdir(parents=True)
    (folder / "participants.csv").write_text("participant_id\n")
    return folder


def test_cohort_folders_become_partitions_and_others_do_not(tmp_path):
    workspace = Workspace(tmp_path)
    _cohort(workspace, "lyon")
    _cohort(workspace, "Not A Cohort")
    with dg.DagsterInstance.ephemeral() as instance:
        assert register_cohorts(instance, workspace) == ["lyon"]
        assert register_cohorts(instance, workspace) == []
        assert instance.get_dynamic_partitions("cohort") == ["lyon"]


def test_the_sensor_sees_new_changed_and_reverted_folders(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path)
    table = _cohort(workspace, "lyon") / "participants.csv"
    monkeypatch.setattr("pipeline.defs.jobs.SETTLED_AFTER_S", -1.0)
    with dg.DagsterInstance.ephemeral() as instance:

        def tick(cursor):
            context = dg.build_sensor_context(
                instance=instance, cursor=cursor, resources={"workspace": workspace}
            )
            result = new_or_changed_cohorts(context)
            return [r.partition_key for r in result.run_requests], result.cursor

        original = table.read_text()
        first, cursor = tick(None)
        again, cursor = tick(cursor)
        table.write_text(original + "P1\n")
        changed, cursor = tick(cursor)
        table.write_text(original)
        reverted, cursor = tick(cursor)
    assert (first, again, changed, reverted) == (["lyon"], [], ["lyon"], ["lyon"])


def test_a_folder_that_is_still_being_copied_waits(tmp_path):
    workspace = Workspace(tmp_path)
    table = _cohort(workspace, "lyon") / "participants.csv"
    written_s = table.stat().st_mtime
    assert not is_settled(workspace, "lyon", written_s + SETTLED_AFTER_S / 2)
    assert is_settled(workspace, "lyon", written_s + SETTLED_AFTER_S + 1)


@dg.op(required_resource_keys={"workspace"})
def _look(context):
    return str(context.resources.workspace.root)


def test_a_run_from_the_ui_holds_the_lock_of_its_cohort(tmp_path):
    workspace = Workspace(tmp_path)

    @dg.job(resource_defs={"workspace": locked_workspace(workspace)})
    def looking():
        _look()

    with dg.DagsterInstance.ephemeral() as instance:
        run = {"instance": instance, "tags": {"dagster/partition": "lyon"}, "raise_on_error": False}
        assert looking.execute_in_process(**run).success
        with cohort_lock(workspace, "lyon"):
            assert not looking.execute_in_process(**run).success
            other = {**run, "tags": {"dagster/partition": "paris"}}
            assert looking.execute_in_process(**other).success
