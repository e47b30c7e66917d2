"""Problems that a person can mend, with the exit code that the command line answers."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the `stance` command answers; the last line of output and the report header agree."""

    OK = 0
    BUG = 1
    USAGE = 2
    DATA_PROBLEMS = 3
    ANALYSIS_NOT_POSSIBLE = 4
    PLAN_BROKEN = 5
    ENVIRONMENT = 6
    LOCKED = 75
    INTERRUPTED = 130


class StanceError(Exception):
    """A problem with a plain sentence for the person (`what`) and the way out (`fix`)."""

    exit_code = ExitCode.USAGE

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what} {fix}")
        self.what = what
        self.fix = fix

    def __reduce__(self) -> tuple[type["StanceError"], tuple[str, str]]:
        """How the error travels between processes."""
        return type(self), (self.what, self.fix)


class UsageError(StanceError):
    """The command was called in a way that cannot work."""


class EnvironmentProblem(StanceError):
    """The machine does not let Stance work: disk full, folder not writable, port taken."""

    exit_code = ExitCode.ENVIRONMENT


class CohortLocked(StanceError):
    """Another run works on the same cohort."""

    exit_code = ExitCode.LOCKED


class DamagedFile(StanceError):
    """A stored intermediate is not what was written."""

    exit_code = ExitCode.ENVIRONMENT
