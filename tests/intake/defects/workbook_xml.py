"""Edits of a saved workbook that openpyxl cannot make: the XML inside is changed as text."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

SHEETS = "xl/worksheets/sheet{}.xml"


def edit_members(path: Path, edit: Callable[[str, bytes], bytes | None]) -> None:
    """Write a workbook again, each member as `edit` returns it; None leaves a member out."""
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            changed = edit(name, content)
            if changed is not None:
                archive.writestr(name, changed)


def add_member(path: Path, name: str, content: bytes) -> None:
    """Put one more member into a workbook."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)


def make_formula(path: Path, sheet_number: int, cell: str, formula: str, stored: str) -> None:
    """Make a cell a formula with a stored value, as Excel saves it."""
    pattern = re.compile(rf'<c r="{cell}"[^>]*?(/>|>.*?</c>)'.encode())
    new = f'<c r="{cell}"><f>{formula}</f><v>{stored}</v></c>'.encode()

    def edit(name: str, content: bytes) -> bytes:
        if name != SHEETS.format(sheet_number):
            return content
        assert pattern.search(content), cell
        return pattern.sub(new, content, count=1)

    edit_members(path, edit)
