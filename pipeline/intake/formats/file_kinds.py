"""What a file really is, by its first bytes, whatever its name says; and what to do about it."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.intake.findings.messages import FileProblemError, file_problem

OLD_CONTAINER: Final = b"\xd0\xcf\x11\xe0"
_PASSWORD: Final = "EncryptedPackage".encode("utf-16-le")
_HEAD: Final = 4096
_PAGE: Final = re.compile(rb"<(!doctype\s+html|html|head|body|table|meta)\b|mime-version:", re.I)
_OLD_XML: Final = b"urn:schemas-microsoft-com:office:spreadsheet"
_SAVE_AS = "Open it in Excel and save it as Excel workbook (.xlsx)."


@dataclass(frozen=True)
class FileKind:
    """One kind of file: what is wrong with it in place of a workbook, and what to do."""

    problem: str
    suggestion: str


WORKBOOK: Final = FileKind(
    "This is an Excel workbook (.xlsx) with another ending in its name.", "Rename it to .xlsx."
)
PASSWORD: Final = FileKind(
    "The workbook is protected by a password.", "Save a copy without the password."
)
OLD_WORKBOOK: Final = FileKind("This is an old Excel workbook (.xls), which is not read.", _SAVE_AS)
EMPTY: Final = FileKind("The file has no content.", "Copy the file again.")
ZEROS: Final = FileKind(
    "The file holds nothing but zeros: it was never downloaded or not written to the end.",
    "Open it once where it is kept, wait until it is synchronised, and copy it again.",
)
WEB_PAGE: Final = FileKind(
    "This is a web page (HTML) with the name of a workbook, as some databases export it; it is not an "
    "Excel workbook.",
    _SAVE_AS,
)
OLD_XML: Final = FileKind(
    "This is an Excel 2003 XML table, not an Excel workbook (.xlsx).",
    _SAVE_AS,
)
TEXT: Final = FileKind(
    "This is a text file with an Excel name; it is not an Excel workbook.",
    "Save it as .xlsx in Excel, or rename it to .csv.",
)
UNKNOWN: Final = FileKind(
    "This is not an Excel workbook, although its name says so.",
    "Open it in the program that wrote it and save it as .xlsx or as CSV UTF-8.",
)
DAMAGED: Final = FileKind(
    "The workbook is damaged or incomplete; perhaps a download or a synchronisation stopped.",
    "Copy the file again; if Excel can open it, save it under the same name.",
)
_MEMBERS: Final = (
    ("xl/workbook.xml", WORKBOOK),
    (
        "xl/workbook.bin",
        FileKind("This is a binary Excel workbook (.xlsb), which is not read.", _SAVE_AS),
    ),
    (
        "content.xml",
        FileKind(
            "This is an OpenDocument table (.ods), which is not read.",
            "Open it in LibreOffice or Excel and save it as Excel workbook (.xlsx).",
        ),
    ),
    (
        "Index/Document.iwa",
        FileKind("This is a Numbers table, which is not read.", "Export it to Excel (.xlsx)."),
    ),
    (
        "word/document.xml",
        FileKind(
            "This is a Word document, not an Excel workbook.",
            "Copy the table into Excel and save it as .xlsx.",
        ),
    ),
)
"""Member of a ZIP file -> what the file is."""


def kind_of(path: Path) -> FileKind:
    """What a file is. Looks at its first bytes and, in a ZIP file, at the names of its members.

    Raises OSError when the file cannot be opened.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if head.startswith(OLD_CONTAINER):
            # The names of the parts stand anywhere in such a file.
            return PASSWORD if _holds(file.read, head, _PASSWORD) else OLD_WORKBOOK
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_archive(path)
    if not head:
        return EMPTY
    if not head.strip(b"\x00"):
        return ZEROS
    if _OLD_XML in head:
        return OLD_XML
    if _PAGE.search(head):
        return WEB_PAGE
    return TEXT if _is_text(head) else UNKNOWN


def refusal(file: str, kind: FileKind) -> FileProblemError:
    """The error for a file that is of this kind. file: name for messages."""
    return file_problem(file, kind.problem, kind.suggestion)


def _holds(read: Callable[[int], bytes], head: bytes, wanted: bytes) -> bool:
    tail = head
    while tail:
        if wanted in tail:
            return True
        more = read(1 << 20)
        tail = tail[-len(wanted) :] + more if more else b""
    return False


def _kind_of_archive(path: Path) -> FileKind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.replace("\\", "/") for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        return DAMAGED
    return next((kind for member, kind in _MEMBERS if member in names), UNKNOWN)


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = sum(byte < 32 and byte not in b"\t\r\n\f" for byte in head)
    return controls == 0
