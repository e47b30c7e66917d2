"""Columns that identify people by their heading. Their values are never looked at."""

import re
from collections.abc import Sequence
from typing import Final

from openpyxl.utils import get_column_letter

from pipeline.intake.messages import Finding, make_finding, quoted

IDENTIFYING_HEADINGS: Final = frozenset(
    {
        "name",
        "firstname",
        "givenname",
        "forename",
        "middlename",
        "lastname",
        "familyname",
        "surname",
        "fullname",
        "patientname",
        "participantname",
        "subjectname",
        "dateofbirth",
        "birthdate",
        "birthday",
        "dob",
        "email",
        "emailaddress",
        "phone",
        "phonenumber",
        "telephone",
        "mobile",
        "address",
        "homeaddress",
        "streetaddress",
        "mrn",
        "medicalrecordnumber",
        "ssn",
        "socialsecuritynumber",
    }
)
"""Headings without case, spaces and marks. The whole heading counts: "file name" identifies nobody."""


def identifying_places(headings: Sequence[str]) -> list[int]:
    """Columns (from 0) whose heading says that they identify people."""
    return [
        j
        for j, heading in enumerate(headings)
        if re.sub(r"[\W_]+", "", heading.casefold()) in IDENTIFYING_HEADINGS
    ]


def identifying_columns(
    file: str, sheet: str | None, heading_row: int, headings: Sequence[str]
) -> list[Finding]:
    """COL-05 findings at the headings of a file or sheet; they hold headings and no values."""
    return [
        make_finding(
            "COL-05",
            file=file,
            sheet=sheet,
            cell=f"{get_column_letter(j + 1)}{heading_row}",
            column=headings[j],
            found=quoted(headings[j]),
            row=heading_row,
            facts={"value": headings[j]},
        )
        for j in identifying_places(headings)
    ]
