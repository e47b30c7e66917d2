"""Fuzzing of everything that intake reads: CSV, XLSX, .sav, .dta, study.yaml, plan.yaml, decisions.csv.

A valid cohort is broken by a few random changes of its bytes, cells, headings or settings; reading it has
to end with findings in plain words and valid tables, never with an error. A longer run, for a given number
of CPU minutes, ends with the number of cohorts, the rules that answered and every new way to fail:

`python tests/intake/fuzz_tables.py --cpu-minutes 10 [--seed 1] [--keep FOLDER]`
"""

import argparse
import io
import json
import shutil
import sys
import tempfile
import time
import traceback
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st

FORBIDDEN = ("Traceback", "dtype", "NoneType", "KeyError", "coerce", "regex")

NASTY_TEXTS = (
    *("", " ", "\t", "\n", "\r", "\x00", "\x0b", "\u200b", "\u202e", "\ufeff", "\ud7ff", "é", "Ã¼"),
    *("12,5", "1.234,5", "1,234.5", "1'234", "-3", "\u22123", "+7", "٣", "１２", "1e3", "1e400"),
    *("nan", "NaN", "inf", "-inf", "None", "NULL", "NA", "n/a", ".", "-", "-99", "999", "0x10"),
    *(">60", "60+", "≥ 60", "12 s", "0:12", "00:00:12", "45%", "12.3.2026", "2026-03-31", "31/3"),
    *("=1+1", "=HYPERLINK(1)", "+1+1", "@SUM(1)", "#DIV/0!", "'12", '"', '""', "a;b", "a,b", "a|b"),
    *(
        "left",
        "L",
        "rechts",
        "dominant",
        "non-dominant",
        "LBP",
        "control",
        "1",
        "0",
        "TRUE",
        "FALSE",
    ),
    *(
        "P01",
        "p01 ",
        "EXAMPLE",
        "../../etc/passwd",
        "<script>",
        "{{7*7}}",
        "{0}",
        "%s",
        "\\",
        "\\n",
    ),
    *("9" * 400, "x" * 40_000, "1." + "0" * 300, "0" * 50 + "1", "participant_id", "group", "leg"),
)
NASTY_NATIVE = (None, True, False, -1, 0, 10**30, 1e308, 5e-324, 0.1 + 0.2, 46_000, -0.0)
NASTY_YAML = (
    *(
        "tables: {hold_times: {file: hold_times.csv}}\n",
        "decimal: ','\n",
        "missing_codes: ['NA', '1']\n",
    ),
    *(
        "tables: {participants: participants.csv, hold_times: [participants.csv, hold_times.csv]}\n",
    ),
    *(
        "leg_coding: dominance\n",
        "leg_coding: {strength: dominance}\n",
        "formulas: take stored values\n",
    ),
    *("limits: {table_mb: 0.001}\n", "limits: {unpacked_mb: 0.01}\n", "tasks: {x: {label: X}}\n"),
    *("matching: {}\n", "instruments: {odi: {missing_items_allowed: 2}}\n", "simulated: yes\n"),
    *(
        "tables: {hold_times: {file: hold_times.csv, units: {hold_time_s: ms}}}\n",
        "? [a]\n: b\n",
        "&a *a\n",
    ),
    *(
        "tables: {strength: {file: strength.csv, wide: {trial: {to: abd_strength_n_kg, leg: left}}}}\n",
    ),
    *(
        "tables: {strength: {file: strength.csv, distinct: true, rows: {leg: [left]}}}\n",
        "{{{\n",
        "- 1\n",
    ),
    *(
        "tables: {hold_times: {file: hold_times.csv, codes: {hold_time_s: {30: {ended_by: ceiling}}}}}\n",
    ),
    *(
        "tables: {hold_times: {file: hold_times.csv, constants: {condition: eyes_closed}}}\n",
        "title: 0x1F\n",
    ),
)
DECISIONS = "finding_id,decision,reason,initials,date\n0123456789,keep,seen,AB,2026-03-31\n,accept,,,\nx,y,z,w,v\n"
TABLES = ("participants", "hold_times", "strength", "activation", "clinical_test")

Change = Callable[["Broken"], None]


class Broken:
    """A cohort while it is broken: the lab before it is written, changes of bytes for afterwards."""

    def __init__(self) -> None:
        from defects.lab import Lab

        self.lab = Lab()
        self.after: list[Callable[[Path], None]] = []

    def write(self, folder: Path, form: str) -> Path:
        """Write the cohort and change its bytes; a workbook that cannot be written is left out."""
        self.lab.write(folder, form)
        for change in self.after:
            change(folder)
        return folder


positions = st.integers(0, 10_000)
chunks = st.one_of(
    st.binary(max_size=8),
    st.sampled_from([text.encode("utf-8", "replace") for text in NASTY_TEXTS]),
    st.sampled_from(
        [b"\r\n", b"\n", b",", b";", b"\t", b'"', b"\xff\xfe", b"\xef\xbb\xbf", b"\x00"]
    ),
)


@st.composite
def byte_changes(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Insert, overwrite, cut out, repeat or cut off."""
    kind = draw(
        st.sampled_from(("insert", "overwrite", "cut", "repeat", "truncate", "flip", "encode"))
    )
    at, length, chunk = draw(positions), draw(st.integers(1, 200)), draw(chunks)
    encoding = draw(st.sampled_from(("utf-16", "latin-1", "utf-8-sig", "utf-32", "cp037")))

    def change(data: bytes) -> bytes:
        place = at % (len(data) + 1)
        if kind == "insert":
            return data[:place] + chunk + data[place:]
        if kind == "overwrite":
            return data[:place] + chunk + data[place + len(chunk) :]
        if kind == "cut":
            return data[:place] + data[place + length :]
        if kind == "repeat":
            return data[:place] + data[place : place + length] * 2 + data[place + length :]
        if kind == "truncate":
            return data[:place]
        if kind == "encode":
            return data.decode("utf-8", "replace").encode(encoding, "replace")
        return (
            data[:place]
            + bytes(b ^ (1 << (at % 8)) for b in data[place : place + 1])
            + data[place + 1 :]
        )

    return change


@st.composite
def cell_changes(draw: st.DrawFn) -> Change:
    """Type something into one cell, a whole column or a heading."""
    table, row, column = draw(st.sampled_from(TABLES)), draw(positions), draw(positions)
    extent = draw(st.sampled_from(("cell", "cell", "column", "heading")))
    texts = st.one_of(st.sampled_from(NASTY_TEXTS), st.text(max_size=12))
    value = draw(st.one_of(texts, st.sampled_from(NASTY_NATIVE)))

    def change(broken: Broken) -> None:
        rows = broken.lab.tables.get(table) or [[]]
        if not rows[0]:
            return
        place = column % len(rows[0])
        wanted = range(1, len(rows)) if extent == "column" else [1 + row % max(1, len(rows) - 1)]
        for number in [0] if extent == "heading" else wanted:
            if number < len(rows) and place < len(rows[number]):
                rows[number][place] = value

    return change


@st.composite
def shape_changes(draw: st.DrawFn) -> Change:
    """Take out, repeat, shorten or swap rows and columns, or take out a table."""
    table, at, other = draw(st.sampled_from(TABLES)), draw(positions), draw(positions)
    kinds = ("row out", "row twice", "row short", "row long", "column out", "column twice", "swap")
    kind = draw(st.sampled_from((*kinds, "table out", "headings only", "title row", "empty row")))

    def change(broken: Broken) -> None:
        rows = broken.lab.tables.get(table)
        if not rows or not rows[0]:
            return
        row, column = at % len(rows), at % len(rows[0])
        if kind == "row out":
            rows.pop(row)
        elif kind == "row twice":
            rows.insert(other % len(rows), list(rows[row]))
        elif kind == "row short":
            rows[row] = rows[row][:column]
        elif kind == "row long":
            rows[row] = [*rows[row], "more"]
        elif kind in ("column out", "column twice"):
            again = 0 if kind == "column out" else 2
            for number, cells in enumerate(rows):
                rows[number] = (
                    cells[:column] + cells[column : column + 1] * again + cells[column + 1 :]
                )
        elif kind == "swap":
            for cells in rows:
                first, second = column % max(1, len(cells)), other % max(1, len(cells))
                if cells:
                    cells[first], cells[second] = cells[second], cells[first]
        elif kind == "table out":
            del broken.lab.tables[table]
        elif kind == "headings only":
            del rows[1:]
        else:
            rows.insert(
                0 if kind == "title row" else row, ["Cohort A"] if kind == "title row" else []
            )

    return change


@st.composite
def file_changes(draw: st.DrawFn) -> Change:
    """Change the bytes of a written file; of a member where the file is a workbook."""
    at, member, change_bytes = draw(positions), draw(positions), draw(byte_changes())
    inside = draw(st.booleans())

    def change_file(folder: Path) -> None:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        if not files:
            return
        path = files[at % len(files)]
        if path.suffix == ".xlsx" and inside and zipfile.is_zipfile(path):
            try:
                path.write_bytes(_with_member_changed(path.read_bytes(), member, change_bytes))
            except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, OSError):
                return  # an earlier change has broken the archive already
        else:
            path.write_bytes(change_bytes(path.read_bytes()))

    return lambda broken: broken.after.append(change_file)


@st.composite
def settings_changes(draw: st.DrawFn) -> Change:
    """More or other settings, a plan, decisions, or a table as SPSS or Stata file."""
    kind = draw(st.sampled_from(("study", "study bytes", "plan", "decisions", "statistics file")))
    text = draw(st.sampled_from(NASTY_YAML))
    change_bytes, suffix = draw(byte_changes()), draw(st.sampled_from((".sav", ".dta")))

    def change(broken: Broken) -> None:
        lab = broken.lab
        if kind == "study":
            lab.study += text
        elif kind == "study bytes":
            lab.study = change_bytes(lab.study.encode("utf-8", "replace")).decode(
                "utf-8", "replace"
            )
        elif kind == "plan":
            lab.files["plan.yaml"] = change_bytes(b"covariates: [age_years, sex]\nci_level: 0.9\n")
        elif kind == "decisions":
            lab.files["decisions.csv"] = change_bytes(DECISIONS.encode())
        elif "strength" in lab.tables:
            _as_statistics_file(broken, "strength", suffix, change_bytes)

    return change


changes = st.lists(
    st.one_of(cell_changes(), cell_changes(), shape_changes(), file_changes(), settings_changes()),
    min_size=1,
    max_size=5,
)


def _with_member_changed(data: bytes, number: int, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = old.namelist()
        for place, name in enumerate(names):
            content = old.read(name)
            new.writestr(name, change(content) if place == number % len(names) else content)
    return out.getvalue()


def _as_statistics_file(
    broken: Broken, table: str, suffix: str, change: Callable[[bytes], bytes]
) -> None:
    """Write a table as .sav or .dta instead, where the writer of these files is installed."""
    try:
        import pandas as pd
        import pyreadstat
    except ImportError:
        return
    rows = broken.lab.tables.pop(table)

    def write(folder: Path) -> None:
        heads = [f"{str(h)[:20].encode('ascii', 'ignore').decode() or 'v'}" for h in rows[0]]
        names = [f"{h}{i}" if heads.count(h) > 1 else h for i, h in enumerate(heads)]
        cells = [
            [None if v is None else str(v)[:200] for v in (row + [None] * 99)[: len(names)]]
            for row in rows[1:]
        ]
        frame = pd.DataFrame(cells, columns=names, dtype="str")
        path = folder / f"{table}{suffix}"
        try:
            (pyreadstat.write_sav if suffix == ".sav" else pyreadstat.write_dta)(frame, str(path))
        except (pyreadstat.PyreadstatError, pyreadstat.ReadstatError, ValueError, UnicodeError):
            return
        path.write_bytes(change(path.read_bytes()))

    broken.after.append(write)


def check_cohort(wanted: list[Change], form: str, folder: Path) -> Counter[str]:
    """Break a cohort, read it, and hold the promises of intake; answers how often each rule answered.

    A change that the workbook writer itself refuses (control characters) is no input: nothing is counted.
    """
    from openpyxl.utils.exceptions import IllegalCharacterError

    from pipeline.intake.cohort import read_cohort

    broken = Broken()
    for change in wanted:
        change(broken)
    try:
        broken.write(folder, form)
    except (IllegalCharacterError, UnicodeEncodeError, IndexError, AttributeError, OverflowError):
        return Counter()
    result = read_cohort(folder)
    told = " ".join(result.findings["why"]) + " ".join(result.findings["fix"])
    wrong = [word for word in FORBIDDEN if word in told and word not in " ".join(NASTY_TEXTS)]
    assert not wrong, f"forbidden words {wrong}"
    assert result.stopped == (not result.tables), "a cohort is stopped exactly if it has no tables"
    assert result.findings["finding_id"].is_unique, "two findings share an id"
    return Counter(result.findings["rule_id"])


def run(cpu_minutes: float, first_seed: int, keep: Path | None) -> int:
    """Fuzz for some CPU minutes; prints a summary as JSON and answers the number of ways to fail."""
    sys.path.insert(0, str(Path(__file__).parent))
    end_s = time.process_time() + 60 * cpu_minutes
    rules: Counter[str] = Counter()
    failures: dict[str, dict[str, object]] = {}
    n_cohorts, number = 0, first_seed
    scratch = Path(tempfile.mkdtemp(prefix="fuzz-"))
    while time.process_time() < end_s:

        @hypothesis_seed(number)
        @settings(
            max_examples=100,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(changes, st.sampled_from(("csv", "xlsx")))
        def once(wanted: list[Change], form: str) -> None:
            nonlocal n_cohorts
            if time.process_time() >= end_s:
                return
            folder = scratch / "cohort"
            shutil.rmtree(folder, ignore_errors=True)
            n_cohorts += 1
            try:
                rules.update(check_cohort(wanted, form, folder))
            except Exception as problem:  # every way to fail is what we look for
                name = _signature(problem)
                entry = failures.setdefault(name, {"times": 0, "first": repr(problem)[:300]})
                entry["times"] = int(str(entry["times"])) + 1
                if keep is not None and entry["times"] == 1:
                    place = keep / f"failure-{len(failures)}"
                    shutil.rmtree(place, ignore_errors=True)
                    shutil.copytree(folder, place)
                    (place / "FAILURE.txt").write_text(traceback.format_exc(), encoding="utf-8")

        once()
        number += 1
    shutil.rmtree(scratch, ignore_errors=True)
    summary = {"cohorts": n_cohorts, "rules": dict(rules.most_common()), "failures": failures}
    sys.stdout.write(json.dumps(summary, indent=1, default=str) + "\n")
    return len(failures)


def _signature(problem: BaseException) -> str:
    frames = [f for f in traceback.extract_tb(problem.__traceback__) if "/pipeline/" in f.filename]
    place = f"{Path(frames[-1].filename).name}:{frames[-1].name}" if frames else "promise"
    return f"{type(problem).__name__} in {place}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fuzz the readers of intake.")
    parser.add_argument("--cpu-minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    sys.exit(1 if run(arguments.cpu_minutes, arguments.seed, arguments.keep) else 0)
