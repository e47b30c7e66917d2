"""Sentences of the methods section about how the files were read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from pipeline.intake.instrument_text import instrument_sentences
from pipeline.intake.rules.hold_rules import EARLY_STOPS, KEPT_ABOVE, WITHOUT_TIME
from schemas.methods import MethodSentence
from schemas.study import Study


@dataclass(frozen=True)
class IntakeCounts:
    """What happened to a cohort's rows, so that only this is told.

    n_rows_set_aside: rows of all tables that left. n_cells_left_out: measurements of participants
    that were left out alone. n_late_stops: holds recorded a little above the ceiling that were set
    to it. rules: ids of the rules that have a finding. n_rows_accepted, n_rows_kept: rows that are out
    and in by a decision of the data manager. computed: values that intake computed, by what was done.
    """

    n_rows_set_aside: int
    n_cells_left_out: int
    n_late_stops: int
    rules: frozenset[str]
    n_rows_accepted: int = 0
    n_rows_kept: int = 0
    computed: Mapping[str, int] = field(default_factory=dict)


def intake_sentences(
    study: Study, tables: Mapping[str, pd.DataFrame], counts: IntakeCounts
) -> tuple[MethodSentence, ...]:
    """What intake did with this cohort, as full sentences with the settings that were used.

    tables: the finished tables. A sentence appears only when what it tells happened.
    """
    texts = [
        "Every cell of the tables was checked against the rules of its column; no value was "
        "estimated or carried forward."
    ]
    if counts.n_rows_set_aside:
        texts.append(
            "Rows with a value that cannot be used were set aside and are counted by group in the "
            "flow table."
        )
    texts += _decision_sentences(counts)
    if counts.n_cells_left_out:
        texts.append(
            "A measurement of a participant that cannot be used, such as a pain score outside its "
            "scale, was left out without the person's other data."
        )
    if study.missing_codes:
        codes = ", ".join(study.missing_codes)
        texts.append(f"Besides empty cells, these entries counted as missing: {codes}.")
    holds = tables.get("hold_times")
    if holds is not None and not holds.empty:
        texts += _hold_sentences(study, holds, counts)
    texts += instrument_sentences(study, tables, counts.computed)
    texts += _unit_sentences(study)
    return tuple(MethodSentence("intake", text) for text in texts)


def _decision_sentences(counts: IntakeCounts) -> list[str]:
    told = {
        f"Rows that the data manager excluded by a signed decision: {counts.n_rows_accepted}.": (
            counts.n_rows_accepted
        ),
        "Rows that a check would have set aside and that the data manager kept by a signed decision: "
        f"{counts.n_rows_kept}.": counts.n_rows_kept,
    }
    return [text for text, happened in told.items() if happened]


def _hold_sentences(study: Study, holds: pd.DataFrame, counts: IntakeCounts) -> list[str]:
    ceilings = " and ".join(f"{value:g} s" for value in sorted(set(holds["ceiling_s"])))
    tolerance_s = study.holds.ceiling_tolerance_s
    done = counts.computed
    n_early, n_untimed, n_kept = (done.get(k, 0) for k in (EARLY_STOPS, WITHOUT_TIME, KEPT_ABOVE))
    at_ceiling = holds["ended_by"].eq("ceiling")
    untimed = holds["hold_time_s"].isna()
    has_high = holds["hold_high_s"].notna()
    told = {
        f"Holds were timed up to a ceiling of {ceilings}.": True,
        "A hold that the ceiling ended is known only to be longer than the ceiling "
        "(right-censored).": at_ceiling.any(),
        "A hold at the ceiling without a recorded ending was taken as ended by it.": (
            "HOLD-02" in counts.rules
        ),
        f"A hold recorded up to {tolerance_s:g} s above the ceiling was a late stop of the clock and "
        f"was set to the ceiling ({counts.n_late_stops} in these data).": counts.n_late_stops > 0,
        f"A hold recorded up to {tolerance_s:g} s below the ceiling and as ended by it was an early stop "
        f"of the clock and was set to the ceiling ({n_early} in these data).": n_early > 0,
        "A hold recorded without a time and as ended by the ceiling was set to the ceiling "
        f"({n_untimed} in these data).": n_untimed > 0,
        f"Holds recorded more than {tolerance_s:g} s above the ceiling that the data manager kept were "
        f"set to the ceiling ({n_kept} in these data).": n_kept > 0,
        f"Holds recorded more than {tolerance_s:g} s above the ceiling were set aside.": (
            "HOLD-01" in counts.rules
        ),
        "Holds that are known only within bounds were kept with their bounds "
        "(interval-censored).": has_high.any(),
        "Holds of which only a lower bound is known were kept as longer than this bound "
        "(right-censored).": (untimed & ~has_high & (holds["hold_low_s"] > 0)).any(),
        "Trials recorded as not done were kept without a time.": (
            holds["ended_by"].eq("not_done").any()
        ),
    }
    return [text for text, happened in told.items() if happened]


def _unit_sentences(study: Study) -> list[str]:
    units = {
        f"{name} from {unit}"
        for sources in study.tables.values()
        for source in sources
        for name, unit in source.units.items()
    }
    if not units:
        return []
    return [f"Units of the files were converted: {', '.join(sorted(units))}."]
