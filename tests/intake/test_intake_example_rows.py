"""The example row of a template is never read, and a cohort without people has one finding."""

import csv
import datetime as dt
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from defects import Lab

from pipeline.cli import main as answer
from pipeline.intake.cohort import CohortIntake, read_cohort
from pipeline.intake.columns.example_rows import is_only_unstarted
from pipeline.intake.templates.example_values import example_row
from pipeline.intake.templates.template_settings import write_new_cohort
from pipeline.intake.templates.template_workbook import template_columns
from pipeline.workspace.errors import ExitCode
from pipeline.workspace.layout import WORKSPACE_VARIABLE
from schemas.tables import COHORT_TABLES

NAME = "lyon-2026"


@pytest.fixture
def new(tmp_path) -> Path:
    """The folder of a new cohort as `stance new` leaves it."""
    folder = tmp_path / NAME
    write_new_cohort(folder, NAME)
    return folder


def edit(folder: Path, change: Callable[[openpyxl.Workbook], None]) -> None:
    path = folder / f"{NAME}.xlsx"
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)


def add(book: openpyxl.Workbook, table: str, **values: object) -> None:
    """Write a row below what is there, by heading."""
    sheet = book[table]
    sheet.append([values.get(cell.value) for cell in sheet[1]])


def fill_participants(book: openpyxl.Workbook, n: int = 20) -> None:
    draw = random.Random(8)  # values of the fixture, nothing secret
    for i in range(n):
        case = i < n // 2
        add(
            book,
            "participants",
            participant_id=f"P{i + 1:02d}",
            group="LBP" if case else "control",
            age_years=draw.randint(22, 58),
            sex=draw.choice(("female", "male")),
            dominant_leg="right",
            painful_side="left" if case else "none",
            vas_mm=draw.randint(20, 60) if case else 0,
        )


def fill_legs(book: openpyxl.Workbook, n: int = 20) -> None:
    draw = random.Random(9)
    for i in range(n):
        for leg in ("left", "right"):
            whose = {"participant_id": f"P{i + 1:02d}", "leg": leg}
            held_s = round(draw.uniform(3, 29), 2)
            add(
                book,
                "hold_times",
                **whose,
                trial=1,
                condition="eyes_open",
                hold_time_s=held_s,
                ceiling_s=30,
                ended_by="hop",
            )
            add(book, "strength", **whose, trial=1, abd_strength_n_kg=round(draw.uniform(1, 2), 2))
            add(
                book,
                "activation",
                **whose,
                trial=1,
                gmed_pct_mvic=round(draw.uniform(12, 48), 1),
                onset_ms=draw.randint(-90, 60),
            )
            add(book, "clinical_test", **whose, rater="R1", session=1, sls_test="negative")
            add(book, "training_log", **whose, date=dt.datetime(2026, 2, 1), repetitions=8)


def fill_all(book: openpyxl.Workbook) -> None:
    fill_participants(book)
    fill_legs(book)


@pytest.fixture
def main(monkeypatch) -> Callable[[list[str]], int]:
    """The command; the workspace that it remembers for its own processes is forgotten afterwards."""
    monkeypatch.setenv(WORKSPACE_VARIABLE, "")
    return answer


def rules(read: CohortIntake) -> list[str]:
    return list(read.findings["rule_id"])


def words(read: CohortIntake) -> str:
    return read.findings[["rule_id", "sheet", "cell", "why"]].to_string()


def delete_examples(book: openpyxl.Workbook) -> None:
    for table in COHORT_TABLES:
        book[table].delete_rows(2)


def test_a_new_cohort_has_one_finding_nobody_is_there_yet(new):
    read = read_cohort(new)
    assert is_only_unstarted(rules(read)), words(read)
    assert read.stopped
    found = read.findings.iloc[0]
    assert (found["file"], found["sheet"]) == (f"{NAME}.xlsx", "participants")


def test_it_has_the_same_finding_without_the_examples(new):
    edit(new, delete_examples)
    assert is_only_unstarted(rules(read_cohort(new)))


def test_optional_tables_that_are_declared_but_empty_add_nothing(new):
    text = (new / "study.yaml").read_text("utf-8")
    (new / "study.yaml").write_text(text.replace("#strength: {file", "strength: {file"), "utf-8")
    assert is_only_unstarted(rules(read_cohort(new)))


def test_a_filled_template_has_a_note_on_its_examples_and_no_other_finding(new):
    edit(new, fill_all)
    read = read_cohort(new)
    assert rules(read) == ["EXAMPLE-01"], words(read)
    assert "A2 of participants, A2 of hold_times" in read.findings["why"].iloc[0]
    assert not read.stopped
    assert {name: len(table) for name, table in read.tables.items()} == {
        "participants": 20,
        "hold_times": 40,
        "strength": 40,
        "activation": 40,
        "clinical_test": 40,
        "training_log": 40,
    }


def test_a_filled_template_without_the_examples_has_no_finding(new):
    edit(new, delete_examples)
    edit(new, fill_all)
    read = read_cohort(new)
    assert read.findings.empty, words(read)


def test_the_example_is_nowhere_in_what_is_analysed_or_counted(new):
    edit(new, fill_all)
    read = read_cohort(new)
    for table in read.tables.values():
        assert not (table["participant_id"] == "EXAMPLE").any()
    assert read.flow["n_participants"].eq(10).all()
    assert read.findings["participant_id"].isna().all()


def test_people_without_hold_times_are_one_finding(new):
    edit(new, fill_participants)
    read = read_cohort(new)
    assert rules(read) == ["FILE-02"], words(read)
    assert read.findings["sheet"].iloc[0] == "hold_times"


def test_hold_times_without_people_are_one_finding(new):
    edit(new, fill_legs)
    read = read_cohort(new)
    assert rules(read) == ["FILE-02"], words(read)
    assert read.findings["sheet"].iloc[0] == "participants"


def test_the_sheet_of_an_optional_table_with_nothing_but_the_example_is_no_table(new):
    edit(new, fill_all)

    def empty_strength(book):
        book["strength"].delete_rows(3, 40)

    edit(new, empty_strength)
    read = read_cohort(new)
    assert rules(read) == ["EXAMPLE-01"], words(read)
    assert "strength" not in read.tables


def test_it_does_not_stand_in_the_way_of_a_file_of_the_same_table(new):
    edit(new, fill_participants)
    edit(new, lambda book: fill_legs(book))

    def empty_strength(book):
        book["strength"].delete_rows(3, 40)

    edit(new, empty_strength)
    (new / "strength.csv").write_text(
        "participant_id,leg,abd_strength_n_kg\nP01,left,1.5\n", "utf-8"
    )
    read = read_cohort(new)
    assert rules(read) == ["EXAMPLE-01"], words(read)
    assert len(read.tables["strength"]) == 1


@pytest.mark.parametrize("code", ["Example ", "example", "Example 1", "EXAMPLE_1", "EXAMPLE"])
def test_the_example_is_recognised_however_it_is_written(new, code):
    edit(new, fill_all)

    def rename(book):
        for table in ("participants", "hold_times"):
            book[table]["A2"] = code

    edit(new, rename)
    read = read_cohort(new)
    assert rules(read) == ["EXAMPLE-01"], words(read)
    assert len(read.tables["participants"]) == 20


@pytest.mark.parametrize("also", [(), ("hold_times",), ("hold_times", "training_log")])
def test_a_code_typed_over_an_untouched_example_is_nobody(new, also):
    edit(new, fill_all)

    def rename(book):
        for table in ("participants", *also):
            book[table]["A2"] = "P77"

    edit(new, rename)
    read = read_cohort(new)
    found = read.findings[read.findings["rule_id"] != "EXAMPLE-01"]
    assert list(found["rule_id"]) == ["EXAMPLE-03"] * (1 + len(also)), words(read)
    assert set(found["sheet"]) == {"participants", *also}
    assert len(read.tables["participants"]) == 20
    assert len(read.tables["hold_times"]) == 40


@pytest.mark.parametrize("code", ["EXAMPLES", "Examples 1", "P-EXAMPLE"])
def test_another_code_is_a_persons(code, tmp_path):
    lab = Lab()
    for table in ("participants", "hold_times", "strength", "activation", "clinical_test"):
        for row in lab.tables[table]:
            row[0] = code if row[0] == "P01" else row[0]
    read = read_cohort(lab.write(tmp_path, "csv"))
    assert read.findings.empty, words(read)
    assert code in set(read.tables["participants"]["participant_id"])


def test_the_example_is_recognised_under_a_heading_of_the_lab(tmp_path):
    lab = Lab()
    lab.study += "tables:\n  participants:\n    file: participants.csv\n"
    lab.study += "    columns: {participant_id: Code}\n"
    lab.tables["participants"][0][0] = "Code"
    lab.tables["participants"].insert(3, ["EXAMPLE", *["?"] * 15])
    read = read_cohort(lab.write(tmp_path, "csv"))
    assert rules(read) == ["EXAMPLE-01"], words(read)
    assert read.findings["cell"].iloc[0] == "A4"


def test_the_example_would_be_a_good_row_if_it_were_a_persons(tmp_path):
    """Nobody learns from an example that intake refuses."""
    lab = Lab()
    for name in ("participants", "hold_times", "strength", "activation", "clinical_test"):
        table = COHORT_TABLES[name]
        # A matched set of one would be reported, and rightly.
        example = example_row(table) | {"participant_id": "P77", "pair_id": None}
        columns = [rule.name for rule in template_columns(table)]
        old = lab.tables[name]
        new = [columns, [example.get(column) for column in columns]]
        new += [[dict(zip(old[0], row, strict=True)).get(c) for c in columns] for row in old[1:]]
        lab.tables[name] = new
    read = read_cohort(lab.write(tmp_path, "xlsx"))
    # The one thing to say about it is that a person has the values of the example.
    assert set(rules(read)) == {"EXAMPLE-03"}, words(read)


def test_every_column_of_an_example_row_is_one_of_the_template():
    for table in COHORT_TABLES.values():
        columns = {rule.name for rule in template_columns(table)}
        assert set(example_row(table)) <= columns
        assert set(table.key) <= set(example_row(table))


def as_csv_export(folder: Path, *, padding: int) -> None:
    """Write every sheet as an online spreadsheet exports it: all text, with empty rows and columns."""
    book = openpyxl.load_workbook(folder / f"{NAME}.xlsx")
    for name in COHORT_TABLES:
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as text:
            writer = csv.writer(text)
            for row in book[name].iter_rows(values_only=True):
                cells = ["" if v is None else str(v).removesuffix(" 00:00:00") for v in row]
                writer.writerow([*cells, *[""] * padding])
            writer.writerows([[""] * (book[name].max_column + padding)] * padding)
    (folder / f"{NAME}.xlsx").unlink()
    lines = (folder / "study.yaml").read_text("utf-8").splitlines()
    kept = [line for line in lines if f"{NAME}.xlsx" not in line and not line.startswith("tables:")]
    (folder / "study.yaml").write_text("\n".join(kept), "utf-8")


@pytest.mark.parametrize("padding", [0, 3])
def test_an_untouched_template_exported_as_csv_has_the_same_one_finding(new, padding):
    as_csv_export(new, padding=padding)
    read = read_cohort(new)
    assert is_only_unstarted(rules(read)), words(read)


@pytest.mark.parametrize("padding", [0, 3])
def test_a_filled_template_exported_as_csv_is_read_alike(new, padding):
    edit(new, fill_all)
    expected = read_cohort(new).tables
    (new / "recordings.csv").unlink(missing_ok=True)
    as_csv_export(new, padding=padding)
    (new / "recordings.csv").unlink()
    read = read_cohort(new)
    assert set(rules(read)) == {"EXAMPLE-01"}, words(read)
    for name, table in expected.items():
        assert read.tables[name].equals(table), name


@pytest.mark.parametrize("fill", [None, fill_all], ids=["untouched", "filled"])
def test_saving_the_template_in_libreoffice_changes_nothing(new, tmp_path, fill, outside_program):
    if fill is not None:
        edit(new, fill)
    before = read_cohort(new)
    out = tmp_path / "saved"
    subprocess.run(
        [
            outside_program("soffice"),
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(out),
            str(new / f"{NAME}.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    if not (out / f"{NAME}.xlsx").exists() and not os.environ.get("STANCE_REQUIRE_PROGRAMS"):
        pytest.skip("LibreOffice is here without Calc")
    shutil.move(out / f"{NAME}.xlsx", new / f"{NAME}.xlsx")
    after = read_cohort(new)
    assert rules(after) == rules(before), words(after)
    for name, table in before.tables.items():
        assert after.tables[name].equals(table), name


def test_check_says_of_a_new_cohort_that_nothing_is_wrong(main, tmp_path, capsys):
    workspace = ["--workspace", str(tmp_path)]
    assert main([*workspace, "new", NAME]) == ExitCode.OK
    capsys.readouterr()
    assert main([*workspace, "check", NAME]) == ExitCode.OK
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "Nothing is wrong so far; there are no participants yet."


def test_check_asks_to_mend_a_cohort_that_was_begun(main, tmp_path, capsys):
    workspace = ["--workspace", str(tmp_path)]
    main([*workspace, "new", NAME])
    edit(tmp_path / "data" / "cohorts" / NAME, fill_participants)
    assert main([*workspace, "check", NAME]) == ExitCode.DATA_PROBLEMS
    assert "Nothing is wrong" not in capsys.readouterr().out


def test_a_run_of_a_new_cohort_stops(main, tmp_path):
    workspace = ["--workspace", str(tmp_path)]
    main([*workspace, "new", NAME])
    assert main([*workspace, "run", NAME]) == ExitCode.DATA_PROBLEMS
