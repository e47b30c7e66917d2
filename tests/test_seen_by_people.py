"""What a person opens: the report in a browser, the Word file on pages, the Dagster UI."""

import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.intake.cohort import read_cohort
from pipeline.publishing.signal_pages.signal_page import signal_quality_html
from pipeline.signals.cohort.batch import process_recordings
from pipeline.simulation.assumptions import DEMO
from pipeline.simulation.cohort import write_demo_cohort
from pipeline.workspace.releases import latest_release, read_manifest
from schemas.columns import empty_table
from schemas.intake_results import Findings

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars",
)  # fmt: skip


def _grey_levels(png: bytes) -> int:
    """How many different bytes the pixels of a PNG hold: a blank page has next to none."""
    position, data = 8, b""
    while position < len(png):
        (length,) = struct.unpack(">I", png[position : position + 4])
        if png[position + 4 : position + 8] == b"IDAT":
            data += png[position + 8 : position + 8 + length]
        position += 12 + length
    return len(set(zlib.decompress(data)))


@pytest.fixture(scope="module")
def release(finished) -> Path:
    return latest_release(finished[0] / "reports" / "penney_like")


@pytest.fixture(scope="module")
def browser(outside_program):
    return outside_program("chromium")


def _page(browser, address, tmp_path, *more):
    command = [browser, *CHROMIUM, f"--user-data-dir={tmp_path}", *more, address]
    return subprocess.run(command, capture_output=True, check=True, timeout=120, cwd=tmp_path)


def test_the_report_opens_in_a_browser_without_asking_the_network(release, browser, tmp_path):
    address = (release / "report.html").as_uri()
    dom = _page(browser, address, tmp_path, "--dump-dom").stdout.decode()
    assert "<main" in dom
    pictures = re.findall(r"<img[^>]+>", dom)
    assert len(pictures) >= 4
    assert all(
        'src="data:image/' in picture and re.search(r'alt="[^"]{20,}"', picture)
        for picture in pictures
    )
    assert "<script" not in dom
    shot = tmp_path / "report.png"
    said = _page(
        browser, address, tmp_path, f"--screenshot={shot}", "--window-size=1000,4000"
    ).stderr
    assert _grey_levels(shot.read_bytes()) > 100
    assert b"Refused to" not in said


@pytest.mark.parametrize("width", [1100, 400])
def test_the_page_is_not_wider_than_the_window(release, browser, tmp_path, width):
    probe = tmp_path / "probe.html"
    probe.write_text(
        f"<iframe id=f style='width:{width}px;height:600px;border:0' src='{(release / 'report.html').as_uri()}'></iframe>"
        "<script>onload=()=>{const d=document.getElementById('f').contentDocument;"
        "document.title=d.documentElement.scrollWidth}</script>"
    )
    dom = _page(
        browser, probe.as_uri(), tmp_path, "--allow-file-access-from-files", "--dump-dom",
        f"--window-size={width + 100},800",
    ).stdout.decode()  # fmt: skip
    assert int(re.search(r"<title>(\d+)</title>", dom).group(1)) <= width


@pytest.fixture(scope="module")
def signal_page(tmp_path_factory):
    """The page of signal quality of a simulated cohort with eight recordings, one of them damaged."""
    root = tmp_path_factory.mktemp("signal_page")
    folder = root / "cohort"
    one_each = {"case": replace(DEMO.case, n=1), "reference": replace(DEMO.reference, n=1)}
    write_demo_cohort(folder, spec=replace(DEMO, mistakes=False, **one_each))
    sorted((folder / "recordings").glob("*_stance.edf"))[0].write_bytes(b"x" * 1000)
    cohort = read_cohort(folder)
    measured = process_recordings(cohort.tables["recordings"], folder, cohort.study.emg, cache=None)
    page = root / "signal-quality.html"
    page.write_text(
        signal_quality_html(
            "seen", signals=measured.signals, activation=measured.activation, traces=measured.traces,
            findings=empty_table(Findings), groups={},
        ),
        encoding="utf-8",
    )  # fmt: skip
    return page


def test_the_page_of_signals_opens_in_a_browser_with_a_picture_of_each(
    signal_page, browser, tmp_path
):
    address = signal_page.as_uri()
    dom = _page(browser, address, tmp_path, "--dump-dom").stdout.decode()
    labels = re.findall(r'<svg class="sq"[^>]* aria-label="([^"]{40,})"', dom)
    assert len(labels) == 7
    assert "Could not be read" in dom
    assert "<script" not in dom
    shot = tmp_path / "signals.png"
    said = _page(
        browser, address, tmp_path, f"--screenshot={shot}", "--window-size=1100,3000"
    ).stderr
    assert _grey_levels(shot.read_bytes()) > 100
    assert b"Refused to" not in said


@pytest.mark.parametrize(("place", "n_shown"), [("", 8), ("#show-unread", 1), ("#show-p1", 4)])
def test_a_link_of_the_page_of_signals_shows_its_recordings_only(
    signal_page, browser, tmp_path, place, n_shown
):
    probe = tmp_path / "probe.html"
    probe.write_text(
        f"<iframe id=f style='width:1100px;height:900px;border:0' src='{signal_page.as_uri()}{place}'></iframe>"
        "<script>onload=()=>{const d=document.getElementById('f').contentDocument;"
        "const n=[...d.querySelectorAll('.rec')].filter(r=>r.offsetHeight>0).length;"
        "document.title=n+' of '+d.documentElement.scrollWidth}</script>"
    )
    dom = _page(
        browser, probe.as_uri(), tmp_path, "--allow-file-access-from-files", "--dump-dom",
        "--window-size=1200,1000",
    ).stdout.decode()  # fmt: skip
    shown, width = re.search(r"<title>(\d+) of (\d+)</title>", dom).groups()
    assert (int(shown), int(width) <= 1100) == (n_shown, True)


def test_the_word_file_has_pages(release, outside_program, tmp_path):
    office, painter = outside_program("soffice"), outside_program("pdftoppm")
    subprocess.run(
        [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--convert-to", "pdf", "--outdir", str(tmp_path), str(release / "report.docx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    subprocess.run(
        [painter, "-r", "40", "-png", str(tmp_path / "report.pdf"), str(tmp_path / "page")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    pages = sorted(tmp_path.glob("page*.png"))
    assert len(pages) >= 5
    assert all(_grey_levels(page.read_bytes()) > 20 for page in pages)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def served(finished, tmp_path_factory):
    """A copy of the finished workspace, in which runs may be started."""
    workspace = tmp_path_factory.mktemp("served") / "workspace"
    shutil.copytree(finished[0], workspace)
    return workspace


@pytest.fixture(scope="module")
def ui(served):
    """`stance ui` on a finished workspace, as its address; stopped again with Ctrl-C."""
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "ui", "--workspace", str(served), "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, start_new_session=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(f"{address}/server_info", timeout=5).close()
            break
        except OSError:
            assert process.poll() is None, "the UI ended"
            assert time.monotonic() < deadline, "the UI did not answer"
            time.sleep(0.5)
    yield address
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _ask(address, query):
    request = urllib.request.Request(
        f"{address}/graphql",
        json.dumps({"query": query}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())["data"]


def test_the_ui_knows_cohorts_assets_checks_and_figures(ui):
    nodes = _ask(
        ui,
        "{ assetNodes { assetKey { path } groupName description hasMaterializePermission "
        "partitionKeys hasAssetChecks assetMaterializations(limit: 1) "
        "{ partition metadataEntries { label __typename } } } }",
    )["assetNodes"]
    by_name = {node["assetKey"]["path"][-1]: node for node in nodes}
    assert {"participants", "hold_times", "activation", "estimates", "fix_list", "report"} <= set(
        by_name
    )
    assert {node["groupName"] for node in nodes} == {
        "intake",
        "signals",
        "statistics",
        "publishing",
    }
    assert all(node["partitionKeys"] == ["penney_like"] for node in nodes)
    assert by_name["hold_times"]["hasAssetChecks"]
    shown = by_name["report"]["assetMaterializations"][0]
    assert shown["partition"] == "penney_like"
    labels = [entry["label"] for entry in shown["metadataEntries"]]
    assert sum(label.startswith("figure_") for label in labels) >= 4
    results = by_name["estimates"]["assetMaterializations"][0]["metadataEntries"]
    assert any(e["__typename"] == "TableMetadataEntry" for e in results)


LAUNCH = """mutation { launchRun(executionParams: {
  selector: {repositoryLocationName: "stance", repositoryName: "__repository__", jobName: "analyse_cohort"},
  mode: "default", runConfigData: {},
  executionMetadata: {tags: [{key: "dagster/partition", value: "penney_like"}]}
}) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""


def test_a_run_started_in_the_ui_publishes_the_same_report(ui, served):
    release = latest_release(served / "reports" / "penney_like")
    before = read_manifest(release)["outputs"]
    (release / "report.html").unlink()
    launched = _ask(ui, LAUNCH)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run_id = launched["run"]["runId"]
    deadline = time.monotonic() + 180
    status = ""
    while status not in {"SUCCESS", "FAILURE", "CANCELED"}:
        assert time.monotonic() < deadline, status
        time.sleep(1)
        answer = _ask(ui, f'{{ runOrError(runId: "{run_id}") {{ ... on Run {{ status }} }} }}')
        status = answer["runOrError"]["status"]
    assert status == "SUCCESS"
    assert read_manifest(latest_release(served / "reports" / "penney_like"))["outputs"] == before


def test_the_ui_draws_the_graph(ui, browser, tmp_path):
    dom = _page(
        browser, f"{ui}/asset-groups", tmp_path, "--virtual-time-budget=20000", "--dump-dom",
        "--window-size=1500,1000",
    ).stdout.decode()  # fmt: skip
    for group in ("intake", "signals", "statistics", "publishing"):
        assert group in dom
