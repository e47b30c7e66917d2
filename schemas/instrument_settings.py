"""Parts of study.yaml about questionnaires, who counts as a case, and matching.

Every key is described here; unknown keys are errors.
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from schemas.columns import column_rules
from schemas.participants import Participants
from schemas.strength import STRENGTH_SCALES

_RATIO = re.compile(r"([1-9][0-9]?) ?: ?([1-9][0-9]?)")
_NOT_MATCHED_ON = ("participant_id", "group", "pair_id")


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_typed(value: object) -> object:
    """YAML reads the version 2.0 as a number."""
    return str(value) if isinstance(value, float) else value


class OdiSettings(_Settings):
    """Oswestry disability index.

    version: as printed on the form. missing_items_allowed: a questionnaire with so many empty items
    is still scored (sum over 5 x answered items); the literature has no uniform rule, so Stance has
    no default. total: what odi_pct holds, `percent` or the sum of `points_of_50` (doubled by intake);
    without it a column that looks like points is asked about.
    """

    version: Annotated[
        Literal["1.0", "2.0", "2.1a", "2.1b", "modified"] | None, BeforeValidator(_as_typed)
    ] = None
    missing_items_allowed: int | None = Field(default=None, ge=0, le=9)
    total: Literal["percent", "points_of_50"] | None = None


class RmdqSettings(_Settings):
    """Roland-Morris disability questionnaire. version: number of items."""

    version: Literal[24, 23, 18] = 24


class TskSettings(_Settings):
    """Tampa scale of kinesiophobia. version: number of items."""

    version: Literal[17, 13, 11, 7] = 17


class PcsSettings(_Settings):
    """Pain catastrophizing scale. version: number of items."""

    version: Literal[13, 4] = 13


class NprsSettings(_Settings):
    """Numeric pain rating. ratings: how many whole-number ratings the value is the mean of."""

    ratings: int = Field(default=1, ge=1, le=10)


class StrengthSettings(_Settings):
    """Hip abductor strength. scale: the column that is analysed when a study has several scales."""

    scale: str | None = None

    @field_validator("scale")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value not in STRENGTH_SCALES:
            raise ValueError(f"the scale has to be one of {', '.join(STRENGTH_SCALES)}")
        return value


class Instruments(_Settings):
    """Versions of the questionnaires and how they were scored."""

    odi: OdiSettings = OdiSettings()
    rmdq: RmdqSettings = RmdqSettings()
    tsk: TskSettings = TskSettings()
    pcs: PcsSettings = PcsSettings()
    nprs: NprsSettings = NprsSettings()
    strength: StrengthSettings = StrengthSettings()

    def declares(self, instrument: str) -> bool:
        """Whether study.yaml names the version of rmdq, tsk or pcs."""
        settings = {"rmdq": self.rmdq, "tsk": self.tsk, "pcs": self.pcs}[instrument]
        return "version" in settings.model_fields_set

    def items_of(self, instrument: str) -> int:
        """Number of items of the declared version of rmdq, tsk or pcs."""
        return {"rmdq": self.rmdq.version, "tsk": self.tsk.version, "pcs": self.pcs.version}[
            instrument
        ]


class CaseDefinition(_Settings):
    """Who counts as a case and who as a control; people who do not fit are listed, not removed.

    minimum_symptom_weeks: shortest duration of the present pain of a case. control_pain_free_months:
    how long a control has been free of back pain (column pain_free_months). control_maximum_vas_mm and
    control_maximum_nprs: the highest pain that a control may report.
    """

    minimum_symptom_weeks: float | None = Field(default=None, ge=0, le=5200)
    control_pain_free_months: float | None = Field(default=None, ge=0, le=1200)
    control_maximum_vas_mm: float | None = Field(default=None, ge=0, le=100)
    control_maximum_nprs: float | None = Field(default=None, ge=0, le=10)


def _matching_columns(kinds: tuple[str, ...]) -> list[str]:
    return [
        name
        for name, rule in column_rules(Participants).items()
        if rule.kind in kinds and name not in _NOT_MATCHED_ON and not rule.facts["part_of"]
    ]


class TrainingProgramme(_Settings):
    """What a home programme prescribes, so that a day without an entry counts as a day without training.

    weeks: its length, from a person's first entry in the training log. days_per_week: training days of a
    week. Without this part nothing is known about days that have no entry.
    """

    weeks: int = Field(ge=1, le=104)
    days_per_week: int = Field(ge=1, le=7)


class Matching(_Settings):
    """How matched sets (column pair_id) were made.

    ratio: cases to controls of a complete set, such as 1:2. within: column of participants -> largest
    difference between a case and a control of one set, in the column's unit. same: columns that are equal
    in a set.
    """

    ratio: Annotated[str, BeforeValidator(lambda value: str(value).strip())] = "1:1"
    within: dict[str, Annotated[float, Field(ge=0)]] = {}
    same: tuple[str, ...] = ()

    @field_validator("ratio")
    @classmethod
    def _two_numbers(cls, value: str) -> str:
        if _RATIO.fullmatch(value) is None:
            raise ValueError("the ratio is cases to controls in quotes, such as `1:2`")
        return value

    @field_validator("within")
    @classmethod
    def _measured(cls, value: dict[str, float]) -> dict[str, float]:
        known = _matching_columns(("number", "integer"))
        for name in value:
            if name not in known:
                raise ValueError(
                    f"sets cannot differ by a number in {name}; use {', '.join(known)}"
                )
        return value

    @field_validator("same")
    @classmethod
    def _categories(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        known = _matching_columns(("text",))
        for name in value:
            if name not in known:
                raise ValueError(f"sets cannot be equal in {name}; use {', '.join(known)}")
        return value

    @property
    def sizes(self) -> tuple[int, int]:
        """(cases, controls) of a complete set."""
        cases, controls = value.groups() if (value := _RATIO.fullmatch(self.ratio)) else ("1", "1")
        return int(cases), int(controls)
