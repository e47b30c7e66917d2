"""Sentences of the methods section about questionnaires, body measures, strength scales and matching."""

from collections.abc import Mapping

import pandas as pd

from schemas.columns import column_rules
from schemas.instruments import INSTRUMENTS, IPAQ_IMPOSSIBLE_MIN, IPAQ_LONGEST_MIN
from schemas.participants import Participants
from schemas.strength import STRENGTH_GRADE, STRENGTH_SCALES, Strength
from schemas.study import Study


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
