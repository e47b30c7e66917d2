"""The rows of the recordings table, and the files that they name: which may be opened, and why not."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from pipeline.signals.reading.formats import Content, files_read, stamps_of
from pipeline.signals.samples.recording import Request
from pipeline.workspace.hashing import Sha256OfFile, combined, input_files, is_hidden
from schemas.recordings import RECORDING_KEY
from schemas.rules import RULES


@dataclass(frozen=True)
class RecordingRow:
    """Which file holds which trial. index: place of the row in the recordings table, from 0."""

    index: int
    participant_id: str
    visit: str
    task: str
    leg: str
    trial: int
    role: str
    file: str
    start_s: float | None
    end_s: float | None

    @property
    def leg_key(self) -> tuple[str, str, str]:
        """What an MVIC reference belongs to: person, visit and leg."""
        return self.participant_id, self.visit, self.leg

    @property
    def key(self) -> dict[str, str | int]:
        """The columns of schemas.recordings.RECORDING_KEY."""
        return {name: getattr(self, name) for name in RECORDING_KEY}

    @property
    def request(self) -> Request:
        """What to measure in the file."""
        return Request(self.role, self.leg, self.start_s, self.end_s)


def recording_rows(recordings: pd.DataFrame) -> list[RecordingRow]:
    """The rows of a schemas.recordings.Recordings table, in its order."""

    def given(value: float) -> float | None:
        return None if pd.isna(value) else float(value)

    return [
        RecordingRow(
            index=number,
            **{name: str(record[name]) for name in ("participant_id", "visit", "task", "leg")},
            trial=int(record["trial"]),
            role=str(record["role"]),
            file=str(record["file"]),
            start_s=given(record["start_s"]),
            end_s=given(record["end_s"]),
        )
        for number, record in enumerate(recordings.to_dict(orient="records"))
    ]


@dataclass(frozen=True)
class Refusal:
    """Why a file is not opened: the rule, what was found and what to do. near: see SignalFinding."""

    rule_id: str
    what: str
    fix: str
    near: str = ""


@dataclass
class RecordingFiles:
    """The files of one cohort's recordings table.

    folder: the cohort folder. rows: the recordings. sha256_of: hash of a file's content.
    """

    folder: Path
    rows: Iterable[RecordingRow]
    sha256_of: Sha256OfFile
    _contents: dict[str, Content] = field(default_factory=dict)
    _names: list[str] | None = None

    def refusal(self, row: RecordingRow) -> Refusal | None:
        """Why the file of a row is not opened; None when it may be."""
        path = self.folder / row.file
        root = self.folder.resolve()
        if not path.resolve().is_relative_to(root):
            return Refusal(
                "REC-02",
                "The path leads out of the cohort folder.",
                "Put the file into the cohort folder and give its path from there.",
            )
        if is_hidden(root, path.resolve()):
            return Refusal(
                "REC-02",
                "The file or its folder is hidden (the name starts with a dot or ~$).",
                "Hidden files are not read: give the file and its folder a name without the mark.",
            )
        if not path.is_file():
            near = self._near(row.file)
            what = f"The file is not in the cohort folder.{near}"
            return Refusal("REC-01", what, RULES["REC-01"].fix, near)
        return None

    def content(self, row: RecordingRow) -> Content:
        """What the row's file holds, by hash; nothing when it cannot be opened.

        Measuring says in words why a file cannot be opened.
        """
        if row.file not in self._contents:
            try:
                self._contents[row.file] = self._content(self.folder / row.file)
            except OSError:
                self._contents[row.file] = Content()
        return self._contents[row.file]

    def _content(self, path: Path) -> Content:
        stamps = stamps_of(path)
        own, *companions = files_read(path)
        digest = self.sha256_of(own)
        if companions:
            # Numbered, because files of one name may stand in several folders of a data set.
            parts = {
                f"{number} {companion.name}": self.sha256_of(companion)
                for number, companion in enumerate(companions)
            }
            digest = combined({**parts, "": digest})
        return Content(digest, stamps)

    def _near(self, file: str) -> str:
        """A sentence with a file name that looks like the one that is missing, or "".

        Files of the recordings table belong to other recordings and are not suggested.
        """
        if self._names is None:
            named = {row.file for row in self.rows}
            found = (path.relative_to(self.folder).as_posix() for path in input_files(self.folder))
            self._names = sorted(set(found) - named)
        close = difflib.get_close_matches(file, self._names, n=1, cutoff=0.8)
        return f" Did you mean {close[0]}?" if close else ""
