"""Pictures of recordings from the files to the asset page and the release."""

import base64
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import dagster as dg
import pytest

from pipeline import definitions
from pipeline.defs.jobs import ANALYSE_COHORT
from pipeline.defs.partitions import register_cohorts
from pipeline.running.instance import history_held_open, open_instance
from pipeline.simulation.assumptions import DEMO
from pipeline.simulation.cohort import write_demo_cohort
from pipeline.workspace.layout import Workspace
from pipeline.workspace.releases import latest_release

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
TWO_A_GROUP = replace(
    DEMO, case=replace(DEMO.case, n=2), reference=replace(DEMO.reference, n=2), mistakes=False
)


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    """A cohort of 16 recordings of which one cannot be read: (workspace, result of the job)."""
    root = tmp_path_factory.mktemp("pictures")
    workspace = Workspace(root)
    folder = workspace.cohort_folder("small")
    write_demo_cohort(folder, spec=TWO_A_GROUP)
    damaged = sorted((folder / "recordings").glob("*_stance.edf"))[0]
    damaged.write_bytes(b"x" * 1000)
    patch = pytest.MonkeyPatch()
    patch.setenv("STANCE_WORKSPACE", str(root))
    patch.setenv("DAGSTER_HOME", str(root))
    with history_held_open(), open_instance(workspace) as instance:
        register_cohorts(instance, workspace)
        job = definitions.defs().resolve_job_def(ANALYSE_COHORT)
        result = job.execute_in_process(
            instance=instance, partition_key="small", run_config=QUIET, raise_on_error=True
        )
    patch.undo()
    return workspace, damaged.name, result


def _metadata(result, asset):
    (made,) = [
        event.event_specific_data.materialization
        for event in result.all_events
        if event.is_step_materialization and event.asset_key == dg.AssetKey(asset)
    ]
    return made.metadata


def test_the_asset_shows_the_worst_recordings_as_pictures(analysed):
    _, damaged, result = analysed
    metadata = _metadata(result, "recording_signals")
    pictures = {
        key: value.md_str
        for key, value in metadata.items()
        if isinstance(value, dg.MarkdownMetadataValue)
    }
    assert len(pictures) == 6
    for key, markdown in pictures.items():
        assert re.fullmatch(r"recordings/\S+ \([a-z, ]+\)", key)
        assert damaged not in key
        address = re.fullmatch(
            r"!\[(.+)\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", markdown
        )
        svg = base64.b64decode(address[2]).decode()
        title = ET.fromstring(svg).findtext("{http://www.w3.org/2000/svg}text")
        assert title.split(":")[0] == key.split(" ")[0].removeprefix("recordings/")
        assert len(markdown) <= 18_000
    assert metadata["all_pictures"].text.startswith("internal/signal-quality.html")


def test_the_asset_lists_doubtful_recordings_in_few_short_columns(analysed):
    _, damaged, result = analysed
    table = _metadata(result, "recording_signals")["worst_recordings"]
    assert len(table.schema.columns) <= 5
    records = [dict(record.data) for record in table.records]
    json.dumps(records, allow_nan=False)
    assert records[0]["file"] == damaged
    assert records[0]["verdict"] == "could not be read"
    assert all(record["verdict"] != "good" for record in records)


def test_the_release_holds_the_page_inside_the_lab_only(analysed):
    workspace, damaged, result = analysed
    release = latest_release(workspace.cohort_reports("small"))
    page = (release / "internal" / "signal-quality.html").read_text(encoding="utf-8")
    assert page.count('<svg class="sq"') == 15
    assert damaged in page
    assert _metadata(result, "report")["signal_quality"].path == str(
        release / "internal" / "signal-quality.html"
    )
    for path in release.rglob("*"):
        if path.is_file() and "internal" not in path.parts:
            assert b'class="sq"' not in path.read_bytes(), path


def test_traces_are_a_stored_table(analysed):
    workspace, _, result = analysed
    assert (workspace.tables_folder / "small" / "recording_traces.parquet").is_file()
    # A stance has two views, an MVIC one; the file that cannot be read has none.
    assert _metadata(result, "recording_traces")["dagster/row_count"].value == 7 * 2 + 8
