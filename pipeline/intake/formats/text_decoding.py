"""Text files: bytes -> letters. Decides the encoding by one pass over the bytes, in bounded memory."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.intake.findings.messages import FileProblemError, file_problem, quoted

BLOCK_BYTES: Final = 1 << 20
_BYTE_ORDER_MARKS: Final = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_WORKBOOK_STARTS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_OLD: Final = "cp1252"
_MOSTLY: Final = 0.4
"""Share of zero bytes at every second place from which a file without a mark is UTF-16."""


@dataclass(frozen=True)
class TextEncoding:
    """How the bytes of a file become letters.

    said: what has to be said about it, "" for plain UTF-8. example: a word of the file that shows
    whether the letters came out right, in quotes; "" where no letter is in doubt.
    """

    path: Path
    name: str
    said: str = ""
    example: str = ""

    def open(self) -> io.TextIOWrapper:
        """The file as text; letters that do not exist in an old encoding become a question mark."""
        errors = "replace" if self.name == _OLD else "strict"
        return self.path.open("r", encoding=self.name, errors=errors, newline="")


def text_encoding(file: str, path: Path) -> TextEncoding:
    """The encoding of a text file.

    file: name for messages. Raises FileProblemError when the file is a workbook, damaged, or no text.
    """
    with path.open("rb") as stream:
        start = stream.read(BLOCK_BYTES)
    if start.startswith(_WORKBOOK_STARTS):
        raise file_problem(
            file,
            "This is an Excel workbook with the name of a text file.",
            "Rename it to .xlsx, or save it as CSV UTF-8 in Excel.",
        )
    name = _named_by_its_start(start)
    if _decodes(file, path, name):
        said = "as UTF-16 text" if name.startswith("utf-16") else ""
        return TextEncoding(path, name, said)
    if not name.startswith("utf-8"):
        raise file_problem(
            file, "The file is damaged: its text breaks off.", "Copy the file again."
        )
    old = TextEncoding(path, _OLD, "as Windows Western European text, because it is not UTF-8")
    return TextEncoding(path, _OLD, old.said, _first_foreign_word(old))


def _named_by_its_start(start: bytes) -> str:
    for mark, name in _BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return name
    sample = start[:4000]
    if sample[1::2].count(0) > _MOSTLY * len(sample) / 2:
        return "utf-16-le"
    if sample[0::2].count(0) > _MOSTLY * len(sample) / 2:
        return "utf-16-be"
    return "utf-8"


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def _decodes(file: str, path: Path, name: str) -> bool:
    """Whether the whole file is text in this encoding. Raises FileProblemError for zero bytes."""
    decoder = codecs.getincrementaldecoder(name)()
    is_bytewise = name.startswith("utf-8")
    decodes = True
    for block in _blocks(path):
        if is_bytewise and b"\x00" in block:
            raise _zero_bytes(file)
        try:
            if decodes and not (is_bytewise and block.isascii() and not decoder.getstate()[0]):
                text = decoder.decode(block)
                if not is_bytewise and "\x00" in text:
                    raise _zero_bytes(file)
        except UnicodeDecodeError:
            decodes = False
    try:
        decoder.decode(b"", final=decodes)
    except UnicodeDecodeError:
        return False
    return decodes


def _zero_bytes(file: str) -> FileProblemError:
    return file_problem(
        file,
        "The file holds zero bytes, so it is no text file or it is damaged.",
        "Export the table again as CSV UTF-8.",
    )


def _first_foreign_word(encoding: TextEncoding) -> str:
    with encoding.open() as stream:
        for line in stream:
            if not line.isascii():
                words = re.split(r"[\s,;]+", line)
                return quoted(next((word for word in words if not word.isascii()), ""))
    return ""
