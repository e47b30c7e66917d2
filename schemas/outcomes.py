"""The outcomes of Stance: one entry says all that a plan, the analysis and the report know of one.

Every number column of the tables in `MEASURED_TABLES` is an outcome that a plan may name, with the
label, the unit and the description of the column's own declaration: a further column needs no entry
here. An entry in `_ENTRIES` says what is more than that: analysed without being planned, words of its
own, a place in the default plan. How an outcome is analysed is in `pipeline.statistics`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final, Literal

import pandas as pd
import pandera.pandas as pa

from schemas.activation import Activation
from schemas.balance_tables import HoldTimes
from schemas.columns import ColumnRule, column_rules
from schemas.model_entries.entry import Kind
from schemas.stance_force import StanceForce
from schemas.strength import STRENGTH_SCALES, Strength
from schemas.terms import CONDITIONS, DEFAULT_TASK

TrialRule = Literal["all", "best", "first"]
WithoutPlan = Literal["compared", "described", ""]

MEASURED_TABLES: Final[Mapping[str, type[pa.DataFrameModel]]] = {
    "activation": Activation,
    "stance_force": StanceForce,
    "strength": Strength,
}
"""Tables whose numbers a plan may name, in the order in which their outcomes are analysed."""

_WINS: Final = "stance_force"
"""Where a column stands in two tables: this one has it of trials without a usable EMG as well."""

_SECTION_OF: Final = {"activation": "activation", "stance_force": "force", "strength": "strength"}
_SPELLED_OUT: Final = {
    "GMed": "Gluteus medius",
    "CoP": "Centre of pressure",
    "Abductor": "Hip abductor",
}


@dataclass(frozen=True)
class Missing:
    """Why a trial has no value: this reason where the columns in `has` have one and those in `lacks` none."""

    reason: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class DefaultPlace:
    """The place of an outcome in the plan that Stance proposes; also: models beyond the usual ones."""

    role: Literal["primary", "secondary", "exploratory"]
    family: str
    estimand: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """One outcome.

    name: the first part of its name in plans and estimates; with by_condition "/<condition>" follows,
    with by_task "/<task>" for tasks beside the single-leg stance. tables: where its values are, the
    first that has some counts. columns: of these, the first that has values is analysed. label: its
    name in the report; printed: inside a sentence of the methods; unit: "" where it depends on the
    column. below, above: what lower and higher values are called. section: of the report. usual_model,
    usual_trials: unless the plan says otherwise; only an outcome with has_best may be the best trial
    of a leg. without_plan: what is done when no plan names it. missing: reasons of a trial without
    value, the first that applies. looked_for: column that shows that a value was looked for in vain.
    default_places: by what follows the name. caution: what every comparison of it has to say.
    not_compared: why no plan may name it, else "".
    """

    name: str
    tables: tuple[str, ...]
    columns: tuple[str, ...]
    kind: Kind
    section: str
    label: str
    printed: str
    unit: str
    description: str = ""
    below: str = "lower"
    above: str = "higher"
    by_condition: bool = False
    by_task: bool = True
    usual_model: str = "mixed_nested"
    usual_trials: TrialRule = "all"
    has_best: bool = False
    without_plan: WithoutPlan = ""
    missing: tuple[Missing, ...] = (Missing("no value"),)
    looked_for: str = ""
    default_places: Mapping[str, DefaultPlace] = field(default_factory=dict)
    caution: str = ""
    not_compared: str = ""

    def named(self, task: str = DEFAULT_TASK, condition: str = "") -> str:
        """The name in plans and estimates for a task and, of a hold, a condition."""
        parts = [self.name]
        parts += [condition] if self.by_condition else []
        parts += [task] if self.by_task and task != DEFAULT_TASK else []
        return "/".join(parts)

    def column_in(self, rows: pd.DataFrame) -> str | None:
        """The column that is analysed: the first one with a value, or looked for in vain; else None."""
        was_looked_for = self.looked_for in rows and rows[self.looked_for].notna().any()
        for column in self.columns:
            if column in rows and (was_looked_for or rows[column].notna().any()):
                return column
        return None

    def table_in(self, tables: Mapping[str, pd.DataFrame]) -> str | None:
        """Where its values are: the first of its tables that has some; None when none has."""
        with_values = (t for t in self.tables if t in tables and self.column_in(tables[t]))
        return next(with_values, None)

    def unit_of(self, column: str) -> str:
        """The unit of the values in one of its columns."""
        return self.unit or _rule(self.tables[0], column).facts["unit"]

    def printed_as(self, column: str) -> str:
        """Its name inside a sentence of the methods, for the column that is analysed."""
        return self.printed or in_sentence(_rule(self.tables[0], column).facts["label"])


def _rule(table: str, column: str) -> ColumnRule:
    return column_rules(MEASURED_TABLES[table])[column]


def _measured(
    table: str,
    column: str,
    *,
    section: str = "",
    label: str = "",
    below: str = "lower",
    above: str = "higher",
    without_plan: WithoutPlan = "",
    missing: tuple[Missing, ...] = (Missing("no value"),),
    looked_for: str = "",
    default: DefaultPlace | None = None,
    caution: str = "",
    not_compared: str = "",
) -> Outcome:
    """The outcome of one column, from its declaration and what is given beside it."""
    rule = _rule(table, column)
    is_strength = table == "strength"
    also_in = [
        other
        for other, model in MEASURED_TABLES.items()
        if other != table and column in column_rules(model)
    ]
    return Outcome(
        name=column,
        tables=(table, *also_in),
        columns=(column,),
        kind="measured",
        section=section or _SECTION_OF[table],
        label=label or spelled_out(rule.facts["label"]),
        printed=in_sentence(label or rule.facts["label"]),
        unit=rule.facts["unit"],
        description=rule.description,
        below=below,
        above=above,
        by_task=not is_strength,
        usual_model="mixed_random_intercept" if is_strength else "mixed_nested",
        usual_trials="best" if is_strength else "all",
        has_best=is_strength,
        without_plan=without_plan,
        missing=missing,
        looked_for=looked_for,
        default_places={"": default} if default else {},
        caution=caution,
        not_compared=not_compared,
    )


def spelled_out(label: str) -> str:
    """A label of a column as a report prints it: without the abbreviations of wide tables or commas."""
    first, *rest = _in_brackets(label).split(" ")
    return " ".join((_SPELLED_OUT.get(first, first), *rest))


def _in_brackets(label: str) -> str:
    first, *rest = label.split(", ")
    return f"{first} ({', '.join(rest)})" if rest else first


def lower_first(text: str) -> str:
    """Lower case at the start, but not for abbreviations such as BMI, MVIC or GMed."""
    first = text.split(" ")[0]
    return text if first[1:] != first[1:].lower() else text[:1].lower() + text[1:]


def in_sentence(label: str) -> str:
    """A label inside a sentence: "Integrated EMG, first part" is "integrated EMG (first part)"."""
    return _in_brackets(lower_first(label))


HOLD_TIME: Final = "hold_time_s"
STRENGTH: Final = "strength"
ONSET: Final = "onset_ms"

_CUT_OFF: Final = (
    "Holds that the ceiling or the end of a recording cut off count as if they had ended there; "
    f"{HOLD_TIME} allows for it."
)

_ENTRIES: Final = (
    Outcome(
        name=HOLD_TIME,
        tables=("hold_times",),
        columns=("capped_s",),
        kind="hold",
        section="hold-time",
        label="Hold time",
        printed="hold time",
        unit="s",
        description=column_rules(HoldTimes)[HOLD_TIME].description,
        below="shorter",
        above="longer",
        by_condition=True,
        usual_model="censored_lognormal",
        has_best=True,
        without_plan="compared",
        default_places={
            "eyes_open": DefaultPlace(
                "primary",
                "F1",
                "Time ratio of the case to the reference group of one trial with eyes open, if no "
                "ceiling were set.",
            ),
            "eyes_closed": DefaultPlace(
                "secondary",
                "F2",
                "Time ratio of the case to the reference group of one trial with eyes closed, if no "
                "ceiling were set.",
            ),
        },
    ),
    _measured(
        "activation",
        "gmed_pct_mvic",
        without_plan="compared",
        missing=(
            Missing("no %MVIC reference", has=("gmed_rms_uv",), lacks=("mvic_rms_uv",)),
            Missing("no activation value"),
        ),
        default=DefaultPlace(
            "primary",
            "F1",
            "Mean difference of gluteus medius activation in points of %MVIC, case minus reference.",
            also=("painful_leg",),
        ),
    ),
    _measured(
        "activation",
        ONSET,
        section="onset",
        below="earlier",
        above="later",
        without_plan="compared",
        missing=(Missing("onset not found"),),
        looked_for="onset_method",
        default=DefaultPlace(
            "secondary",
            "F2",
            "Mean difference in ms of the onsets that were detected, case minus reference.",
        ),
    ),
    # Always published beside the percentage: an MVIC that pain inhibits raises %MVIC.
    _measured("activation", "gmed_rms_uv", without_plan="described"),
    _measured("activation", "mvic_rms_uv", without_plan="described"),
    *(
        _measured("activation", column, section="onset", below="earlier", above="later")
        for column in ("onset_low_ms", "onset_high_ms", "onset_step_ms")
    ),
    _measured(
        "activation",
        "gmed_pct_reference",
        not_compared="Percent of a reference that is no MVIC differs between people for other reasons "
        "than their muscles.",
    ),
    _measured("activation", "reference_rms_uv", label="Reference contraction"),
    _measured("activation", "iemg_window_s", label="Duration of integrated EMG"),
    _measured("activation", "iemg_fixed_window_s", label="Duration of the first part"),
    *(
        _measured("stance_force", column, below="earlier", above="later")
        for column in ("liftoff_s", "touchdown_s", "reload_s", "hop_s", "cop_start_s", "cop_end_s")
    ),
    *(
        _measured("stance_force", column, below="shorter", above="longer", caution=_CUT_OFF)
        for column in ("hold_from_force_s", "hold_to_reload_s")
    ),
    Outcome(
        name=STRENGTH,
        tables=("strength",),
        columns=STRENGTH_SCALES,
        kind="measured",
        section="strength",
        label="Hip abductor strength",
        printed="",
        unit="",
        description="Hip abductor strength on the scale that the cohort has.",
        by_task=False,
        usual_model="mixed_random_intercept",
        usual_trials="best",
        has_best=True,
        without_plan="compared",
        default_places={
            "": DefaultPlace(
                "secondary",
                "F2",
                "Mean difference of hip abductor strength, best trial of each leg, case minus "
                "reference.",
            )
        },
    ),
)
"""What is more to an outcome than its column says; the order of those of a table is that of estimates."""


def _register() -> dict[str, Outcome]:
    """The entries, then every other number of the measured tables, each with its one name."""
    made = {outcome.name: outcome for outcome in _ENTRIES}
    tables = sorted(MEASURED_TABLES, key=lambda table: table != _WINS)
    for table in tables:
        for column, rule in column_rules(MEASURED_TABLES[table]).items():
            if rule.kind in ("number", "integer") and not rule.facts["identifies"]:
                made.setdefault(column, _measured(table, column))
    return made


OUTCOMES: Final[Mapping[str, Outcome]] = _register()
"""Every outcome by the first part of its name."""


def outcome_of(name: str) -> Outcome | None:
    """The entry of a name in a plan or in estimates, None for one that no plan can have."""
    return OUTCOMES.get(name.split("/")[0])


def outcomes_of_table(table: str) -> tuple[Outcome, ...]:
    """Outcomes that may have their values in a table, in the order of the register."""
    return tuple(outcome for outcome in OUTCOMES.values() if table in outcome.tables)


def plannable_outcomes(tasks: Iterable[str]) -> tuple[str, ...]:
    """Names that a plan may give to outcomes, for the balance tasks of a study."""
    others = [task for task in tasks if task != DEFAULT_TASK]
    return tuple(
        outcome.named(task, condition)
        for task in (DEFAULT_TASK, *others)
        for outcome in OUTCOMES.values()
        if task == DEFAULT_TASK or outcome.by_task
        for condition in (CONDITIONS if outcome.by_condition else ("",))
    )


def near_outcomes(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Up to five names that look like a misspelt one: alike in writing, or with a word in common."""
    known = list(names)
    words = {word for word in name.lower().split("_") if len(word) > 2}
    shared = [other for other in known if words & set(other.lower().split("_"))]
    shared.sort(key=lambda other: -len(words & set(other.lower().split("_"))))
    alike = get_close_matches(name.lower(), known, n=3, cutoff=0.6)
    return tuple(dict.fromkeys((*alike, *shared)))[:5]
