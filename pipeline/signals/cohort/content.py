"""What a recording file holds, by hash, and whether it still holds that."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.signals.reading.formats import files_read
from pipeline.workspace.known_hashes import Stamp, file_stamp


@dataclass(frozen=True)
class Content:
    """The content of a file and its companions.

    sha256: "" when it could not be read. stamps: size, times and place of the files before they were
    hashed.
    """

    sha256: str = ""
    stamps: tuple[Stamp, ...] = ()

    def is_still_of(self, path: Path) -> bool:
        """Whether the files were not touched since, so that what was read from them is this content."""
        try:
            return bool(self.sha256) and stamps_of(path) == self.stamps
        except OSError:
            return False


def stamps_of(path: Path) -> tuple[Stamp, ...]:
    """Stamps of the files that are read for a recording. Raises OSError."""
    return tuple(file_stamp(file) for file in files_read(path))
