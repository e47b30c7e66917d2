"""Workbooks with the same bytes for the same content, whenever and wherever they are written."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Final

_CORE: Final = "docProps/core.xml"
_DATES: Final = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
_FIXED_DAY: Final = rb"\g<1>2000-01-01T00:00:00Z\g<3>"
_FIXED_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip archive can hold."""

Change = Callable[[str, bytes], bytes]
"""Name and content of a part -> its content."""


def stable(workbook: bytes) -> bytes:
    """The workbook without the time at which it was saved."""
    return rewritten(
        workbook, lambda name, part: _DATES.sub(_FIXED_DAY, part) if name == _CORE else part
    )


def rewritten(archive: bytes, change: Change) -> bytes:
    """A zip archive whose parts went through `change`, in the same order, with fixed times."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for member in source.infolist():
            fixed = zipfile.ZipInfo(member.filename, _FIXED_TIME)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            fixed.create_system = 0
            fixed.external_attr = 0
            copy.writestr(fixed, change(member.filename, source.read(member)))
    return target.getvalue()
