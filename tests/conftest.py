"""Fixtures that several rooms of the tests need: real data, the command, one finished golden run."""

import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

# Each worker has a core to itself; before anything loads numpy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pipeline.cli import main
from tests.tiers import THOROUGH, is_thorough

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
GOLDEN_STUDIES = ROOT / "tests" / "golden_studies"
REAL = ROOT.parent / "shared" / "real"
WHOLE_RUNS = (ROOT / "tests", ROOT / "tests" / "defs", ROOT / "tests" / "statistics")
TIERS_OF_ALL = pytest.StashKey[dict[str, set[str]]]()
SOURCE_DATE_EPOCH = "1767312000"
"""A fixed date, so that release names do not change at midnight."""


def _real(name: str) -> Path:
    folder = REAL / name
    if not folder.is_dir():
        pytest.skip(f"the public data set {name} is not beside this checkout (../shared/real)")
    return folder


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Folder of a public data set; skips the test with a reason where it is absent."""
    return _real


def drop_golden(workspace: Path, name: str) -> Path:
    """Copy a golden data set with its study.yaml into a workspace as a cohort, nothing edited."""
    folder = workspace / "data" / "cohorts" / name
    shutil.copytree(GOLDEN / name, folder)
    shutil.copy(GOLDEN_STUDIES / f"{name}.yaml", folder / "study.yaml")
    return folder


def drop_golden_holds(workspace: Path, name: str) -> Path:
    """As `drop_golden`, with hold times alone: for tests of a run, not of what it analyses."""
    folder = drop_golden(workspace, name)
    study = (folder / "study.yaml").read_text(encoding="utf-8")
    for table in ("activation", "strength", "clinical_test"):
        (folder / f"{table}.csv").unlink()
        study = study.replace(f"  {table}: {table}.csv\n", "")
    (folder / "study.yaml").write_text(study, encoding="utf-8")
    return folder


def stance(workspace: Path, *arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own and answer its exit code and output."""
    environment = {
        **os.environ,
        "SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH,
        **more.pop("env", {}),
    }
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments, "--workspace", str(workspace)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
        **more,
    )


@pytest.fixture(scope="session")
def run_stance() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command, as a user calls it."""
    return stance


@pytest.fixture(scope="session")
def drop_cohort() -> Callable[[Path, str], Path]:
    """Drop a golden data set into a workspace; answers the cohort folder."""
    return drop_golden


@pytest.fixture(scope="session")
def drop_holds() -> Callable[[Path, str], Path]:
    """Drop the participants and hold times of a golden data set; answers the cohort folder."""
    return drop_golden_holds


@pytest.fixture(scope="session")
def finished(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A workspace in which `stance run penney_like` has ended, and what the command said.

    Made by whichever worker asks first. Nothing may be changed in it: `ran` is a copy.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    workspace, said = shared / "finished", shared / "finished.json"
    with FileLock(shared / "finished.lock"):
        if not said.is_file():
            drop_golden(workspace, "penney_like")
            ended = stance(workspace, "run", "penney_like")
            said.write_text(json.dumps([ended.args, ended.returncode, ended.stdout, ended.stderr]))
    return workspace, subprocess.CompletedProcess(*json.loads(said.read_text()))


@pytest.fixture
def ran(finished: tuple[Path, object], tmp_path: Path) -> Path:
    """A copy of the workspace of `finished`: a run has ended in it, and a test may do as it likes."""
    workspace = tmp_path / "ran"
    shutil.copytree(finished[0], workspace)
    return workspace


@pytest.fixture
def stance_here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command as `run_stance` calls it, in this process: for its answers, not for its start."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", SOURCE_DATE_EPOCH)

    def call(workspace: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*arguments, "--workspace", str(workspace)]
        # The command sets both for its own process; they end with the test.
        monkeypatch.setenv("STANCE_WORKSPACE", str(workspace))
        monkeypatch.setenv("DAGSTER_HOME", str(workspace))
        capsys.readouterr()
        try:
            code = main(command)
        except SystemExit as ended:  # a word that the parser refuses
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return subprocess.CompletedProcess(command, code, said.out, said.err)

    return call


def program(name: str) -> str:
    """Path of an outside program; skips where it is absent, except where all are required (CI)."""
    path = shutil.which(name)
    if path is None:
        if os.environ.get("STANCE_REQUIRE_PROGRAMS"):
            pytest.fail(f"{name} has to be installed here")
        pytest.skip(f"{name} is not installed")
    return path


@pytest.fixture(scope="session")
def outside_program() -> Callable[[str], str]:
    """Path of Chromium, pdftoppm or LibreOffice."""
    return program


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays to the end: modules and the tests themselves."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)  # before pytest leaves out what was not asked for
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put each test into its tier, and files with whole runs first.

    A worker takes a file as a whole, so no core waits at the end for a long one that came last; pytest
    is told to leave this order (see pyproject.toml).
    """
    places = {place for named in THOROUGH.values() for place in named}
    tiers: dict[str, set[str]] = {"quick": set(), "thorough": set(), "slow": set()}
    for item in items:
        if item.get_closest_marker("slow") is not None:
            tier = "slow"
            item.own_markers = [mark for mark in item.own_markers if mark.name != "thorough"]
        elif item.get_closest_marker("thorough") or is_thorough(item.nodeid, places):
            tier = "thorough"
            item.add_marker(pytest.mark.thorough)
        else:
            tier = "quick"
        tiers[tier].add(item.nodeid)
    config.stash[TIERS_OF_ALL] = tiers
    items.sort(key=lambda item: item.path.parent not in WHOLE_RUNS)
