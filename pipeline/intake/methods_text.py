"""Sentences of the methods section about how the files were read."""

from collections.abc import Mapping

import pandas as pd

from schemas.methods import MethodSentence
from schemas.study import Study


def intake_sentences(
    study: Study, tables: Mapping[str, pd.DataFrame], n_late_stops: int
) -> tuple[MethodSentence, ...]:
    """What intake did with this cohort, as full sentences with the settings that were used.

    tables: the finished tables; a sentence about holds appears only for what the table holds.
    n_late_stops: holds recorded a little above the ceiling that were set to it.
    """
    texts = [
        "Every cell of the tables was checked against the rules of its column. Rows with a value "
        "that cannot be used were set aside and are counted by group in the flow table; no value "
        "was estimated or carried forward.",
        "A measurement of a participant that cannot be used, such as a pain score outside its "
        "scale, was left out without the person's other data.",
    ]
    if study.missing_codes:
        codes = ", ".join(study.missing_codes)
        texts.append(f"Besides empty cells, these entries counted as missing: {codes}.")
    holds = tables.get("hold_times")
    if holds is not None and not holds.empty:
        texts += _hold_sentences(study, holds, n_late_stops)
    texts += _unit_sentences(study)
    return tuple(MethodSentence("intake", text) for text in texts)


def _hold_sentences(study: Study, holds: pd.DataFrame, n_late_stops: int) -> list[str]:
    ceilings = " and ".join(f"{value:g} s" for value in sorted(set(holds["ceiling_s"])))
    tolerance_s = study.holds.ceiling_tolerance_s
    texts = [
        f"Holds were timed up to a ceiling of {ceilings}. A hold that the ceiling ended is known "
        "only to be longer than the ceiling (right-censored), and so is a hold at the ceiling "
        f"without a recorded ending. A hold recorded up to {tolerance_s:g} s above the ceiling was "
        f"a late stop of the clock and was set to the ceiling{_how_many(n_late_stops)}; longer ones "
        "were set aside."
    ]
    if holds["hold_high_s"].notna().any():
        texts.append(
            "Holds that are known only within bounds were kept with their bounds "
            "(interval-censored)."
        )
    if (holds["ended_by"] == "not_done").any():
        texts.append("Trials recorded as not done were kept without a time.")
    return texts


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


def _how_many(n_late_stops: int) -> str:
    return f" ({n_late_stops} in these data)" if n_late_stops else ""
