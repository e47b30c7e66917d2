"""Where things lie in a workspace: cohorts, reports and Stance's own state; which names a cohort may have."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.workspace.errors import UsageError

WORKSPACE_VARIABLE = "STANCE_WORKSPACE"
WORKERS_VARIABLE = "STANCE_WORKERS"
"""How recordings are measured; see `pipeline.engine.map_units.chosen_engine`."""


@dataclass(frozen=True)
class Workspace:
    """A folder with data/cohorts/ (inputs, never written to by a run), reports/ (outputs) and .stance/ (state)."""

    root: Path

    @property
    def cohorts_folder(self) -> Path:
        """Holds one folder per cohort."""
        return self.root / "data" / "cohorts"

    @property
    def reports_folder(self) -> Path:
        """Holds one folder per cohort, with one folder per release."""
        return self.root / "reports"

    @property
    def state_folder(self) -> Path:
        """Tables between the steps, signal cache, locks and the Dagster instance; safe to delete."""
        return self.root / ".stance"

    @property
    def tables_folder(self) -> Path:
        """Stored tables between the steps."""
        return self.state_folder / "tables"

    @property
    def signal_cache_folder(self) -> Path:
        """Samples and measurements of recordings, by content."""
        return self.state_folder / "signals"

    @property
    def dagster_home(self) -> Path:
        """The Dagster instance of this workspace."""
        return self.state_folder / "dagster"

    def known_hashes_file(self, cohort: str) -> Path:
        """Hashes of a cohort's input files from earlier runs."""
        return self.state_folder / "hashes" / f"{checked_cohort_name(cohort)}.json"

    def cohort_folder(self, cohort: str) -> Path:
        """Input folder of a cohort. Raises UsageError for a name that cannot be a cohort."""
        return self.cohorts_folder / checked_cohort_name(cohort)

    def existing_cohort_folder(self, cohort: str) -> Path:
        """Input folder of a cohort that exists. Raises UsageError and names the cohorts there are."""
        folder = self.cohort_folder(cohort)
        if folder.is_dir() and not folder.is_symlink():
            return folder
        known = ", ".join(self.cohorts()) or "none yet"
        raise UsageError(
            f"There is no cohort folder {folder}.",
            f"Cohorts in this workspace: {known}. `stance new {cohort}` makes a folder to fill in.",
        )

    def cohort_reports(self, cohort: str) -> Path:
        """Report folder of a cohort."""
        return self.reports_folder / checked_cohort_name(cohort)

    def cohorts(self) -> list[str]:
        """Names of the cohort folders, sorted; folders whose name cannot be a cohort are left out."""
        if not self.cohorts_folder.is_dir():
            return []
        return sorted(
            entry.name
            for entry in self.cohorts_folder.iterdir()
            if entry.is_dir() and not entry.is_symlink() and is_cohort_name(entry.name)
        )


def find_workspace(folder: str | Path | None = None) -> Workspace:
    """The workspace to use: `folder`, else STANCE_WORKSPACE, else the repository. Always absolute.

    Raises UsageError when a folder was named that does not exist.
    """
    named = folder if folder is not None else os.environ.get(WORKSPACE_VARIABLE)
    if not named:
        return Workspace(Path(__file__).resolve().parents[2])
    root = Path(named).expanduser().resolve()
    if not root.is_dir():
        raise UsageError(
            f"The workspace folder {root} does not exist.", "Create it or name another one."
        )
    return Workspace(root)


_RULE = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")
POOLED = "pooled"
"""Folder of the reports on all cohorts together."""
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", POOLED}
    | {f"com{n}" for n in range(1, 10)}
    | {f"lpt{n}" for n in range(1, 10)}
)
RULE_IN_WORDS = "A cohort name has 1 to 48 lower-case letters, digits, - or _, and starts with a letter or digit."


def is_cohort_name(name: str) -> bool:
    """Whether `name` may be a cohort: the rule above, and no name that Windows reserves."""
    return _RULE.fullmatch(name) is not None and name not in _RESERVED


def checked_cohort_name(name: str) -> str:
    """Return `name` if it may be a cohort; raise UsageError with a usable suggestion otherwise."""
    if is_cohort_name(name):
        return name
    if name in _RESERVED:
        keeps = "Stance keeps" if name == POOLED else "Windows keeps"
        raise UsageError(
            f"{name!r} cannot be the name of a cohort: {keeps} it for itself, in any folder.",
            f"Add a word, such as {name}-study.",
        )
    simpler = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")[:48]
    hint = f"Use {simpler}." if is_cohort_name(simpler) else "Choose another name."
    raise UsageError(f"{name!r} cannot be the name of a cohort. {RULE_IN_WORDS}", hint)
