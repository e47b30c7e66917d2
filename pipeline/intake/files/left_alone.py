"""Files and sheets that look like data but are not read: copies, lock files, litter, further sheets."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from pipeline.intake.findings.messages import Finding, listed, make_finding, quoted
from pipeline.intake.privacy.identifiers import identifying_places, plain_words
from pipeline.intake.privacy.identifying_cells import named_after_person

_LOCKS: Final = (re.compile(r"~\$(.+)"), re.compile(r"\.~lock\.(.+)#"))
_LITTER: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_COPY_WORDS: Final = r"copy|kopie|kopi|copie|copia|cópia|kopio|copii"
_COPIES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:{_COPY_WORDS})\s+(?:\(\d+\)\s+)?(?:von|of|de|di|van|av|af)\s+(?P<base>.+)",
        r"(?P<base>.+?)\s*\([^()]*(?:conflict|konflikt|conflit|conflicto)[^()]*\)",
        rf"(?P<base>.+?)\s*[-–_ ]\s*(?:{_COPY_WORDS})(?:\s*\(?\d+\)?)?",
        r"(?P<base>.+?)\s*\(\d+\)",
    )
)
"""How systems name the copy of a file, in the languages that are common in labs."""

_OWN_SHEETS: Final = re.compile(r"vocabulary|fix list( \d+)?|read ?me", re.IGNORECASE)
"""Sheets of templates and marked copies: they hold no data."""


_NAME: Final = frozenset({"name", "names"})
_CODES: Final = frozenset(
    [
        "code",
        "id",
        "ids",
        "participant",
        "patient",
        "patientin",
        "subject",
        "person",
        "proband",
        "probandin",
        "teilnehmer",
    ]
)
"""Words of headings that say that a list of names is one of people."""


def copied_name(name: str) -> str | None:
    """The name of the file that a file is a copy of, such as a.csv for "a (1).csv"; None for no copy."""
    path = Path(name)
    for pattern in _COPIES:
        found = pattern.fullmatch(path.stem)
        if found:
            return found["base"].strip() + path.suffix
    return None


def is_own_sheet(sheet: str) -> bool:
    """Whether a sheet is one that Stance itself puts into workbooks."""
    return _OWN_SHEETS.fullmatch(sheet.strip()) is not None


def notes_on_folder(folder: Path) -> list[Finding]:
    """FILE-07 for lock files and for what operating systems leave in folders."""
    names = sorted(entry.name for entry in folder.iterdir())
    found: list[Finding] = []
    for name in names:
        locked = next((m[1] for p in _LOCKS if (m := p.fullmatch(name))), None)
        if locked is not None:
            found.append(
                make_finding(
                    "FILE-07",
                    file=name,
                    facts={
                        "problem": f"This is the mark of a program that has {locked} open; it is not "
                        "read. What was not saved yet is missing.",
                        "suggestion": "Save and close the workbook, and run the check again.",
                    },
                )
            )
    litter = [name for name in names if name.casefold() in _LITTER]
    if litter:
        what = "This file of" if len(litter) == 1 else f"These files ({listed(litter)}) of"
        found.append(
            make_finding(
                "FILE-07",
                file=litter[0],
                facts={
                    "problem": f"{what} the operating system hold no data and are not read."
                    if len(litter) > 1
                    else f"{what} the operating system holds no data and is not read.",
                    "suggestion": "Nothing to do.",
                },
            )
        )
    return found


def note_on_copy(name: str, original: str, *, is_same: bool | None) -> Finding:
    """FILE-07 for a file whose name says that it is a copy.

    is_same: whether it holds exactly what the original holds; None when there is no original.
    """
    said = {
        True: f"Its name says that it is a copy of {original}, and it holds the same; it is not read.",
        False: f"Its name says that it is a copy of {original}, but it holds something else; only "
        f"{original} is read.",
        None: f"Its name says that it is a copy of {original}, which is not there; it is not read.",
    }[is_same]
    suggestion = {
        True: "Remove the copy.",
        False: "Look which of the two is right, and keep that one under the name without the mark.",
        None: "Rename it if it is the right file, or name it under `tables` in study.yaml.",
    }[is_same]
    return make_finding("FILE-07", file=name, facts={"problem": said, "suggestion": suggestion})


def note_on_sheet(file: str, sheet: str, read: Collection[str]) -> Finding:
    """FILE-07 for a further sheet with data. read: the sheets of the workbook that are read."""
    is_person = named_after_person(sheet)
    which = "A sheet whose name looks like that of a person" if is_person else "The sheet"
    return make_finding(
        "FILE-07",
        file=file,
        sheet=None if is_person else sheet,
        facts={
            "problem": f"{which} holds data but is not read; read from this workbook: "
            f"{shown_sheets(sorted(read))}.",
            "suggestion": "Nothing to do if it belongs to no table; otherwise name it under `tables` in "
            "study.yaml.",
        },
    )


def identifying_headings_of_sheet(file: str, sheet: str, headings: Sequence[str]) -> list[Finding]:
    """COL-05 for a sheet that is not read but says that it identifies people, such as a list of codes.

    It lies in the cohort folder all the same. A column Name alone is that of a code book, unless a
    column of codes or people stands beside it.
    """
    words = [frozenset(plain_words(heading)) for heading in headings]
    places = identifying_places(headings)
    if all(words[place] <= _NAME for place in places) and not any(each & _CODES for each in words):
        return []
    return [
        make_finding(
            "COL-05",
            file=file,
            sheet=None if named_after_person(sheet) else sheet,
            column=headings[place],
            found=quoted(headings[place]),
            facts={"value": headings[place]},
        )
        for place in places
    ]


def shown_sheets(sheets: Sequence[str]) -> str:
    """Names of sheets as they may be printed: only their number where one looks like a person's."""
    if any(named_after_person(sheet) for sheet in sheets):
        return "1 sheet" if len(sheets) == 1 else f"{len(sheets)} sheets"
    return listed(sheets)
