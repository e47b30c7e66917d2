"""Parts of study.yaml about questionnaires, who counts as a case, and matching.

Each key is explained in its field; unknown keys are errors.
"""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from schemas.columns import column_rules
from schemas.participants import Participants
from schemas.strength import STRENGTH_SCALES
from schemas.strict_model import StrictModel

_RATIO = re.compile(r"([1-9][0-9]?) ?: ?([1-9][0-9]?)")
_NOT_MATCHED_ON = ("participant_id", "group", "pair_id")


def _as_typed(value: object) -> object:
    """YAML reads the version 2.0 as a number."""
    return str(value) if isinstance(value, float) else value


class OdiSettings(StrictModel):
    """Oswestry disability index."""

    version: Annotated[
        Literal["1.0", "2.0", "2.1a", "2.1b", "modified"] | None, BeforeValidator(_as_typed)
    ] = Field(default=None, description="Version as printed on the form.")
    missing_items_allowed: int | None = Field(
        default=None,
        ge=0,
        le=9,
        description="A form with up to this many empty sections is still scored (sum over 5 x answered "
        "sections). There is no usual number, so Stance has no default.",
    )
    total: Literal["percent", "points_of_50"] | None = Field(
        default=None,
        description="What odi_pct holds: percent, or points_of_50 (the sum of ten sections, which Stance "
        "doubles). Without it a column that looks like points is asked about.",
    )


class RmdqSettings(StrictModel):
    """Roland-Morris disability questionnaire."""

    version: Literal[24, 23, 18] = Field(default=24, description="Number of items of your form.")


class TskSettings(StrictModel):
    """Tampa scale of kinesiophobia."""

    version: Literal[17, 13, 11, 7] = Field(default=17, description="Number of items of your form.")


class PcsSettings(StrictModel):
    """Pain catastrophizing scale."""

    version: Literal[13, 4] = Field(default=13, description="Number of items of your form.")


class NprsSettings(StrictModel):
    """Numeric pain rating."""

    ratings: int = Field(
        default=1,
        ge=1,
        le=10,
        description="How many whole-number ratings the value is the mean of.",
    )


class StrengthSettings(StrictModel):
    """Hip abductor strength."""

    scale: str | None = Field(
        default=None,
        description="Which column of strength is analysed when you have several. Scales are never mixed.",
    )

    @field_validator("scale")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value not in STRENGTH_SCALES:
            raise ValueError(f"the scale has to be one of {', '.join(STRENGTH_SCALES)}")
        return value


class Instruments(StrictModel):
    """Versions of the questionnaires and how they were scored."""

    odi: OdiSettings = Field(default=OdiSettings(), description="Oswestry disability index.")
    rmdq: RmdqSettings = Field(
        default=RmdqSettings(), description="Roland-Morris disability questionnaire."
    )
    tsk: TskSettings = Field(default=TskSettings(), description="Tampa scale of kinesiophobia.")
    pcs: PcsSettings = Field(default=PcsSettings(), description="Pain catastrophizing scale.")
    nprs: NprsSettings = Field(default=NprsSettings(), description="Numeric pain rating.")
    strength: StrengthSettings = Field(
        default=StrengthSettings(), description="Hip abductor strength."
    )

    def declares(self, instrument: str) -> bool:
        """Whether study.yaml names the version of rmdq, tsk or pcs."""
        settings = {"rmdq": self.rmdq, "tsk": self.tsk, "pcs": self.pcs}[instrument]
        return "version" in settings.model_fields_set

    def items_of(self, instrument: str) -> int:
        """Number of items of the declared version of rmdq, tsk or pcs."""
        return {"rmdq": self.rmdq.version, "tsk": self.tsk.version, "pcs": self.pcs.version}[
            instrument
        ]


class CaseDefinition(StrictModel):
    """Who counts as a case and who as a control; people who do not fit are listed, not removed."""

    minimum_symptom_weeks: float | None = Field(
        default=None,
        ge=0,
        le=5200,
        description="Shortest duration of the present pain of a case, in weeks.",
    )
    control_pain_free_months: float | None = Field(
        default=None,
        ge=0,
        le=1200,
        description="How many months a control has been free of back pain (column pain_free_months).",
    )
    control_maximum_vas_mm: float | None = Field(
        default=None,
        ge=0,
        le=100,
        description="The highest pain that a control may report on the visual analogue scale.",
    )
    control_maximum_nprs: float | None = Field(
        default=None,
        ge=0,
        le=10,
        description="The highest pain that a control may report as a numeric rating.",
    )


def _matching_columns(kinds: tuple[str, ...]) -> list[str]:
    return [
        name
        for name, rule in column_rules(Participants).items()
        if rule.kind in kinds and name not in _NOT_MATCHED_ON and not rule.facts["part_of"]
    ]


class TrainingProgramme(StrictModel):
    """What a home programme prescribes, so that a day without an entry counts as a day without training."""

    weeks: int = Field(
        ge=1,
        le=104,
        description="Its length in weeks, from a person's first entry in the training log.",
    )
    days_per_week: int = Field(ge=1, le=7, description="Training days of a week.")


class Matching(StrictModel):
    """How matched sets (column pair_id) were made."""

    ratio: Annotated[str, BeforeValidator(lambda value: str(value).strip())] = Field(
        default="1:1",
        description="Cases to controls in a complete set, in quotes.",
    )
    within: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default={},
        description="Largest difference between a case and a control of one set, in the unit of the column.",
    )
    same: tuple[str, ...] = Field(default=(), description="Columns that are the same in a set.")

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
