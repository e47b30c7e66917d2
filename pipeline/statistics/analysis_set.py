"""The analysis set: trials joined with their participants, and a count of every row that left."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from pipeline.statistics.outcomes.hold_bounds import (
    UNUSABLE_NOT_DONE,
    add_hold_bounds,
    unusable_holds,
)
from pipeline.statistics.ways_out import PeopleOut
from schemas.columns import empty_table
from schemas.decisions import Exclusions, SetAside
from schemas.intake_results import Flow
from schemas.outcomes import MEASURED_TABLES, OUTCOMES, STRENGTH, Missing, Outcome
from schemas.plan import DEFAULT_PLAN, Plan
from schemas.strength import STRENGTH_GRADE
from schemas.study import Study
from schemas.terms import DEFAULT_VISIT

UNKNOWN_GROUP = "(unknown)"
_STEPS = {"not_matched": 3, "not_usable": 4, "analysed": 5}
_MEASUREMENTS = ("hold_times", "activation", "strength", "clinical_test")
_JUDGED = {"activation": "signal rejected", "stance_force": "force events not found"}
"""Tables with a verdict on the signal of each trial, and why a rejected one is not used."""
_VERDICT_OF_FORCE = {"high": "good", "low": "warn", "none": "reject"}
"""How far force events can be trusted, as a verdict on the signal (schemas.terms.SIGNAL_VERDICTS)."""
_ROW_ORDER = ("participant_id", "visit", "task", "condition", "leg", "rater", "session", "trial")


@dataclass(frozen=True)
class AnalysisSets:
    """Tables ready for analysis; a table that the cohort does not have is None.

    participants: people of the two compared groups. hold_times, activation, strength,
    clinical_test: usable trials with the columns of participants and `dom` (1 when the leg is the
    dominant one, 0 when not, missing when unknown); hold_times also has the bounds of
    `hold_bounds.add_hold_bounds`. flow: rows that left and rows analysed (schema Flow). exclusions: of how
    many participants something left, by any way (schema Exclusions). In it a
    table name such as "activation/onset_ms" counts one measurement of a table. onset_by_detector,
    liftoff_by_rule: `schemas.sensitivity`, of all recordings.
    hold_visits: as hold_times, with the trials of all visits of a repeated study. training: the training
    log with the columns of participants. holds_not_done: trials of the analysed visit that were recorded as
    not done, with the columns of participants. stance_force: as activation, where the plan names a measurement
    of the force plates.
    """

    participants: pd.DataFrame
    hold_times: pd.DataFrame | None
    activation: pd.DataFrame | None
    strength: pd.DataFrame | None
    clinical_test: pd.DataFrame | None
    flow: pd.DataFrame
    exclusions: pd.DataFrame = field(default_factory=lambda: empty_table(Exclusions))
    onset_by_detector: pd.DataFrame | None = None
    liftoff_by_rule: pd.DataFrame | None = None
    hold_visits: pd.DataFrame | None = None
    training: pd.DataFrame | None = None
    holds_not_done: pd.DataFrame | None = None
    stance_force: pd.DataFrame | None = None

    def measured(self) -> dict[str, pd.DataFrame]:
        """The tables that hold measured outcomes, by name, as the cohort has them."""
        tables = {name: getattr(self, name) for name in MEASURED_TABLES}
        return {name: table for name, table in tables.items() if table is not None}


@dataclass
class _Ledger:
    """Counts of rows and people, by stage, table, group and reason."""

    entries: list[dict[str, object]] = field(default_factory=list)
    people: PeopleOut = field(default_factory=PeopleOut)

    def count(self, stage: str, table: str, rows: pd.DataFrame, reason: str = "") -> None:
        if stage == "analysed":
            self.people.note_analysed(table, rows["participant_id"])
        groups = rows["group"].fillna(UNKNOWN_GROUP)
        for group, part in rows.groupby(groups, sort=True):
            self.entries.append(
                {
                    "step": _STEPS[stage],
                    "stage": stage,
                    "table": table,
                    "group": group,
                    "reason": reason,
                    "n_rows": len(part),
                    "n_participants": part["participant_id"].nunique(),
                }
            )

    def drop(
        self, table: str, rows: pd.DataFrame, reasons: pd.Series, *, by_design: bool = False
    ) -> pd.DataFrame:
        """Rows whose reason is empty; the others are counted under theirs.

        by_design: rows that leave are no loss of a person who has others (another visit).
        """
        self.people.note_read(table, rows["participant_id"])
        if not by_design:
            self.people.note_left(table, rows.loc[reasons != "", "participant_id"])
        for reason in sorted(set(reasons) - {""}):
            self.count("not_usable", table, rows.loc[reasons == reason], reason)
        return rows.loc[reasons == ""].reset_index(drop=True)

    def frame(self) -> pd.DataFrame:
        flow = pd.DataFrame(self.entries, columns=list(Flow.to_schema().columns))
        return Flow.validate(
            flow.sort_values(["step", "table", "group", "reason"], ignore_index=True)
        )


def build_analysis_sets(
    tables: Mapping[str, pd.DataFrame],
    study: Study,
    plan: Plan = DEFAULT_PLAN,
    set_aside: pd.DataFrame | None = None,
) -> AnalysisSets:
    """Join every table with participants, drop what cannot be used, and count it by group.

    tables: validated tables by name (`schemas.tables`, and stance_force); participants is required, the
    rest as the cohort has them. plan: decides which measurements are counted one by one. set_aside: who
    lost rows in intake (schema SetAside), for the count of everybody who left. A repeated study is
    analysed at one visit (`_analysed_visit`). Raises KeyError without
    participants and pandas' MergeError when a participant stands twice.
    """
    ledger = _Ledger()
    participants = _compared_participants(tables["participants"], study, ledger)
    visit = _analysed_visit(tables, participants)
    compared = plan.compared_measures()
    used = [*_MEASUREMENTS]
    if any("stance_force" in outcome.tables for outcome in compared):
        used.append("stance_force")
    joined = {
        name: _join(name, tables[name], participants, visit, ledger)
        for name in used
        if name in tables
    }
    if "hold_times" in joined:
        holds = joined["hold_times"]
        why_not = unusable_holds(holds)
        joined["holds_not_done"] = holds.loc[why_not == UNUSABLE_NOT_DONE].reset_index(drop=True)
        usable = ledger.drop("hold_times", holds, why_not)
        joined["hold_times"] = add_hold_bounds(usable, study.holds.shortest_timed_hold_s)
    for name in (name for name in _JUDGED if name in joined):
        joined[name] = _usable_trials(name, joined[name], ledger)
    for outcome in compared:
        _count_values(outcome, joined, ledger)
    if "strength" in joined:
        joined["strength"] = _usable_strength(joined["strength"], ledger)
    if "clinical_test" in joined:
        ratings = joined["clinical_test"]
        reasons = _reasons(ratings, {"no rating": ratings["sls_test"].isna()})
        joined["clinical_test"] = ledger.drop("clinical_test", ratings, reasons)
    if len(tables.get("training_log", ())):
        log = tables["training_log"]
        entries = _join("training_log", log, participants, None, ledger)
        if len(entries):
            joined["training_log"] = entries
    for name, rows in joined.items():
        if name != "holds_not_done":
            ledger.count("analysed", name, rows)
    return AnalysisSets(
        participants=participants,
        hold_times=joined.get("hold_times"),
        activation=joined.get("activation"),
        strength=joined.get("strength"),
        clinical_test=joined.get("clinical_test"),
        flow=ledger.frame(),
        exclusions=ledger.people.counted(
            dict(zip(participants["participant_id"], participants["group"], strict=True)),
            empty_table(SetAside) if set_aside is None else set_aside,
            study.groups.labels,
        ),
        hold_visits=_hold_visits(tables, participants, study),
        training=joined.get("training_log"),
        holds_not_done=joined.get("holds_not_done"),
        stance_force=joined.get("stance_force"),
    )


def _hold_visits(
    tables: Mapping[str, pd.DataFrame], participants: pd.DataFrame, study: Study
) -> pd.DataFrame | None:
    """Usable trials of all visits, None when hold times do not tell visits apart."""
    if "hold_times" not in tables or not _names_visits(tables["hold_times"]):
        return None
    uncounted = _Ledger()
    holds = _join("hold_times", tables["hold_times"], participants, None, uncounted)
    usable = uncounted.drop("hold_times", holds, unusable_holds(holds))
    return add_hold_bounds(usable, study.holds.shortest_timed_hold_s)


def strength_scale(strength: pd.DataFrame) -> str | None:
    """The strength column to analyse: the first scale of the schema that has a value."""
    return OUTCOMES[STRENGTH].column_in(strength)


def _reasons(rows: pd.DataFrame, conditions: Mapping[str, pd.Series]) -> pd.Series:
    """The first reason that applies to each row, empty text where none does."""
    reasons = pd.Series("", index=rows.index, dtype="str")
    for reason, applies in conditions.items():
        reasons = reasons.mask(applies & (reasons == ""), reason)
    return reasons


def _compared_participants(people: pd.DataFrame, study: Study, ledger: _Ledger) -> pd.DataFrame:
    outside = ~people["group"].isin(study.groups.labels)
    compared = ledger.drop(
        "participants", people, _reasons(people, {"not in one of the two compared groups": outside})
    )
    compared = compared.sort_values("participant_id", ignore_index=True)
    ledger.count("analysed", "participants", compared)
    return compared


def _join(
    name: str, table: pd.DataFrame, participants: pd.DataFrame, visit: str | None, ledger: _Ledger
) -> pd.DataFrame:
    """Rows of one visit (of all with None) with their participant's columns and `dom`, in a fixed order."""
    rows = table.merge(
        participants, on="participant_id", how="left", validate="m:1", indicator="_match"
    )
    alone = rows["_match"] == "left_only"
    if alone.any():
        ledger.count("not_matched", name, rows.loc[alone], "participant not among those compared")
    order = [column for column in _ROW_ORDER if column in rows.columns]
    rows = rows.loc[~alone].drop(columns="_match").sort_values(order, ignore_index=True)
    if visit is not None and _names_visits(rows):
        seen = set(rows.loc[rows["visit"] == visit, "participant_id"])
        ledger.people.note_other_visit_only(name, set(rows["participant_id"]) - seen)
        reason = f"visit other than {visit}"
        rows = ledger.drop(
            name, rows, _reasons(rows, {reason: rows["visit"] != visit}), by_design=True
        )
    dominant = rows["dominant_leg"] if "dominant_leg" in rows.columns else None
    if dominant is None:
        return rows.assign(dom=float("nan"))
    return rows.assign(dom=(rows["leg"] == dominant).astype(float).where(dominant.notna()))


def _analysed_visit(tables: Mapping[str, pd.DataFrame], participants: pd.DataFrame) -> str:
    """The one visit that is analysed in all tables, so that no two outcomes are of different days.

    Only tables that name visits decide (`_names_visits`): the baseline visit when one of them has
    it for a compared person; else the first of hold_times in alphabetical order, or of the first
    table that names visits.
    """
    compared = participants["participant_id"]
    visits = [
        sorted(table.loc[table["participant_id"].isin(compared), "visit"].unique())
        for name in _MEASUREMENTS
        if (table := tables.get(name)) is not None and _names_visits(table)
    ]
    if any(DEFAULT_VISIT in names for names in visits):
        return DEFAULT_VISIT
    return next((str(names[0]) for names in visits if names), DEFAULT_VISIT)


def _names_visits(table: pd.DataFrame) -> bool:
    """Whether a table tells visits apart; one without a visit column was filled with the default."""
    return "visit" in table.columns and bool((table["visit"] != DEFAULT_VISIT).any())


def _usable_trials(table: str, rows: pd.DataFrame, ledger: _Ledger) -> pd.DataFrame:
    """Trials whose signal was not rejected, with the verdict in `quality`."""
    if table == "stance_force":
        rows = rows.assign(quality=rows["force_verdict"].map(_VERDICT_OF_FORCE))
    return ledger.drop(table, rows, _reasons(rows, {_JUDGED[table]: rows["quality"].eq("reject")}))


def _count_values(outcome: Outcome, joined: Mapping[str, pd.DataFrame], ledger: _Ledger) -> None:
    """Count the trials with and without a value of a measurement, in a table that has several."""
    table = outcome.table_in({name: joined[name] for name in _JUDGED if name in joined})
    if table is None:
        return
    rows = joined[table]
    reasons = {
        missing.reason: _applies(missing, rows, outcome.columns[0]) for missing in outcome.missing
    }
    name = f"{table}/{outcome.name}"
    ledger.count("analysed", name, ledger.drop(name, rows, _reasons(rows, reasons)))


def _applies(missing: Missing, rows: pd.DataFrame, column: str) -> pd.Series:
    """Of which trials a value is missing for a reason."""
    is_so = rows[column].isna()
    for other in missing.has:
        is_so &= rows[other].notna()
    for other in missing.lacks:
        is_so &= rows[other].isna()
    return is_so


def _usable_strength(rows: pd.DataFrame, ledger: _Ledger) -> pd.DataFrame:
    scale = strength_scale(rows)
    no_value = rows[scale].isna() if scale else pd.Series(True, index=rows.index)
    graded = rows[STRENGTH_GRADE].notna() if STRENGTH_GRADE in rows else no_value & False
    reasons = {
        "muscle test grade only, which is no measured force": no_value & graded,
        "no strength value": no_value,
    }
    return ledger.drop("strength", rows, _reasons(rows, reasons))


def signal_summary(activation: pd.DataFrame, participants: pd.DataFrame) -> pd.DataFrame | None:
    """How many stance recordings were good, doubtful and rejected in each group.

    activation: the validated table. Returns group, verdict, n_recordings; None when no row has a
    verdict because no recordings were processed.
    """
    judged = activation[activation["quality"].notna()]
    if judged.empty:
        return None
    with_group = judged.merge(
        participants[["participant_id", "group"]], on="participant_id", how="inner", validate="m:1"
    )
    keyed = with_group.rename(columns={"quality": "verdict"})
    counts = keyed.groupby(["group", "verdict"], observed=True).size()
    return counts.rename("n_recordings").reset_index()
