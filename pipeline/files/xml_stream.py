"""XML read piece by piece, without ever expanding or fetching anything."""

from collections.abc import Callable
from typing import BinaryIO, Final
from xml.parsers import expat

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
