"""Sentences of the methods section about how the files were read, and how instruments were scored."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from pipeline.intake.rules.hold_rules import (
    EARLY_STOPS,
    KEPT_ABOVE,
    OTHER_ENDINGS,
    WITHOUT_TIME,
)
from schemas.columns import column_rules
from schemas.instruments import INSTRUMENTS, IPAQ_IMPOSSIBLE_MIN, IPAQ_LONGEST_MIN
from schemas.methods import MethodSentence
from schemas.participants import Participants
from schemas.strength import STRENGTH_GRADE, STRENGTH_SCALES, Strength
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
    ceilings = _listed([f"{value:g}" for value in sorted(set(holds["ceiling_s"]))])
    tolerance_s = study.holds.ceiling_tolerance_s
    done = counts.computed
    n_early, n_untimed, n_kept = (done.get(k, 0) for k in (EARLY_STOPS, WITHOUT_TIME, KEPT_ABOVE))
    at_ceiling = holds["ended_by"].eq("ceiling")
    n_otherwise = done.get(OTHER_ENDINGS, 0)
    n_not_done = int(holds["ended_by"].eq("not_done").sum())
    untimed = holds["hold_time_s"].isna()
    has_high = holds["hold_high_s"].notna()
    told = {
        f"Holds were timed up to a ceiling of {ceilings} s.": True,
        "A hold that the ceiling ended is known only to be longer than the ceiling "
        "(right-censored).": at_ceiling.any() or n_otherwise > 0,
        "So is a hold as long as the ceiling for which another ending was recorded "
        f"({n_otherwise} in these data).": n_otherwise > 0,
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
        f"Trials recorded as not done have no time and could not be analysed ({n_not_done} in these "
        "data; the flow of trials counts them by group).": n_not_done > 0,
    }
    return [text for text, happened in told.items() if happened]


def _listed(words: list[str]) -> str:
    """30; 30 or 45; 30, 45 or 60: a ceiling of one row is one of these."""
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


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


def instrument_sentences(
    study: Study, tables: Mapping[str, pd.DataFrame], computed: Mapping[str, int]
) -> list[str]:
    """What was scored, computed and assumed in this cohort.

    tables: the finished tables. computed: `Draft.computed` of participants and strength together.
    """
    people, strength = tables.get("participants"), tables.get("strength")
    texts: list[str] = []
    if people is not None:
        texts += _score_sentences(study, people, computed)
        texts += _body_sentences(computed)
        texts += _matching_sentences(study, people)
        texts += _case_sentences(study)
    if strength is not None:
        texts += _strength_sentences(strength, computed)
    return texts


def _score_sentences(study: Study, people: pd.DataFrame, computed: Mapping[str, int]) -> list[str]:
    odi = study.instruments.odi
    version = f" (version {odi.version})" if odi.version else ""
    texts = [
        f"{instrument.printed} totals are those of the {study.instruments.items_of(name)}-item version."
        for name, instrument in INSTRUMENTS.items()
        if instrument.versions and _has(people, instrument.total)
    ]
    told = {
        f"The Oswestry disability index{version} was scored from its answers, sum over 5 times the number "
        "of answered sections, in percent.": computed.get("odi", 0),
        "Oswestry questionnaires with up to "
        f"{odi.missing_items_allowed} unanswered sections were scored over the answered ones "
        f"({computed.get('odi_pro_rated', 0)} in these data).": computed.get("odi_pro_rated", 0),
        "Oswestry sums of points (0 to 50) were doubled to percent, as study.yaml declares.": (
            odi.total == "points_of_50" and _has(people, "odi_pct")
        ),
        "Physical activity was scored from the IPAQ short form (3.3, 4.0 and 8.0 MET for walking, moderate "
        f"and vigorous activity); people with more than {IPAQ_IMPOSSIBLE_MIN} min per day, with missing answers or "
        "with minutes on 0 days have no score; minutes left empty for an activity on 0 days count as 0.": (
            computed.get("ipaq", 0)
        ),
        f"Minutes above {IPAQ_LONGEST_MIN} per day of one activity were counted as {IPAQ_LONGEST_MIN} "
        f"({computed.get('ipaq_truncated', 0)} people).": computed.get("ipaq_truncated", 0),
        f"Numeric pain ratings are means of {study.instruments.nprs.ratings} ratings.": (
            study.instruments.nprs.ratings > 1 and _has(people, "nprs")
        ),
    }
    return texts + [text for text, happened in told.items() if happened]


def _body_sentences(computed: Mapping[str, int]) -> list[str]:
    n = computed.get("bmi", 0)
    if not n:
        return []
    people = "person" if n == 1 else "people"
    return [
        f"Body mass index was computed from height and mass where it was not given ({n} {people})."
    ]


def _matching_sentences(study: Study, people: pd.DataFrame) -> list[str]:
    matching = study.matching
    if matching is None:
        return []
    facts = {name: rule.facts for name, rule in column_rules(Participants).items()}
    words = [
        f"{_in_sentence(facts[name]['label'])} within {limit:g} {facts[name]['unit']}".rstrip()
        for name, limit in matching.within.items()
    ]
    words += [f"equal {_in_sentence(facts[name]['label'])}" for name in matching.same]
    on = f", on {', '.join(words)}" if words else ""
    n_sets = people["pair_id"].nunique() if "pair_id" in people else 0
    return [
        f"Cases and controls were matched in a ratio of {matching.ratio}{on}; {n_sets} sets are in these "
        "data."
    ]


def _case_sentences(study: Study) -> list[str]:
    rules, groups = study.case_definition, study.groups
    told = {
        f"{groups.case.label}: pain for at least {rules.minimum_symptom_weeks or 0:g} weeks.": (
            rules.minimum_symptom_weeks
        ),
        f"{groups.reference.label}: at least {rules.control_pain_free_months or 0:g} months without "
        "pain.": (rules.control_pain_free_months),
    }
    return [text for text, declared in told.items() if declared is not None]


def _strength_sentences(strength: pd.DataFrame, computed: Mapping[str, int]) -> list[str]:
    labels = {name: rule.facts["unit"] for name, rule in column_rules(Strength).items()}
    scales = [labels[name] for name in STRENGTH_SCALES if _has(strength, name)]
    others = [labels[n] for n in STRENGTH_SCALES if computed.get(f"not analysed: {n}")]
    n_grades = int(strength[STRENGTH_GRADE].notna().sum()) if STRENGTH_GRADE in strength else 0
    told = {
        f"Strength was analysed in {' and '.join(scales)}, as study.yaml declares; values in "
        f"{' and '.join(others)} were left out, and no scale was converted into another.": others,
        f"Grades of the manual muscle test are an order, not a force: {n_grades} grades were kept, and "
        "no mean or difference was computed from them.": n_grades,
    }
    return [text for text, happened in told.items() if happened]


def _in_sentence(label: str) -> str:
    """A label inside a sentence: lower case, but BMI stays BMI."""
    return label if label[:2].isupper() else label.lower()


def _has(table: pd.DataFrame, column: str) -> bool:
    return column in table and bool(table[column].notna().any())
