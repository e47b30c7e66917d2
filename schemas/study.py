"""study.yaml: what a study declares about its groups, tasks, ceilings, files and signals.

Every key is described here; unknown keys are errors, so that a misspelt setting is never ignored.
"""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas.instrument_settings import CaseDefinition, Instruments, Matching, TrainingProgramme
from schemas.layouts import Blocks, RedcapExport
from schemas.normalisation import NORMALISATIONS, Normalisation
from schemas.terms import BALANCE_TASKS, BalanceTask

Scalar = str | int | float | bool
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
ChannelRole = Literal[
    "gmed_left",
    "gmed_right",
    "force_left",
    "force_right",
    "force_total",
    "cop_left_x",
    "cop_left_y",
    "cop_right_x",
    "cop_right_y",
    "cop_total_x",
    "cop_total_y",
    "moment_left_x",
    "moment_left_y",
    "moment_right_x",
    "moment_right_y",
    "moment_total_x",
    "moment_total_y",
    "shear_left_x",
    "shear_left_y",
    "shear_right_x",
    "shear_right_y",
    "shear_total_x",
    "shear_total_y",
]
LiftoffRule = Literal[
    "unloading_fit", "zero_5sd_5n", "10_n", "20_n", "5_pct_bw", "10_n_uncorrected"
]
"""How lift-off and touch-down are found; `pipeline.signals.force.event_rules` says each in words."""
NormalisationMethod = Literal[
    "mvc_same_task", "mvc_isometric", "submaximal_task", "task_peak", "task_mean", "none"
]
"""What activation is divided by; `schemas.normalisation.NORMALISATIONS` says what each term means."""
ActivationRms = Literal["rms", "noise_corrected_rms"]
OnsetMethod = Literal[
    "ramp_bayes", "profile_likelihood", "aglr", "cusum", "bonato", "tkeo", "hodges_bui"
]
"""Onset detectors; `pipeline.signals.onset.detectors` has the source and parameters of each."""


class StrictModel(BaseModel):
    """Base of all study settings: unknown keys are refused and values do not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Group(StrictModel):
    """One group: the label that reports print and the spellings that tables may use for it."""

    label: str = Field(min_length=1, max_length=40)
    spellings: tuple[str, ...] = ()

    def accepts(self, text: str) -> bool:
        """Whether a cell's text means this group; case and outer spaces do not matter."""
        wanted = text.strip().casefold()
        return wanted in {s.strip().casefold() for s in (self.label, *self.spellings)}


class Groups(StrictModel):
    """The two groups. Results are always case minus reference."""

    case: Group
    reference: Group

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

    label: str
    goals_s: tuple[PositiveSeconds, ...] = ()
    usual_ceiling_s: PositiveSeconds | None = None


class HoldSettings(StrictModel):
    """How holds were timed. All times in seconds.

    `ceiling_s` applies to rows without a ceiling of their own; `ceilings_s` gives one per task, per
    condition, or per "task/condition" and goes before it. A hold up to `ceiling_tolerance_s` above
    the ceiling is a late stop and counts as the ceiling (a hand-timed norm of 45.1 s at a ceiling
    of 45 s is in print). A hold recorded as 0 s is analysed as shorter than `shortest_timed_hold_s`.
    """

    ceiling_s: PositiveSeconds | None = None
    ceilings_s: dict[str, PositiveSeconds] = {}
    ceiling_tolerance_s: float = Field(default=0.5, ge=0, le=5)
    shortest_timed_hold_s: float = Field(default=1.0, gt=0, le=5)


class WideColumn(StrictModel):
    """Where the cells of one wide column go: `to` names our column, the rest are key values."""

    model_config = ConfigDict(extra="allow", frozen=True)

    to: str

    @property
    def keys(self) -> dict[str, Scalar]:
        """Our key columns and their values for this wide column, such as leg: left, trial: 1."""
        extra = self.__pydantic_extra__ or {}
        return dict(extra)


class TableSource(StrictModel):
    """One file (or sheet) that serves one table, and how to read it.

    columns: our column -> the file's heading. wide: the file's heading -> where its cells go, for
    one column per leg or trial. values: our column -> {found: ours}. codes: our column -> {found:
    {our column: value}}, for one code that sets several columns; the column itself is dropped.
    units: our column -> unit in the file, or `in cells`. constants: our column -> value for all rows. rows:
    heading -> values; only rows with one of these values are read. distinct: rows that repeat
    after mapping are read once. blocks: the sheet has one block per person. redcap: the file is an
    export of REDCap.
    """

    file: str
    sheet: str | None = None
    decimal: Literal[".", ","] | None = None
    columns: dict[str, str] = {}
    wide: dict[str, WideColumn] = {}
    values: dict[str, dict[str, str]] = {}
    codes: dict[str, dict[str, dict[str, Scalar]]] = {}
    units: dict[str, str] = {}
    constants: dict[str, Scalar] = {}
    rows: dict[str, tuple[str, ...]] = {}
    distinct: bool = False
    blocks: Blocks | None = None
    redcap: RedcapExport | None = None

    @model_validator(mode="after")
    def _one_layout(self) -> "TableSource":
        if self.blocks is not None and self.redcap is not None:
            raise ValueError("blocks and redcap cannot stand together: a file has one layout")
        return self

    @field_validator("file")
    @classmethod
    def _inside_the_folder(cls, value: str) -> str:
        if (
            value.startswith(("/", "\\"))
            or ".." in value.replace("\\", "/").split("/")
            or ":" in value
        ):
            raise ValueError("the file has to lie inside the cohort folder")
        return value


class MvicRules(StrictModel):
    """How a leg's reference is made from its MVIC recordings.

    statistic: the number of one recording. peak is the highest RMS of any `mvic_window_s`; middle is the
    RMS of the middle `middle_s` of the contraction, for laboratories whose protocol says so.
    over_repeats: the number of the leg, from those of its usable recordings. repeats: how many the
    protocol asks for; a leg with fewer usable ones is marked. highest_cv_pct: coefficient of variation
    (standard deviation over mean, in percent) of the repeats above which the leg is marked.
    """

    statistic: Literal["peak", "middle"] = "peak"
    middle_s: float = Field(default=1.0, gt=0, le=10)
    over_repeats: Literal["highest", "mean_of_two_highest", "median"] = "highest"
    repeats: int | None = Field(default=None, ge=1, le=20)
    highest_cv_pct: float = Field(default=20.0, gt=0, le=100)


class EmgSettings(StrictModel):
    """How recordings are read and processed.

    channels: role -> channel labels in the files, first match wins. gmed_left and gmed_right are
    the gluteus medius channels; force_left and force_right the vertical force under the left and
    right foot; force_total one plate under both feet. emg_unit, force_unit, cop_unit and moment_unit
    apply where a file does not say its unit; sampling_rate_hz where it does not say its rate. decimal is the decimal mark
    of text files; without it Stance finds it in each file, and with it a file that has the other one
    is refused. All frequencies in Hz,
    all windows in seconds; onset_search_s is relative to lift-off. rest_s is the quiet part from
    the start of a stance recording; without it Stance takes the quiet part before lift-off.
    onset_method: the detector of the reported onset; the sensitivity table has them all.

    The centre of pressure (CoP) comes from cop_<foot>_x and _y, from the plates of a C3D file, or
    from moment_<foot>_x and _y (about the plate's axes) and force_<foot>. Where those moments are not
    about the surface, plate_surface_mm is the surface in the plate's axes (its z; negative where z
    points down) and shear_<foot>_x and _y are needed. cop_ml_axis is the mediolateral axis, of the
    laboratory in a C3D file; without it only measures without a direction are given.

    liftoff_rule is the rule for lift-off and touch-down; every recording is also measured by the
    other rules (table event_sensitivity).

    normalisation has no default, because a percentage means nothing without it: a term of
    `schemas.normalisation`. Without one, and with `none`, activation stays in microvolts. A maximal
    M-wave is refused: no recording of Stance holds a nerve stimulation. mvic_window_s is the window of
    every peak and median, of MVIC and stance alike. mvic: how the reference is made. activation_from: the
    RMS of the stance that gmed_pct_mvic is made of, as measured (rms) or without the power of rest
    (noise_corrected_rms); the other one stands beside it. iemg_window_s: length of the first part of
    the stance that is integrated for everybody alike.
    """

    channels: dict[ChannelRole, tuple[str, ...]] = {}
    emg_unit: Literal["uV", "mV", "V"] | None = None
    force_unit: Literal["N"] | None = None
    cop_unit: Literal["mm", "cm", "m"] | None = None
    moment_unit: Literal["Nm", "Nmm"] | None = None
    cop_ml_axis: Literal["x", "y", "z"] | None = None
    plate_surface_mm: float = Field(default=0.0, ge=-500, le=500)
    sampling_rate_hz: float | None = Field(default=None, gt=0, le=100_000)
    band_pass_hz: tuple[float, float] = (20.0, 450.0)
    filter_order: int = Field(default=4, ge=2, le=8)
    mvic_window_s: float = Field(default=0.5, gt=0, le=5)
    mvic: MvicRules = MvicRules()
    normalisation: NormalisationMethod | None = None
    activation_from: ActivationRms = "rms"
    iemg_window_s: float = Field(default=3.0, gt=0, le=600)
    rest_s: tuple[float, float] | None = None
    onset_search_s: tuple[float, float] = (-0.8, 0.6)
    onset_method: OnsetMethod = "ramp_bayes"
    liftoff_rule: LiftoffRule = "unloading_fit"
    decimal: Literal[".", ","] | None = None

    @field_validator("normalisation", mode="before")
    @classmethod
    def _no_m_wave(cls, value: object) -> object:
        if value == "m_wave":
            raise ValueError(
                "a maximal M-wave needs recordings with nerve stimulation, which Stance does not read; "
                f"choose one of {', '.join(NORMALISATIONS)}"
            )
        return value

    @property
    def method(self) -> Normalisation | None:
        """What the study says that activation is divided by, None when it does not say."""
        return None if self.normalisation is None else NORMALISATIONS[self.normalisation]

    @model_validator(mode="after")
    def _windows_run_forward(self) -> "EmgSettings":
        for name in ("band_pass_hz", "onset_search_s", "rest_s"):
            window = getattr(self, name)
            if window is not None and not window[0] < window[1]:
                raise ValueError(f"{name}: the first number has to be below the second")
        return self


class Limits(StrictModel):
    """How large the files of tables may be, in MB (millions of bytes); larger ones are not opened.

    table_mb: the file itself. unpacked_mb: what a workbook holds once it is unpacked. Recordings are
    read in pieces and have no limit.
    """

    table_mb: float = Field(default=200, gt=0, le=10_000)
    unpacked_mb: float = Field(default=200, gt=0, le=10_000)


class Study(StrictModel):
    """A whole study.yaml.

    leg_coding: table -> side (left and right, the default) or dominance (dominant and non-dominant,
    resolved through dominant_leg of the participants table); one word alone is meant for all tables.
    missing_codes are texts that mean "no value", beside the empty cell; nothing else does, so that
    a group called NA stays a group. `simulated` marks data that no person gave: the report says so
    on its first page. `formulas`: without it, a cell with a formula is no value (the row is set
    aside); `take stored values` takes what Excel calculated when the workbook was saved last.
    """

    title: str = Field(min_length=3, max_length=200)
    description: str = ""
    simulated: bool = False
    groups: Groups
    holds: HoldSettings = HoldSettings()
    tasks: dict[str, StudyTask] = {}
    decimal: Literal[".", ","] = "."
    missing_codes: tuple[str, ...] = ()
    tables: dict[TableName, tuple[TableSource, ...]] = {}
    emg: EmgSettings = EmgSettings()
    leg_coding: dict[TableName, LegCoding] = {}
    instruments: Instruments = Instruments()
    case_definition: CaseDefinition = CaseDefinition()
    matching: Matching | None = None
    training: TrainingProgramme | None = None
    limits: Limits = Limits()
    formulas: Literal["take stored values"] | None = None

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
