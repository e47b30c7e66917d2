"""Whole runs as a user sees them: wall time and peak memory of the `stance` command, and their ratios.

    python benchmarks/whole_runs.py [--repeats 3] [--cohort FOLDER_WITH_STUDY_YAML]

Every command runs in a fresh process on a fresh workspace. The yardstick is a process that only
imports the libraries that any such pipeline needs; ratios to it can be compared between machines.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

YARDSTICK = [
    sys.executable,
    "-c",
    "import dagster, pandas, pandera.pandas, statsmodels.formula.api",
]


@dataclass(frozen=True)
class Timing:
    """Wall time (s) and peak memory (MB) of one process."""

    wall_s: float
    peak_mb: float


def timed(command: list[str]) -> Timing:
    """Run a command to its end; its output is thrown away, a failing exit code is an error."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    to_mb = 1 / 1024 if resource.getpagesize() and sys.platform != "darwin" else 1 / 1024**2
    return Timing(wall_s, usage.ru_maxrss * to_mb)


def main() -> None:
    """Time the yardstick, the demo, and a small cohort cold and unchanged; print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--cohort", type=Path, help="cohort folder to run instead of the golden one"
    )
    chosen = parser.parse_args()
    timings: dict[str, list[Timing]] = {}
    for _ in range(chosen.repeats):
        with tempfile.TemporaryDirectory() as folder:
            for name, command in _commands(Path(folder), chosen.cohort):
                timings.setdefault(name, []).append(timed(command))
    _print(timings)


def _commands(workspace: Path, cohort: Path | None) -> list[tuple[str, list[str]]]:
    source = cohort or Path(__file__).resolve().parents[1] / "tests" / "golden" / "penney_like"
    target = workspace / "data" / "cohorts" / "measured"
    shutil.copytree(source, target)
    if not (target / "study.yaml").exists():
        study = (
            Path(__file__).resolve().parents[1] / "tests" / "golden_studies" / "penney_like.yaml"
        )
        shutil.copy(study, target / "study.yaml")
    stance = [sys.executable, "-m", "pipeline"]
    where = ["--workspace", str(workspace)]
    return [
        ("yardstick: imports only", YARDSTICK),
        ("stance run, cold", [*stance, "run", "measured", *where]),
        ("stance run, unchanged", [*stance, "run", "measured", *where]),
        ("stance demo, cold", [*stance, "demo", *where]),
        ("stance demo, unchanged", [*stance, "demo", *where]),
    ]


def _print(timings: dict[str, list[Timing]]) -> None:
    yardstick_s = statistics.median(t.wall_s for t in timings["yardstick: imports only"])
    print(
        f"{'command':26} {'wall s: min':>12} {'median':>8} {'max':>8} {'peak MB':>9} {'x yardstick':>12}"
    )
    for name, runs in timings.items():
        walls = sorted(t.wall_s for t in runs)
        median_s = statistics.median(walls)
        print(
            f"{name:26} {walls[0]:12.2f} {median_s:8.2f} {walls[-1]:8.2f} "
            f"{max(t.peak_mb for t in runs):9.0f} {median_s / yardstick_s:12.2f}"
        )


if __name__ == "__main__":
    main()
