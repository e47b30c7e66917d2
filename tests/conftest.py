"""Fixtures that several rooms of the tests need: real data, the command, one finished golden run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
GOLDEN_STUDIES = ROOT / "tests" / "golden_studies"
REAL = ROOT.parent / "shared" / "real"


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


def stance(workspace: Path, *arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own and answer its exit code and output."""
    # A fixed date, so that release names do not change at midnight.
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1767312000", **more.pop("env", {})}
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
def finished(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A workspace in which `stance run penney_like` has ended, and what the command said."""
    workspace = tmp_path_factory.mktemp("finished")
    drop_golden(workspace, "penney_like")
    return workspace, stance(workspace, "run", "penney_like")


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
