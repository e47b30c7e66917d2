"""Defects that the rules of schemas.rules.file_rules have to find."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from defects.defect import CSV, XLSX, Defect, Planted
from defects.lab import WORKBOOK, Lab, csv_bytes
from defects.workbook_xml import add_member, make_formula

REQUIRED = ("participants", "hold_times")
OPTIONAL = ("strength", "activation", "clinical_test")
TABLES = (*REQUIRED, *OPTIONAL)

_HTML = b"<html><body><table><tr><td>participant_id</td></tr></table></body></html>"
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
_LOCKED = _OLD + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600
_COPIES = ("{} (1)", "Kopie von {}", "Copy of {}", "{} - Kopie", "{} (conflicted copy 2026-01-05)")


def _missing(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(REQUIRED)
    rows = lab.tables.pop(table)
    if draw.random() < 0.5:
        lab.files[f"{table} ({draw.randint(1, 9)}).csv"] = csv_bytes(rows)
    return Planted("", "", file=f"{table}.csv")


def _file_named_in_study_missing(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(OPTIONAL)
    del lab.tables[table]
    lab.study += f"tables:\n  {table}: data/{table}_2024.csv\n"
    return Planted("", "", file=f"data/{table}_2024.csv")


def _headings_only(lab: Lab, draw: random.Random) -> Planted:
    lab.tables["hold_times"] = lab.tables["hold_times"][:1]
    return Planted("hold_times", "")


def _headings_only_in_a_file(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(OPTIONAL)
    lab.tables[table] = lab.tables[table][:1]
    return Planted(table, "")


def _instead(lab: Lab, draw: random.Random, suffix: str, content: bytes) -> Planted:
    """A table whose file holds something else."""
    table = draw.choice(TABLES)
    del lab.tables[table]
    lab.files[f"{table}{suffix}"] = content
    return Planted("", "", file=f"{table}{suffix}")


def _renamed_text(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    lab.files[f"{table}.xlsx"] = csv_bytes(lab.tables.pop(table))
    return Planted("", "", file=f"{table}.xlsx")


def _web_page(lab: Lab, draw: random.Random) -> Planted:
    return _instead(lab, draw, draw.choice((".xls", ".xlsx")), _HTML)


def _old_workbook(lab: Lab, draw: random.Random) -> Planted:
    return _instead(lab, draw, draw.choice((".xls", ".xlsx")), _OLD)


def _password(lab: Lab, draw: random.Random) -> Planted:
    return _instead(lab, draw, ".xlsx", _LOCKED)


def _not_downloaded(lab: Lab, draw: random.Random) -> Planted:
    return _instead(lab, draw, ".xlsx", bytes(draw.randint(1, 9000)))


def _no_content(lab: Lab, draw: random.Random) -> Planted:
    return _instead(lab, draw, draw.choice((".csv", ".xlsx")), b"")


def _truncated(lab: Lab, draw: random.Random) -> Planted:
    part = draw.uniform(0.1, 0.95)

    def cut(folder: Path) -> None:
        whole = (folder / WORKBOOK).read_bytes()
        (folder / WORKBOOK).write_bytes(whole[: int(part * len(whole))])

    lab.after.append(cut)
    return Planted("", "", file=WORKBOOK)


def _bomb(lab: Lab, draw: random.Random) -> Planted:
    content = b" " * draw.randint(25_000_000, 40_000_000)
    lab.after.append(lambda folder: add_member(folder / WORKBOOK, "xl/media/image1.xml", content))
    return Planted("", "", file=WORKBOOK)


def _too_large(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    lab.files[f"{table}.csv"] = csv_bytes(lab.tables.pop(table)) + b"\r\n" * 60_000
    lab.study += "limits:\n  table_mb: 0.1\n"
    return Planted("", "", file=f"{table}.csv")


def _link(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    content = csv_bytes(lab.tables.pop(table))

    def put(folder: Path) -> None:
        (folder / "elsewhere").mkdir()
        (folder / "elsewhere" / "table.csv").write_bytes(content)
        (folder / f"{table}.csv").symlink_to(Path("elsewhere") / "table.csv")

    lab.after.append(put)
    return Planted("", "", file=f"{table}.csv")


def _pipe(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    del lab.tables[table]
    lab.after.append(lambda folder: os.mkfifo(folder / f"{table}.csv"))
    return Planted("", "", file=f"{table}.csv")


def _titles(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    titles = ["Balance study", "Version of 3 May", "measured by two testers"][: draw.randint(1, 3)]
    lab.tables[table][:0] = [[title] for title in titles]
    return Planted(table, f"row {len(titles) + 1}")


def _stray_cell(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    last = len(lab.tables[table])
    row = draw.choice((1_048_576, draw.randint(last + 1100, 1_048_576)))

    def mark(book: openpyxl.Workbook) -> None:
        book[table].cell(row, draw.randint(1, 30)).value = " "

    lab.decorate.append(mark)
    return Planted(table, f"row {last}")


def _two_files(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    lab.files[f"{table.upper()}.TSV"] = csv_bytes(lab.tables[table], "\t")
    first = f"{table.upper()}.TSV"
    return Planted("", "", file=first)


def _second_sheet(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    rows = lab.tables[table]

    def add(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet(draw.choice(("new version", "Tabelle1", f"{table} 2024")))
        for row in rows:
            sheet.append(row)

    lab.decorate.append(add)
    return Planted(table, "")


def _copy(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    name = draw.choice(_COPIES).format(table) + ".csv"
    lab.files[name] = csv_bytes(lab.tables[table][: draw.randint(2, 7)])
    return Planted("", "", file=name)


def _copied_workbook(lab: Lab, draw: random.Random) -> Planted:
    name = draw.choice(_COPIES).format("cohort") + ".xlsx"
    lab.after.append(
        lambda folder: (folder / name).write_bytes((folder / WORKBOOK).read_bytes()) and None
    )
    return Planted("", "", file=name)


def _lock_or_litter(lab: Lab, draw: random.Random) -> Planted:
    names = ("~$cohort.xlsx", ".~lock.hold_times.csv#", ".DS_Store", "Thumbs.db", "desktop.ini")
    name = draw.choice(names)
    lab.files[name] = b"\x00\x01"
    return Planted("", "", file=name)


def _further_sheet(lab: Lab, draw: random.Random) -> Planted:
    def add(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet("log book", draw.choice((0, None)))
        for row in (["day", "what"], ["3 May", "new stopwatch"], ["5 May", "room changed"]):
            sheet.append(row)

    lab.decorate.append(add)
    return Planted("", "", file=WORKBOOK, sheet="log book")


def _cell_too_many(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    row = lab.any_row(table, draw)
    place = draw.randrange(1, len(lab.tables[table][0]))
    lab.tables[table][row - 1].insert(place, "5")
    return Planted(table, f"row {row}")


def _cell_too_few(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    row = lab.any_row(table, draw)
    del lab.tables[table][row - 1][-1]
    return Planted(table, f"row {row}")


def _merged(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    column = draw.choice("ABC")
    first = draw.choice(lab.rows(table)[:-1])
    last = draw.randint(first + 1, lab.rows(table)[-1])
    name = f"{column}{first}:{column}{last}"
    lab.decorate.append(lambda book: book[table].merge_cells(name))
    return Planted(table, name)


def _hidden_row(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    row = lab.any_row(table, draw)

    def hide(book: openpyxl.Workbook) -> None:
        book[table].row_dimensions[row].hidden = True

    lab.decorate.append(hide)
    return Planted(table, f"row {row}")


def _filtered_rows(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    first, last = sorted(draw.sample(lab.rows(table), 2))

    def hide(book: openpyxl.Workbook) -> None:
        book[table].auto_filter.ref = book[table].dimensions
        for row in (first, last):
            book[table].row_dimensions[row].hidden = True

    lab.decorate.append(hide)
    return Planted(table, f"rows {first} to {last} (2 rows)")


def _hidden_column(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    heading = draw.choice(lab.tables[table][0])
    cell = lab.cell(table, heading, 1)

    def hide(book: openpyxl.Workbook) -> None:
        book[table].column_dimensions[cell.rstrip("1")].hidden = True

    lab.decorate.append(hide)
    return Planted(table, cell)


def _hidden_sheet(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)

    def hide(book: openpyxl.Workbook) -> None:
        book[table].sheet_state = draw.choice(("hidden", "veryHidden"))

    lab.decorate.append(hide)
    return Planted(table, "")


def _at_a_cell(change: Callable[[openpyxl.cell.Cell], None]) -> Callable[..., Planted]:
    def plant(lab: Lab, draw: random.Random) -> Planted:
        table = draw.choice(TABLES)
        cell = lab.cell(table, lab.tables[table][0][0], lab.any_row(table, draw))
        lab.decorate.append(lambda book: change(book[table][cell]))
        return Planted(table, cell)

    return plant


def _red(cell: openpyxl.cell.Cell) -> None:
    cell.fill = PatternFill("solid", fgColor="FFFF0000")


def _struck(cell: openpyxl.cell.Cell) -> None:
    cell.font = Font(strike=True)


def _commented(cell: openpyxl.cell.Cell) -> None:
    cell.comment = Comment("left out", "a tester")


def _stored_formula(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row("hold_times", draw)
    cell = lab.cell("hold_times", "hold_time_s", row)
    value = lab.get("hold_times", "hold_time_s", row)
    lab.study += "formulas: take stored values\n"
    number = list(lab.tables).index("hold_times") + 1
    lab.after.append(
        lambda folder: make_formula(folder / WORKBOOK, number, cell, f"{value}*1", str(value))
    )
    return Planted("hold_times", cell)


ONLY_CSV = (CSV,)
ONLY_XLSX = (XLSX,)

FILE_DEFECTS: tuple[Defect, ...] = (
    Defect("FILE-01", "a required table missing", _missing),
    Defect("FILE-01", "a file that study.yaml names missing", _file_named_in_study_missing),
    Defect("FILE-02", "headings only", _headings_only),
    Defect("FILE-02", "headings only in a file", _headings_only_in_a_file, ONLY_CSV),
    Defect("FILE-03", "a text file called xlsx", _renamed_text),
    Defect("FILE-03", "a web page called xls", _web_page),
    Defect("FILE-03", "an old workbook", _old_workbook),
    Defect("FILE-03", "a password", _password),
    Defect("FILE-03", "nothing but zeros", _not_downloaded),
    Defect("FILE-03", "no content", _no_content),
    Defect("FILE-03", "cut off", _truncated, ONLY_XLSX),
    Defect("FILE-03", "a zip bomb", _bomb, ONLY_XLSX),
    Defect("FILE-03", "too large", _too_large),
    Defect("FILE-03", "a link", _link),
    Defect("FILE-03", "a pipe", _pipe),
    Defect("FILE-04", "titles above the headings", _titles),
    Defect("FILE-04", "a stray cell far below", _stray_cell, ONLY_XLSX),
    Defect("FILE-05", "two files", _two_files, ONLY_CSV),
    Defect("FILE-05", "a second sheet with the headings", _second_sheet, ONLY_XLSX),
    Defect("FILE-07", "a copy", _copy, ONLY_CSV),
    Defect("FILE-07", "a copied workbook", _copied_workbook, ONLY_XLSX),
    Defect("FILE-07", "a lock or litter", _lock_or_litter),
    Defect("FILE-07", "a further sheet", _further_sheet, ONLY_XLSX),
    Defect("ROW-01", "a cell too many", _cell_too_many, ONLY_CSV),
    Defect("ROW-01", "a cell too few", _cell_too_few, ONLY_CSV),
    Defect("SHEET-01", "merged cells", _merged, ONLY_XLSX),
    Defect("SHEET-02", "a hidden row", _hidden_row, ONLY_XLSX),
    Defect("SHEET-02", "a filter", _filtered_rows, ONLY_XLSX),
    Defect("SHEET-02", "a hidden column", _hidden_column, ONLY_XLSX),
    Defect("SHEET-02", "a hidden sheet", _hidden_sheet, ONLY_XLSX),
    Defect("SHEET-03", "a red cell", _at_a_cell(_red), ONLY_XLSX),
    Defect("SHEET-03", "a struck cell", _at_a_cell(_struck), ONLY_XLSX),
    Defect("SHEET-03", "a comment", _at_a_cell(_commented), ONLY_XLSX),
    Defect("SHEET-04", "a formula with a stored value", _stored_formula, ONLY_XLSX),
)
