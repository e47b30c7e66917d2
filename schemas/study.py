"""study.yaml: what a study declares about its groups, tasks, ceilings, files and signals.

Every key is explained in its field and nowhere else; unknown keys are errors, so that a misspelt setting is
never ignored.
"""

from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator, model_validator

from schemas.emg_settings import EmgSettings
from schemas.instrument_settings import CaseDefinition, Instruments, Matching, TrainingProgramme
from schemas.strict_model import StrictModel
from schemas.table_sources import TableSource
from schemas.terms import BALANCE_TASKS, BalanceTask

PositiveSeconds = Annotated[float, Field(gt=0, le=3600)]
TableName = Literal[
    "participants",
    "hold_times",
    "activation",
    "recordings",
    "strength",
    "clinical_test",
    "training_log",
    "group_summaries",
]
LegCoding = Literal["side", "dominance"]


class Group(StrictModel):
    """One group: the label that reports print and the spellings that tables may use for it."""

    label: str = Field(min_length=1, max_length=40, description="Label that reports print.")
    spellings: tuple[str, ...] = Field(
        default=(),
        description="Other ways in which your tables write this group; capitals do not matter.",
    )

    def accepts(self, text: str) -> bool:
        """Whether a cell's text means this group; case and outer spaces do not matter."""
        wanted = text.strip().casefold()
        return wanted in {s.strip().casefold() for s in (self.label, *self.spellings)}


class Groups(StrictModel):
    """The two groups. Results are always case minus reference."""

    case: Group = Field(description="The group with the condition that is studied.")
    reference: Group = Field(description="The group that it is compared with.")

    @model_validator(mode="after")
    def _no_shared_spelling(self) -> "Groups":
        for spelling in (self.case.label, *self.case.spellings):
            if self.reference.accepts(spelling):
                raise ValueError(f"both groups accept the spelling {spelling!r}")
        return self

    @property
    def labels(self) -> tuple[str, str]:
        """(case label, reference label)."""
        return self.case.label, self.reference.label

    def resolve(self, text: str) -> str | None:
        """The label of the group that a cell's text means, or None."""
        for group in (self.case, self.reference):
            if group.accepts(text):
                return group.label
        return None


class StudyTask(StrictModel):
    """A balance task of the study's own, beside the six controlled ones. Times in seconds."""

    label: str = Field(description="Name that reports print.")
    goals_s: tuple[PositiveSeconds, ...] = Field(
        default=(), description="Hold times (s) to aim at."
    )
    usual_ceiling_s: PositiveSeconds | None = Field(
        default=None, description="Time (s) at which testers usually stop."
    )


class HoldSettings(StrictModel):
    """How holds were timed. All times in seconds."""

    ceiling_s: PositiveSeconds | None = Field(
        default=None,
        description="Time at which the tester stops the clock. Needed unless the table has a column "
        "ceiling_s, which goes before it.",
    )
    ceilings_s: dict[str, PositiveSeconds] = Field(
        default={},
        description="Other ceilings for a condition, a task, or a task and condition; they go before "
        "`ceiling_s`.",
    )
    # A hand-timed norm of 45.1 s at a ceiling of 45 s is in print.
    ceiling_tolerance_s: float = Field(
        default=0.5,
        ge=0,
        le=5,
        description="A hold up to this much above the ceiling is a late stop and counts as the ceiling.",
    )
    shortest_timed_hold_s: float = Field(
        default=1.0,
        gt=0,
        le=5,
        description="A hold of 0 s, or of any time below this, is analysed as shorter than this.",
    )


class Limits(StrictModel):
    """How large the files of tables may be, in MB (millions of bytes); larger ones are not opened."""

    table_mb: float = Field(default=200, gt=0, le=10_000, description="The file itself.")
    unpacked_mb: float = Field(
        default=200,
        gt=0,
        le=10_000,
        description="What a workbook holds once it is unpacked.",
    )


class Study(StrictModel):
    """A whole study.yaml."""

    title: str = Field(min_length=3, max_length=200, description="Title as reports print it.")
    description: str = Field(
        default="", description="One or two sentences about the study; printed in the report."
    )
    simulated: bool = Field(
        default=False,
        description="true marks data that no person gave; the report says so on its first page.",
    )
    decimal: Literal[".", ","] = Field(
        default=".", description='Decimal mark of numbers in the tables: "." or ",".'
    )
    missing_codes: tuple[str, ...] = Field(
        default=(),
        description='Texts that mean "no value", beside the empty cell. Nothing else does, so that a group '
        "called NA stays a group.",
    )
    formulas: Literal["take stored values"] | None = Field(
        default=None,
        description="A cell with a formula is no value, and its row is set aside. This takes what Excel "
        "calculated when the workbook was saved last.",
    )
    groups: Groups = Field(description="The two groups. Results are always case minus reference.")
    leg_coding: dict[TableName, LegCoding] = Field(
        default={},
        description="How tables name legs: side (left and right) or dominance (dominant and non-dominant, "
        "which Stance resolves through dominant_leg of the participants). One word alone is meant for all "
        "tables.",
    )
    holds: HoldSettings = Field(
        default=HoldSettings(), description="How holds were timed. All times in seconds."
    )
    tasks: dict[str, StudyTask] = Field(
        default={},
        description="Balance tasks of your own, beside those on the sheet `vocabulary` of the workbook.",
    )
    tables: dict[TableName, tuple[TableSource, ...]] = Field(
        default={},
        description="Where each table is. A sheet or file that bears the name of a table is found without a "
        "line here; a line is needed for a table with another name, or with headings of your own. A file, "
        "one source, or a list of sources.",
    )
    instruments: Instruments = Field(
        default=Instruments(),
        description="Which versions of the questionnaires you used, and how they were scored.",
    )
    case_definition: CaseDefinition = Field(
        default=CaseDefinition(),
        description="Who counts as a case and who as a control. People who do not fit are listed, never "
        "removed.",
    )
    matching: Matching | None = Field(
        default=None,
        description="How matched sets were made (column pair_id). Only for matched studies.",
    )
    training: TrainingProgramme | None = Field(
        default=None,
        description="What a home programme prescribes (table training_log). With it, a day without an entry "
        "is a day without training; without it, nothing is assumed about such days and only days with an "
        "entry count.",
    )
    emg: EmgSettings = Field(
        default=EmgSettings(),
        description="How recordings are read. Only needed when there is a recordings table.",
    )
    limits: Limits = Field(
        default=Limits(),
        description="Larger tables are not opened, in MB. Recordings are read in pieces and have no limit.",
    )

    @field_validator("leg_coding", mode="before")
    @classmethod
    def _for_all_tables(cls, value: object) -> object:
        """`leg_coding: dominance` is short for all tables."""
        return dict.fromkeys(get_args(TableName), value) if isinstance(value, str) else value

    @field_validator("tables", mode="before")
    @classmethod
    def _short_forms(cls, value: object) -> object:
        """`participants: people.csv` and a single mapping are short for a list of one source."""
        if not isinstance(value, dict):
            return value
        expanded: dict[str, object] = {}
        for name, source in value.items():
            if isinstance(source, str):
                expanded[name] = [{"file": source}]
            elif isinstance(source, dict):
                expanded[name] = [source]
            else:
                expanded[name] = source
        return expanded

    def balance_tasks(self) -> dict[str, BalanceTask]:
        """The controlled tasks and the study's own, by term."""
        own = {
            term: BalanceTask(
                term, task.label, rung=0, goals_s=task.goals_s, usual_ceiling_s=task.usual_ceiling_s
            )
            for term, task in self.tasks.items()
        }
        return {**BALANCE_TASKS, **own}

    def ceiling_for(self, task: str, condition: str) -> float | None:
        """Ceiling (s) that the study declares for a task and condition, or None.

        The most specific declaration counts: task/condition, task, condition, `ceiling_s`, and for
        a task of the ladder its usual ceiling is never assumed silently.
        """
        for key in (f"{task}/{condition}", task, condition):
            if key in self.holds.ceilings_s:
                return self.holds.ceilings_s[key]
        return self.holds.ceiling_s
