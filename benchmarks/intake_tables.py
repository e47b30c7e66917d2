"""Intake of a large hold-time table: rows per second, peak memory and planted bad cells found.

    python benchmarks/intake_tables.py [--rows 1000000] [--bad-share 0.05] [--repeats 1]
                                       [--frictionless-python PATH]

The same CSV file is checked by Stance (`read_cohort`, which also reads the participants and gives
back validated tables), by pandera alone (`pandas.read_csv` and the model of the table, lazily) and by
Frictionless (an equal table description; it lives in an environment of its own). Each runs in a fresh
process; rates and ratios are of processor time, so that other work on the machine counts less. Rows with bad cells are planted in a second file.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

CEILING_S = 30
TRIALS = 10
ROWS_PER_PERSON = 2 * TRIALS
HEADINGS = ("participant_id", "leg", "condition", "trial", "hold_time_s", "ended_by")
STUDY = f"""\
title: A large cohort
groups:
  case: {{label: LBP}}
  reference: {{label: control}}
holds: {{ceiling_s: {CEILING_S}}}
limits: {{table_mb: 10000}}
"""
BAD_TIMES = ("12.4 s", "-3", "long", '"12,5"', "NR", "0:12")
BAD_WORDS = ("lfet", "links")


def main() -> None:
    """Write the files, measure every tool on them, print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--bad-share", type=float, default=0.05)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--frictionless-python", type=Path)
    parser.add_argument("--measure", nargs=2, metavar=("TOOL", "FOLDER"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        measure(*chosen.measure)
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, share in (("clean", 0.0), ("bad", chosen.bad_share)):
            cohort = Path(folder) / name
            n_bad = write_cohort(cohort, chosen.rows, share)
            compare(cohort, chosen.rows, n_bad, chosen.repeats, chosen.frictionless_python)


def write_cohort(folder: Path, n_rows: int, bad_share: float) -> int:
    """A cohort with this many hold times, a share of them with one bad cell; says how many."""
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    n_people = -(-n_rows // ROWS_PER_PERSON)
    with (folder / "participants.csv").open("w", encoding="utf-8") as stream:
        stream.write("participant_id,group\n")
        stream.writelines(
            f"P{i:06d},{'LBP' if i % 2 else 'control'}\n" for i in range(1, n_people + 1)
        )
    draw = random.Random(7)  # data for timing, nothing secret
    n_bad = 0
    with (folder / "hold_times.csv").open("w", encoding="utf-8") as stream:
        stream.write(",".join(HEADINGS) + "\n")
        for row in _rows(n_rows, draw):
            if draw.random() < bad_share:
                n_bad += 1
                place = draw.choice((1, 4, 4, 4))
                row[place] = draw.choice(BAD_WORDS if place == 1 else BAD_TIMES)
            stream.write(",".join(row) + "\n")
    return n_bad


def _rows(n_rows: int, draw: random.Random) -> Iterator[list[str]]:
    for i in range(n_rows):
        person, place = divmod(i, ROWS_PER_PERSON)
        leg, trial = divmod(place, TRIALS)
        at_ceiling = draw.random() < 0.2
        time_s = str(CEILING_S) if at_ceiling else f"{draw.uniform(1, CEILING_S - 1):.2f}"
        ended_by = "ceiling" if at_ceiling else draw.choice(("foot_touch", "hop", "arm_support"))
        yield [
            f"P{person + 1:06d}",
            "right" if leg else "left",
            "eyes_open",
            str(trial + 1),
            time_s,
            ended_by,
        ]


def compare(cohort: Path, n_rows: int, n_bad: int, repeats: int, frictionless: Path | None) -> None:
    """Measure every tool on one cohort and print its part of the table."""
    size_mb = (cohort / "hold_times.csv").stat().st_size / 1e6
    print(f"\n{n_rows:,} rows, {size_mb:.0f} MB, {n_bad:,} bad cells planted")
    print(
        f"{'tool':24} {'s':>8} {'cpu s':>8} {'rows/cpu s':>10} {'peak MB':>8} {'found':>8} {'x time':>7} {'x peak':>7}"
    )
    tools = [("imports of Stance", sys.executable, "imports"), ("Stance", sys.executable, "stance")]
    tools.append(("pandera alone", sys.executable, "pandera"))
    if frictionless is None or not frictionless.exists():
        print("Frictionless was not measured: name its Python with --frictionless-python.")
    else:
        tools.append(("Frictionless", str(frictionless), "frictionless"))
    yardstick: dict[str, float] = {}
    for name, python, tool in tools:
        runs = [_measured(python, tool, cohort) for _ in range(repeats)]
        seconds = statistics.median(run["seconds"] for run in runs)
        cpu_s = statistics.median(run["cpu_s"] for run in runs)
        peak_mb = max(run["peak_mb"] for run in runs)
        if tool == "stance":
            yardstick = {"cpu_s": cpu_s, "peak_mb": peak_mb}
        ratios = (
            f"{cpu_s / yardstick['cpu_s']:7.2f} {peak_mb / yardstick['peak_mb']:7.2f}"
            if yardstick
            else ""
        )
        rate = f"{n_rows / cpu_s:10,.0f}" if tool != "imports" else f"{'':10}"
        print(
            f"{name:24} {seconds:8.2f} {cpu_s:8.2f} {rate} {peak_mb:8.0f} {runs[0]['found']:8,.0f} {ratios}"
        )


def _measured(python: str, tool: str, cohort: Path) -> dict[str, float]:
    command = [python, __file__, "--measure", tool, str(cohort)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def measure(tool: str, folder: str) -> None:
    """Run one tool in this process; prints seconds, peak memory (MB) and bad cells found as JSON.

    Imports are not part of the time, but of the memory.
    """
    run = {
        "imports": _imports,
        "stance": _stance,
        "pandera": _pandera,
        "frictionless": _frictionless,
    }[tool](Path(folder))
    started, started_cpu = time.perf_counter(), time.process_time()
    found = run()
    seconds, cpu_s = time.perf_counter() - started, time.process_time() - started_cpu
    per_mb = 1024**2 if sys.platform == "darwin" else 1024
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_mb
    print(json.dumps({"seconds": seconds, "cpu_s": cpu_s, "peak_mb": peak_mb, "found": found}))


def _imports(_: Path) -> Callable[[], int]:
    import pipeline.intake.cohort  # noqa: F401

    return lambda: 0


def _stance(cohort: Path) -> Callable[[], int]:
    from pipeline.intake.cohort import read_cohort

    def run() -> int:
        read = read_cohort(cohort)
        held = read.findings[read.findings["table"] == "hold_times"]
        return sum(_n_cells(ranges) for ranges in held["cells"].dropna())

    return run


def _n_cells(ranges: str) -> int:
    n = 0
    for part in ranges.split():
        first, _, last = part.partition(":")
        start, end = (
            int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) for cell in (first, last or first)
        )
        n += end - start + 1
    return n


def _pandera(cohort: Path) -> Callable[[], int]:
    import pandas as pd
    import pandera.pandas as pa

    from schemas.balance_tables import HoldTimes

    whole = HoldTimes.to_schema()
    model = pa.DataFrameSchema(
        {name: whole.columns[name] for name in HEADINGS},
        unique=["participant_id", "leg", "condition", "trial"],
        strict=True,
        coerce=True,
    )

    def run() -> int:
        frame = pd.read_csv(cohort / "hold_times.csv", dtype={"participant_id": "str"})
        try:
            model.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            cells = errors.failure_cases[["column", "index"]].dropna().drop_duplicates()
            return len(cells)
        return 0

    return run


def _frictionless(cohort: Path) -> Callable[[], int]:
    from frictionless import Checklist, Resource, Schema

    schema = Schema.from_descriptor(
        {
            "fields": [
                {"name": "participant_id", "type": "string", "constraints": {"required": True}},
                {"name": "leg", "type": "string", "constraints": {"enum": ["left", "right"]}},
                {
                    "name": "condition",
                    "type": "string",
                    "constraints": {"enum": ["eyes_open", "eyes_closed"]},
                },
                {
                    "name": "trial",
                    "type": "integer",
                    "constraints": {"minimum": 1, "maximum": 100, "required": True},
                },
                {
                    "name": "hold_time_s",
                    "type": "number",
                    "constraints": {"minimum": 0, "maximum": 3600},
                },
                {"name": "ended_by", "type": "string"},
            ],
            "primaryKey": ["participant_id", "leg", "condition", "trial"],
        }
    )

    def run() -> int:
        resource_ = Resource(path="hold_times.csv", basepath=str(cohort), schema=schema)
        report = resource_.validate(Checklist(pick_errors=[]), limit_errors=10_000_000)
        cells = {
            (error.row_number, error.field_name)
            for error in report.tasks[0].errors
            if hasattr(error, "field_name")
        }
        return len(cells)

    return run


if __name__ == "__main__":
    main()
