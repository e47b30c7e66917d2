"""The package of a workbook: safe unpacking, its sheets, shared texts and the looks of its cells."""

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from xml.parsers.expat import ExpatError

from pipeline.intake.findings.messages import FileProblemError, file_problem
from pipeline.intake.formats.file_kinds import DAMAGED, WORKBOOK, kind_of, refusal
from pipeline.intake.formats.xlsx_styles import CellFormat, read_formats
from pipeline.intake.formats.xml_stream import StartHandler, local_name, walk_xml
from schemas.study import Limits

MOST_MEMBERS: Final = 10_000
MOST_RATIO: Final = 100
RATIO_COUNTS_FROM_MB: Final = 20
"""Below this size unpacked, any ratio is harmless: a small sheet full of one value packs very well."""

BROKEN_WORKBOOK: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ExpatError,
    EOFError,
    OSError,
    LookupError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)
"""What files raise that are cut off, encrypted, or hold XML that no spreadsheet program writes."""

_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class SheetPart:
    """One sheet: its name, the member that holds its cells, and whether it is hidden."""

    name: str
    member: str
    is_hidden: bool


@dataclass(frozen=True)
class Package:
    """An opened workbook.

    file: name for messages. formats: what the style number of a cell means. strings: texts that cells
    refer to by number. since_1904: whether dates count from 1904.
    """

    file: str
    path: Path
    sheets: tuple[SheetPart, ...]
    formats: tuple[CellFormat, ...]
    strings: tuple[str, ...]
    since_1904: bool

    def sheet(self, name: str) -> SheetPart:
        """The sheet of this name."""
        return next(sheet for sheet in self.sheets if sheet.name == name)


def open_package(file: str, path: Path, limits: Limits) -> Package:
    """Open a workbook without reading its sheets. Raises FileProblemError in plain words."""
    with damage_in_words(file):
        kind = kind_of(path)
        if kind is not WORKBOOK:
            raise refusal(file, kind)
        with zipfile.ZipFile(path) as archive:
            _refuse_what_unpacks_too_large(file, path, archive, limits)
            sheets, since_1904 = _sheets(archive)
            members = {name.casefold(): name for name in archive.namelist()}
            styles = members.get("xl/styles.xml")
            strings = members.get("xl/sharedstrings.xml")
            return Package(
                file,
                path,
                sheets,
                read_formats(partial(_walk, archive, styles)) if styles else (),
                _strings(partial(_walk, archive, strings)) if strings else (),
                since_1904,
            )


@contextmanager
def damage_in_words(file: str) -> Iterator[None]:
    """Turn everything that a damaged workbook can raise into one sentence for people."""
    try:
        yield
    except FileProblemError:
        raise
    except BROKEN_WORKBOOK:
        raise refusal(file, DAMAGED) from None


def related(archive: zipfile.ZipFile, member: str) -> dict[str, tuple[str, str]]:
    """Relationships of a member: id -> (last word of the kind, member that it leads to)."""
    folder, name = posixpath.split(member)
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local_name(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = attributes.get("Target", "").replace("\\", "/")
            place = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
            found[attributes.get("Id", "")] = (kind, place)

    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations in archive.namelist():
        _walk(archive, relations, start)
    return found


def unescaped(text: str) -> str:
    """A text of a workbook with its escaped characters (_x000D_) as they are meant."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _walk(
    archive: zipfile.ZipFile,
    member: str,
    start: StartHandler,
    end: Callable[[str], None] = lambda _tag: None,
    text: Callable[[str], None] = lambda _text: None,
) -> None:
    with archive.open(member) as stream:
        walk_xml(stream, start, end, text)  # type: ignore[arg-type]  # zipfile's stream reads bytes


def _refuse_what_unpacks_too_large(
    file: str, path: Path, archive: zipfile.ZipFile, limits: Limits
) -> None:
    # zipfile never hands out more of a member than the size that is looked at here.
    members = archive.infolist()
    unpacked_mb = sum(member.file_size for member in members) / 1e6
    if len(members) > MOST_MEMBERS or any(
        member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members
    ):
        raise refusal(file, DAMAGED)
    suggestion = "Copy the table into a new workbook, or save it as CSV UTF-8."
    if unpacked_mb > limits.unpacked_mb:
        raise file_problem(
            file,
            f"The workbook unpacks to {unpacked_mb:.0f} MB; the limit is {limits.unpacked_mb:g} MB.",
            f"{suggestion} Or raise unpacked_mb under `limits` in study.yaml.",
        )
    ratio = unpacked_mb / (path.stat().st_size / 1e6)
    if unpacked_mb > RATIO_COUNTS_FROM_MB and ratio > MOST_RATIO:
        raise file_problem(
            file,
            f"The workbook unpacks to {unpacked_mb:.0f} MB, {ratio:.0f} times its size, which no table "
            "of measurements does.",
            suggestion,
        )


def _sheets(archive: zipfile.ZipFile) -> tuple[tuple[SheetPart, ...], bool]:
    relations = related(archive, "xl/workbook.xml")
    members = {name.casefold(): name for name in archive.namelist()}
    sheets: list[SheetPart] = []
    since_1904 = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal since_1904
        name = local_name(tag)
        if name == "workbookPr":
            since_1904 = attributes.get("date1904", "0") in ("1", "true")
        if name == "sheet":
            ids = [value for key, value in attributes.items() if local_name(key) == "id"]
            kind, member = relations[ids[0]]
            if kind == "worksheet":
                is_hidden = attributes.get("state", "visible") != "visible"
                title = unescaped(attributes["name"])
                sheets.append(SheetPart(title, members[member.casefold()], is_hidden))

    _walk(archive, "xl/workbook.xml", start)
    if len({sheet.name for sheet in sheets}) != len(sheets):
        raise ValueError("two sheets of one name")
    return tuple(sheets), since_1904


def _strings(walk: Callable[..., None]) -> tuple[str, ...]:
    strings: list[str] = []
    pieces: list[str] = []
    collecting = False
    phonetic = 0

    def start(tag: str, _attributes: dict[str, str]) -> None:
        nonlocal collecting, phonetic
        name = local_name(tag)
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            phonetic += 1
        elif name == "t":
            collecting = not phonetic

    def end(tag: str) -> None:
        nonlocal collecting, phonetic
        name = local_name(tag)
        if name == "t":
            collecting = False
        elif name == "rPh":
            phonetic -= 1
        elif name == "si":
            strings.append(unescaped("".join(pieces)).strip())

    def text(piece: str) -> None:
        if collecting:
            pieces.append(piece)

    walk(start, end, text)
    return tuple(strings)
