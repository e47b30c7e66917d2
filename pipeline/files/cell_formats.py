"""Styles of a workbook: whether a number is shown as a date or a percentage, and how a cell looks."""

import zipfile
from dataclasses import dataclass, field
from typing import Final, Literal

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

from pipeline.files.workbook import Package, local_name, member_called, walk_member

Shown = Literal["number", "date", "duration", "percent"]

_PLAIN_FILLS: Final = {"", "rgb=FFFFFFFF", "rgb=00FFFFFF", "theme=0", "indexed=9", "indexed=64"}
_PLAIN_FONTS: Final = {"", "rgb=FF000000", "rgb=00000000", "theme=1", "indexed=8", "auto=1"}
_SECTIONS: Final = {"numFmts", "fonts", "fills", "cellXfs"}


@dataclass(frozen=True)
class CellFormat:
    """What a style number means.

    shown: what Excel makes of a number. zeros: digits of a format such as 000, else 0. look: 0 for a
    plain cell; equal numbers mean the same fill, font colour and strike-through.
    """

    shown: Shown = "number"
    zeros: int = 0
    look: int = 0


@dataclass
class _Styles:
    codes: dict[int, str] = field(default_factory=dict)
    fonts: list[str] = field(default_factory=list)
    fills: list[str] = field(default_factory=list)
    cells: list[tuple[int, int, int]] = field(default_factory=list)


def cell_formats(package: Package) -> tuple[CellFormat, ...]:
    """The formats of a workbook by style number; () where it has none.

    Raises what damaged workbooks raise (workbook.BROKEN_WORKBOOK).
    """
    styles = _Styles()
    section = ""
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal section, depth
        name = local_name(tag)
        depth += 1
        if depth == 2:
            section = name if name in _SECTIONS else ""
        elif depth == 3 and section:
            _begin(styles, section, attributes)
        elif section:
            _look_closer(styles, section, name, attributes)

    def end(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    with zipfile.ZipFile(package.path) as archive:
        member = member_called(archive, "xl/styles.xml")
        if member is None:
            return ()
        walk_member(archive, member, start, end)
    looks = {("", ""): 0}
    formats: list[CellFormat] = []
    for code_id, font, fill in styles.cells:
        look = looks.setdefault((_at(styles.fonts, font), _at(styles.fills, fill)), len(looks))
        shown, zeros = _shown(styles.codes.get(code_id) or BUILTIN_FORMATS.get(code_id, "General"))
        formats.append(CellFormat(shown, zeros, look))
    return tuple(formats)


def _begin(styles: _Styles, section: str, attributes: dict[str, str]) -> None:
    if section == "numFmts":
        styles.codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "General")
    elif section == "fonts":
        styles.fonts.append("")
    elif section == "fills":
        styles.fills.append("")
    else:
        ids = (int(attributes.get(key, 0)) for key in ("numFmtId", "fontId", "fillId"))
        styles.cells.append(tuple(ids))  # type: ignore[arg-type]  # three of them


def _look_closer(styles: _Styles, section: str, name: str, attributes: dict[str, str]) -> None:
    if section == "fonts" and name == "strike" and attributes.get("val", "1") not in ("0", "false"):
        styles.fonts[-1] += "struck through"
    elif section == "fonts" and name == "color":
        colour = _colour(attributes)
        styles.fonts[-1] += "" if colour in _PLAIN_FONTS else colour
    elif section == "fills" and name == "patternFill":
        pattern = attributes.get("patternType", "none")
        styles.fills[-1] = "" if pattern in ("none", "gray125") else pattern
    elif section == "fills" and name == "fgColor" and styles.fills[-1]:
        colour = _colour(attributes)
        is_white = styles.fills[-1] == "solid" and colour in _PLAIN_FILLS
        styles.fills[-1] = "" if is_white else f"{styles.fills[-1]} {colour}"


def _colour(attributes: dict[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in sorted(attributes.items()))


def _at(looks: list[str], place: int) -> str:
    return looks[place] if 0 <= place < len(looks) else ""


def _shown(code: str) -> tuple[Shown, int]:
    if code.strip().casefold() in ("general", "standard", "@", ""):
        return "number", 0
    if set(code) == {"0"}:
        return "number", len(code)  # a code typed as 1 and shown as 001
    if "%" in code:
        return "percent", 0
    if is_timedelta_format(code):
        return "duration", 0
    return ("date", 0) if is_date_format(code) else ("number", 0)
