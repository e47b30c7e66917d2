"""An XLSX workbook as a package: safe unpacking, its sheets and the texts that cells share.

Own code, because a workbook may unpack to thousands of times its size and may name parts and cells that
do not exist; here sizes are looked at before anything is unpacked, and every table of the lab and every
recording goes through the same door.
"""

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from xml.parsers import expat
from xml.parsers.expat import ExpatError

PIECE: Final = 1 << 16

StartHandler = Callable[[str, dict[str, str]], None]


class StopReadingError(Exception):
    """Raised by a handler that has seen enough."""


class ForbiddenXmlError(ValueError):
    """The XML has a document type, the only place where entities can be defined."""


def walk_xml(
    stream: BinaryIO,
    start: StartHandler,
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Call the handlers for every element and every text of a stream.

    Names are "namespace name". A handler may raise StopReadingError to end the walk. Raises ExpatError for
    what is no XML and ForbiddenXmlError for a document type: workbooks never have one, and entities,
    external files and expansion bombs need one.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        while piece := stream.read(PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except StopReadingError:
        return


def local_name(name: str) -> str:
    """The name of an element or attribute without its namespace."""
    return name.rpartition(" ")[2]


def _refuse(*_: object) -> None:
    raise ForbiddenXmlError


MOST_MEMBERS: Final = 10_000

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
class UnpackLimits:
    """How much a workbook may unpack to.

    unpacked_mb: in MB. ratio: most unpacked bytes for each packed one, looked at above ratio_from_mb:
    below it any ratio is harmless, as a small sheet full of one value packs very well. each_member:
    whether the limits hold for every member of the package, not for the whole.
    """

    unpacked_mb: float
    ratio: float
    ratio_from_mb: float
    each_member: bool = False


class UnpacksTooLargeError(Exception):
    """A workbook would unpack to more than it may.

    unpacked_mb: to how much. ratio: that in units of its size when the ratio is what is too large, None
    when it is the size.
    """

    def __init__(self, unpacked_mb: float, ratio: float | None) -> None:
        super().__init__(f"unpacks to {unpacked_mb:.0f} MB")
        self.unpacked_mb = unpacked_mb
        self.ratio = ratio


@dataclass(frozen=True)
class SheetPart:
    """One sheet: its name, the member that holds its cells, and whether it is hidden."""

    name: str
    member: str
    is_hidden: bool


@dataclass(frozen=True)
class Package:
    """An opened workbook.

    strings: texts that cells refer to by number. since_1904: whether dates count from 1904.
    """

    path: Path
    sheets: tuple[SheetPart, ...]
    strings: tuple[str, ...]
    since_1904: bool

    def sheet(self, name: str) -> SheetPart:
        """The sheet of this name."""
        return next(sheet for sheet in self.sheets if sheet.name == name)


def open_package(path: Path, limits: UnpackLimits) -> Package:
    """Open a workbook without reading its sheets.

    Raises UnpacksTooLargeError, and for a damaged workbook one of BROKEN_WORKBOOK.
    """
    with zipfile.ZipFile(path) as archive:
        _refuse_what_unpacks_too_large(path, archive, limits)
        sheets, since_1904 = _sheets(archive)
        member = member_called(archive, "xl/sharedStrings.xml")
        strings = _strings(archive, member) if member else ()
        return Package(path, sheets, strings, since_1904)


def member_called(archive: zipfile.ZipFile, name: str) -> str | None:
    """The member of this name, however its letters are written; None when there is none."""
    return {each.casefold(): each for each in archive.namelist()}.get(name.casefold())


def walk_member(
    archive: zipfile.ZipFile,
    member: str,
    start: StartHandler,
    end: Callable[[str], None] = lambda _tag: None,
    text: Callable[[str], None] = lambda _text: None,
) -> None:
    """Call the handlers for the XML of a member; see `walk_xml`."""
    with archive.open(member) as stream:
        walk_xml(stream, start, end, text)  # type: ignore[arg-type]  # zipfile's stream reads bytes


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
        walk_member(archive, relations, start)
    return found


def unescaped(text: str) -> str:
    """A text of a workbook with its escaped characters (_x000D_) as they are meant."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _refuse_what_unpacks_too_large(
    path: Path, archive: zipfile.ZipFile, limits: UnpackLimits
) -> None:
    # zipfile never hands out more of a member than the size that is looked at here.
    members = archive.infolist()
    if len(members) > MOST_MEMBERS or any(
        member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members
    ):
        raise ValueError("no workbook has such a package")
    sizes = [(sum(member.file_size for member in members), path.stat().st_size)]
    if limits.each_member:
        sizes = [(member.file_size, member.compress_size) for member in members]
    for unpacked, packed in sizes:
        unpacked_mb, ratio = unpacked / 1e6, unpacked / max(packed, 1)
        if unpacked_mb > limits.unpacked_mb:
            raise UnpacksTooLargeError(unpacked_mb, None)
        if unpacked_mb > limits.ratio_from_mb and ratio > limits.ratio:
            raise UnpacksTooLargeError(unpacked_mb, ratio)


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
            if kind in ("worksheet", ""):
                is_hidden = attributes.get("state", "visible") != "visible"
                title = unescaped(attributes["name"])
                sheets.append(SheetPart(title, members[member.casefold()], is_hidden))

    walk_member(archive, "xl/workbook.xml", start)
    if len({sheet.name for sheet in sheets}) != len(sheets):
        raise ValueError("two sheets of one name")
    return tuple(sheets), since_1904


def _strings(archive: zipfile.ZipFile, member: str) -> tuple[str, ...]:
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

    walk_member(archive, member, start, end, text)
    return tuple(strings)
