"""A draft of `tables` for study.yaml, made from the headings that a cohort's files have.

It is text to look at and paste, never used by Stance itself: what a heading means is for a person to
say. Everything that the draft cannot know stands in it as a comment. The words that labs use for our columns
and terms stand at the end; nothing of them is ever read as data.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from pipeline.intake.cells.grid import Cells, Grid
from pipeline.intake.cells.parsing import accepted_terms
from pipeline.intake.cells.units import IN_CELLS, has_unit, unit_factor
from pipeline.intake.columns.headings import columns_without_heading
from pipeline.intake.files.discovery import CohortFiles, GridKey
from pipeline.intake.findings.messages import FileProblemError
from pipeline.intake.formats.reading import reading_of
from pipeline.intake.formats.table_formats import table_format
from pipeline.intake.layouts.block_labels import undeclared_blocks
from pipeline.intake.privacy.identifiers import identifying_places
from pipeline.intake.settings.yaml_text import yaml_value
from schemas.columns import ColumnRule, column_rules
from schemas.study import Study
from schemas.tables import COHORT_TABLES, CohortTable

_MARKED_UNIT = re.compile(r"(.*?)\s*[\[(]([^\])]*)[\])]\s*")
_TRAILING_UNIT = re.compile(r"(.*[^\W_])[\s_]+(%?[^\W\d_]{1,5}|%)")
_MOST_WORDS = 12
_HEAD = "A draft. Check every line before you paste it into study.yaml; Stance does not use it by itself."
_NEEDED = {
    "participants": {"participant_id", "group"},
    "hold_times": {"participant_id", "leg", "hold_time_s"},
    "activation": {"participant_id", "leg", "gmed_pct_mvic"},
    "strength": {"participant_id", "leg", "abd_strength_n_kg"},
}
"""What a table that is drafted cannot do without; the other tables are too rare to guess at."""
_WIDE_TABLE = "hold_times"
"""Headings that name legs and trials only are taken for hold times."""


@dataclass
class _Suggestion:
    """One table of the draft: where it is and what its headings seem to mean."""

    table: CohortTable
    key: GridKey
    columns: dict[str, str] = field(default_factory=dict)
    wide: dict[str, dict[str, str | int]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    terms: dict[str, dict[str, str]] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)
    repeats: bool = False
    has_two_heading_rows: bool = False

    @property
    def is_usable(self) -> bool:
        """Whether the table has what it cannot do without, or a question that has to be answered first."""
        has = {*self.columns, *(name for keys in self.wide.values() for name in keys)}
        has |= {str(keys["to"]) for keys in self.wide.values()}
        if self.has_two_heading_rows:
            return "participant_id" in has
        return _NEEDED[self.table.name] <= has


def suggested_tables_of(folder: Path, study: Study) -> str:
    """The draft for the files of a cohort folder; see `suggested_tables`."""
    return suggested_tables(CohortFiles(folder, reading_of(study)), study)


def suggested_tables(files: CohortFiles, study: Study) -> str:
    """The draft as YAML text, or "" when no heading of the files can be recognised.

    files: the cohort's files. Only tables that study.yaml does not declare are drafted.
    """
    grids = list(_grids(files))
    parts: list[str] = []
    for table in COHORT_TABLES.values():
        if table.name in study.tables or table.name not in _NEEDED:
            continue
        drafts = [_draft(table, key, grid, study) for key, grid in grids]
        usable = [draft for draft in drafts if draft.is_usable]
        if usable:
            best = max(usable, key=_worth)
            parts.append(_text(best))
        elif table.required:
            parts += _blocks(files, table)
    return "" if not parts else f"# {_HEAD}\ntables:\n" + "\n".join(dict.fromkeys(parts)) + "\n"


def _worth(draft: _Suggestion) -> tuple[bool, int]:
    return not draft.has_two_heading_rows, len(draft.columns) + len(draft.wide)


def _grids(files: CohortFiles) -> Iterator[tuple[GridKey, Grid]]:
    for name in files.names():
        if table_format(name) is None:
            continue
        try:
            for sheet in files.opened(name).sheets or (None,):
                grid = files.grid((name, sheet))
                if len(grid.row_numbers) and any(grid.headings):
                    yield (name, sheet), grid
        except FileProblemError:
            continue


def _draft(table: CohortTable, key: GridKey, grid: Grid, study: Study) -> _Suggestion:
    draft = _Suggestion(table, key)
    hidden = set(identifying_places(grid.headings))
    rules = column_rules(table.model)
    meanings: dict[str, int] = {}
    for j, heading in enumerate(grid.headings):
        if not heading or j in hidden or grid.headings.count(heading) > 1:
            continue
        place = _leg_and_trial(heading)
        if place is not None and table.name == _WIDE_TABLE:
            draft.wide[heading] = {"to": "hold_time_s", **place}
            continue
        name = _meaning(heading, rules)
        if name is not None and name not in meanings:
            meanings[name] = j
    if "leg" in meanings:
        draft.wide.clear()
    if draft.wide and _has_values_beside(grid, draft.wide):
        # A left that stands for three columns would be read as the first of them only.
        draft.wide.clear()
        draft.has_two_heading_rows = True
        draft.questions.append(
            "The headings seem to stand in two rows. Write them in one row, such as Left T1."
        )
    for name, j in meanings.items():
        draft.columns[name] = grid.headings[j]
        _look_at_cells(draft, rules[name], grid.headings[j], grid.columns[j], study)
    if "participant_id" in meanings and table.name == "participants":
        codes = grid.columns[meanings["participant_id"]].text
        draft.repeats = bool(codes[codes != ""].duplicated().any())
    return draft


def _has_values_beside(grid: Grid, wide: Collection[str]) -> bool:
    """Whether a column without a heading, on the right of one of these, holds anything."""
    return any(
        grid.headings[owner] in wide and bool((grid.columns[j].text != "").any())
        for j, owner in columns_without_heading(grid)
    )


def _meaning(heading: str, rules: dict[str, ColumnRule]) -> str | None:
    """Our column for a heading, with or without a unit behind it."""
    candidates = [heading, _split(heading)[0]]
    for text in candidates:
        plain = _plain(text)
        for name in rules:
            if plain in {_plain(name), *(_plain(word) for word in HEADING_WORDS.get(name, ()))}:
                return name
    return None


def _split(heading: str) -> tuple[str, str]:
    """Heading and unit: "Height [cm]" -> ("Height", "cm"); the unit is "" where none is written."""
    for pattern in (_MARKED_UNIT, _TRAILING_UNIT):
        found = pattern.fullmatch(heading.strip())
        if found is not None:
            return found[1], found[2]
    return heading, ""


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _leg_and_trial(heading: str) -> dict[str, str | int] | None:
    """Leg and trial that a heading such as SLS_L1, "left 2" or "links T3" names."""
    words = re.findall(r"[^\W\d_]+|\d+", heading.casefold())
    legs = {leg for leg in ("left", "right") for word in words if word in TERM_WORDS[leg]}
    numbers = [int(word) for word in words if word.isdecimal()]
    if len(legs) != 1 or len(numbers) > 1:
        return None
    return {"leg": legs.pop(), "trial": numbers[0] if numbers else 1}


def _look_at_cells(
    draft: _Suggestion, rule: ColumnRule, heading: str, cells: Cells, study: Study
) -> None:
    """Units, terms and groups that the cells and the heading suggest."""
    given = cells.text[~cells.is_missing]
    if rule.kind in ("number", "integer"):
        _suggest_unit(draft, rule, heading, given)
    elif rule.name == "group":
        unknown = [word for word in _words(given) if study.groups.resolve(word) is None]
        if unknown:
            draft.questions.append(
                f"group: under `groups`, add as spellings of the right group: {', '.join(unknown)}"
            )
    elif rule.terms:
        known = accepted_terms(rule)
        new = [word for word in _words(given) if word.casefold() not in known]
        meant = {word: term for word in new if (term := _term(word, rule)) is not None}
        if meant:
            draft.terms[rule.name] = meant
        unclear = [word for word in new if word not in meant]
        if unclear:
            draft.questions.append(f"{rule.name}: what do these mean? {', '.join(unclear)}")


def _suggest_unit(
    draft: _Suggestion, rule: ColumnRule, heading: str, given: "pd.Series[str]"
) -> None:
    ours = rule.facts["unit"]
    if not ours or given.empty:
        return
    if sum(has_unit(str(text), ours) for text in given) > len(given) / 2:
        draft.units[rule.name] = IN_CELLS
        return
    written = _split(heading)[1]
    unit = UNIT_WORDS.get(_plain(written), written)
    if unit and unit != ours and unit_factor(ours, unit) is not None:
        draft.units[rule.name] = unit
    elif not unit:
        draft.questions.append(f"{rule.name}: is {heading} really in {ours}?")


def _words(given: "pd.Series[str]") -> list[str]:
    return sorted(str(word) for word in given.unique())[:_MOST_WORDS]


def _term(word: str, rule: ColumnRule) -> str | None:
    plain = word.strip().casefold()
    for term in rule.terms:
        if plain in TERM_WORDS.get(term, ()):
            return term
    return None


def _text(draft: _Suggestion) -> str:
    file, sheet = draft.key
    lines = [f"  {draft.table.name}:", f"    file: {yaml_value(file)}"]
    if sheet is not None:
        lines.append(f"    sheet: {yaml_value(sheet)}")
    own = {name: heading for name, heading in draft.columns.items() if heading != name}
    for key, entries in (("columns", own), ("units", draft.units)):
        if entries:
            pairs = ", ".join(f"{name}: {yaml_value(word)}" for name, word in entries.items())
            lines.append(f"    {key}: {{{pairs}}}")
    if draft.terms:
        lines.append("    values:")
        for name, meant in draft.terms.items():
            pairs = ", ".join(f"{yaml_value(word)}: {term}" for word, term in meant.items())
            lines.append(f"      {name}: {{{pairs}}}")
    if draft.wide:
        lines.append("    wide:")
        for heading, keys in draft.wide.items():
            pairs = ", ".join(f"{name}: {value}" for name, value in keys.items())
            lines.append(f"      {yaml_value(heading)}: {{{pairs}}}")
    if draft.repeats:
        lines.append("    distinct: true  # people stand in several rows")
    return "\n".join([*lines, *(f"    # Please check. {text}" for text in draft.questions)])


def _blocks(files: CohortFiles, table: CohortTable) -> Iterator[str]:
    """The declaration for a sheet that is laid out in blocks, as a comment to work from."""
    for name in files.names():
        if table_format(name) is None:
            continue
        try:
            for sheet in files.opened(name).sheets or (None,):
                whole = files.whole((name, sheet))
                hint = None if whole is None else undeclared_blocks(whole, table.name)
                if hint is not None:
                    yield f"  # {hint.why}"
                    yield f"  # {hint.fix}"
                    return
        except FileProblemError:
            continue


HEADING_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "participant_id": (
        "participant id", "participant", "participant no", "participant code", "subject", "subject id",
        "subj", "id", "code", "study id", "record id", "pid", "proband", "probanden id", "patient id",
        "versuchsperson", "vp", "teilnehmer", "sujet", "code sujet", "sujeto", "soggetto",
    ),
    "group": ("group", "gruppe", "groupe", "grupo", "gruppo", "arm", "status", "cohort", "diagnosis"),
    "age_years": ("age", "age years", "alter", "edad", "eta", "âge", "leeftijd", "ålder"),
    "sex": ("sex", "gender", "geschlecht", "sexe", "sexo", "sesso", "kön"),
    "height_cm": ("height", "stature", "größe", "groesse", "körpergröße", "taille", "altura", "talla", "altezza"),
    "mass_kg": ("mass", "weight", "body mass", "body weight", "gewicht", "körpergewicht", "poids", "peso"),
    "bmi": ("bmi", "body mass index", "imc"),
    "dominant_leg": ("dominant leg", "dominant side", "leg dominance", "dominantes bein", "jambe dominante"),
    "painful_side": ("painful side", "pain side", "side of pain", "schmerzseite"),
    "symptom_months": ("symptom duration", "pain duration", "duration", "symptom months", "schmerzdauer"),
    "vas_mm": ("vas", "pain vas", "vas pain", "visual analogue scale", "schmerz vas"),
    "nprs": ("nprs", "nrs", "pain nrs", "numeric rating scale"),
    "odi_pct": ("odi", "oswestry", "oswestry disability index", "odi percent"),
    "rmdq": ("rmdq", "roland morris", "rdq"),
    "tsk": ("tsk", "tampa", "kinesiophobia"),
    "pcs": ("pcs", "catastrophizing", "catastrophising"),
    "leg": ("leg", "side", "limb", "bein", "seite", "stance leg", "jambe", "côté", "pierna", "lado", "gamba", "lato"),
    "trial": ("trial", "trial no", "repetition", "rep", "attempt", "versuch", "essai", "intento", "prova"),
    "condition": ("condition", "eyes", "augen", "bedingung", "yeux", "ojos"),
    "visit": ("visit", "session", "time point", "timepoint", "termin", "visite"),
    "task": ("task", "exercise", "aufgabe", "übung", "tâche"),
    "hold_time_s": (
        "hold time", "holding time", "stance time", "sls time", "sls", "time", "stance duration", "duration",
        "balance time", "haltezeit", "zeit", "standzeit", "temps", "durée", "tiempo", "tempo",
    ),
    "ended_by": ("ended by", "reason", "end reason", "stopped by", "abbruchgrund"),
    "ceiling_s": ("ceiling", "cutoff", "cut off", "maximum time", "max time"),
    "gmed_pct_mvic": ("gmed mvic", "gmed percent mvic", "gluteus medius mvic", "gmed"),
    "gmed_rms_uv": ("gmed rms", "rms"),
    "onset_ms": ("onset", "onset latency", "emg onset"),
    "abd_strength_n_kg": ("abduction strength n kg", "hip abduction", "abductor strength"),
    "abd_strength_n": ("abduction force", "abductor force"),
    "sls_test": ("sls test", "trendelenburg", "sls rating"),
    "rater": ("rater", "assessor", "tester", "untersucher"),
    "file": ("file", "file name", "datei"),
    "role": ("role",),
}  # fmt: skip
"""Our column -> what labs write above it."""

TERM_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "left": ("l", "left", "links", "li", "lt", "gauche", "g", "izquierda", "izq", "sinistra", "sx"),
    "right": ("r", "right", "rechts", "re", "rt", "droite", "d", "derecha", "der", "destra", "dx"),
    "female": ("f", "w", "female", "woman", "weiblich", "femme", "féminin", "mujer", "femmina", "vrouw"),
    "male": ("m", "male", "man", "männlich", "homme", "masculin", "hombre", "maschio"),
    "eyes_open": ("eyes open", "open", "eo", "augen offen", "offen", "yeux ouverts"),
    "eyes_closed": ("eyes closed", "closed", "ec", "augen geschlossen", "geschlossen", "yeux fermés"),
    "positive": ("positive", "pos", "+", "positiv"),
    "negative": ("negative", "neg", "-", "negativ"),
}  # fmt: skip
"""Our term -> how labs write it."""

UNIT_WORDS: Final[dict[str, str]] = {
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "sek": "s", "sekunden": "s", "msec": "ms",
    "yrs": "years", "yr": "years", "y": "years", "year": "years", "jahre": "years", "mo": "months",
    "mths": "months", "wk": "weeks", "wks": "weeks", "wochen": "weeks", "kgs": "kg", "lbs": "lb",
    "metres": "m", "meter": "m", "meters": "m", "010": "cm", "0100": "mm",
}  # fmt: skip
"""Unit as written above a column, letters and digits only -> our word for it. A scale from 0 to 10 is in cm."""
