"""What an entry of the catalogue of models says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["hold", "measured"]
"""Of an outcome: times that a ceiling cuts off, or numbers on a scale."""

Number = Literal["difference", "ratio", "probability", "correlation", "statistic"]
"""What compares the groups: a ratio is modelled as a logarithm; only differences and ratios have margins."""

CENSORED_CHECKS: Final = ("distribution_of_times", "spread_of_times_by_group", "influence")
MIXED_CHECKS: Final = (
    "distribution_of_residuals",
    "distribution_of_participants",
    "spread_along_fitted",
    "spread_by_group",
    "influence",
)


@dataclass(frozen=True)
class Sentence:
    """What the methods section says. place: its place among the sentences, the smallest first.

    text: with {outcomes}, {Outcomes}, {was}, {adjusted}, {detail} and {case} (`methods_text`). cites: keys of
    schemas.citations; none for the `reference` of its model.
    """

    place: int
    text: str
    cites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Use:
    """How a model answers for outcomes of one kind.

    One of three addresses ("module:function", read when the model is asked for, so that a plan loads what
    it names and no more) says where its numbers come from. fitted_by: a `Fit` of
    `pipeline.statistics.catalogue.fitted_models`; its row is made from this entry. part_by: a `MakesPart`
    of it, which makes rows of its own. made_by: the analysis of the outcome or design that makes it.

    second_by: the same number by another route, for models with `fitted_by` a `Second`.
    is_second_slow: the second takes longer than the model, so that only the planned model has it.
    diagnostics: ids of schemas.diagnostics. is_plannable: a plan may name it as the model of an outcome;
    the first of a kind is the usual one. is_usual: in the usual set of sensitivity analyses. number:
    where it differs from that of the model. left: left side of the formula, "" for the column of the
    outcome. variant: what its row is called. told_as: key of its sentence, "" for that of the model.
    on_means: one value per participant, so that covariates of a leg stay out. is_of_times: of times
    beyond the ceiling, so that enough trials must have ended. knows_sets: participants of one matched set
    are taken as alike; a row of another model says that it takes them as independent.
    is_beside_primary: made for every primary outcome, whatever the plan names.
    """

    fitted_by: str = ""
    part_by: str = ""
    made_by: str = ""
    second_by: str = ""
    is_second_slow: bool = False
    diagnostics: tuple[str, ...] = ()
    is_plannable: bool = False
    is_usual: bool = False
    number: Number | None = None
    left: str = ""
    variant: str = "adjusted"
    told_as: str = ""
    on_means: bool = False
    is_of_times: bool = True
    knows_sets: bool = False
    is_beside_primary: bool = False


@dataclass(frozen=True)
class AnalysisModel:
    """One model or test.

    id: stable, stands in plans and published files. label: its name in print; short_labels: in the tables
    that every report has, by variant of its rows. quantity: what its number is called inside a sentence;
    number: what it is. uses: kinds of outcomes it can be asked for; none where it is made whenever a study
    has the visits, tasks or log for it. reference: key of schemas.citations, "" for an interaction or
    change within the planned model. stands_in: models that answer for it where the data cannot carry it
    or its check fails, the best first; their rows say so. sentences: of the methods section, by what
    `ModelRun.method` says; told_as: key of its own, "" for its id.
    """

    id: str
    label: str
    quantity: str
    number: Number = "difference"
    uses: Mapping[Kind, Use] = field(default_factory=dict)
    reference: str = ""
    stands_in: tuple[str, ...] = ()
    short_labels: Mapping[str, str] = field(default_factory=dict)
    told_as: str = ""
    sentences: Mapping[str, Sentence] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Kinds of outcomes that it can be asked for."""
        return tuple(self.uses)

    def is_ratio(self, kind: Kind) -> bool:
        """Whether its number for outcomes of a kind is a ratio."""
        return (self.uses[kind].number or self.number) == "ratio"

    def method(self, kind: Kind) -> str:
        """Key of its sentence for outcomes of a kind."""
        return self.uses[kind].told_as or self.told_as or self.id
