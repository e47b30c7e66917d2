"""Names in study.yaml and plan.yaml that have to exist elsewhere: columns, units, tasks, terms.

The settings models know keys and types; only here is a column map held against the tables.
"""

from collections.abc import Iterator, Sequence

from pipeline.intake.cells.grid import Cells
from pipeline.intake.cells.parsing import parse_column
from pipeline.intake.cells.sentences import cell_facts
from pipeline.intake.cells.units import is_in_cells, unit_factor, units_for
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.findings.messages import Finding, listed, make_finding, near_sentence, quoted
from pipeline.intake.formats.table_formats import table_format
from pipeline.intake.rules.leg_coding import dominance_of
from pipeline.intake.settings.study_file import PLAN_FILE, STUDY_FILE, path_text, settings_finding
from pipeline.intake.settings.yaml_text import KeyPath, YamlText
from schemas.columns import ColumnRule, column_rules
from schemas.outcomes import near_outcomes, plannable_outcomes
from schemas.participants import Participants
from schemas.plan import Plan, plan_contradictions
from schemas.rules import RULES
from schemas.study import Study
from schemas.table_sources import Scalar, TableSource
from schemas.tables import INPUT_TABLES
from schemas.terms import CONDITIONS

Trouble = tuple[KeyPath, str, str, str]
"""Key path, problem, suggestion, what was found."""


def check_study_names(study: Study, document: YamlText) -> list[Finding]:
    """STUDY-01 findings for names in study.yaml that no table, unit or task answers to."""
    troubles = list(_ceiling_troubles(study))
    for name, sources in study.tables.items():
        rules = column_rules(INPUT_TABLES[name].model)
        for i, source in enumerate(sources):
            for path, *rest in _source_troubles(source, rules, study):
                start = _source_path(document, name, i)
                troubles.append(((*start, *path), rest[0], rest[1], rest[2]))
    return [settings_finding(STUDY_FILE, document, *trouble) for trouble in troubles]


def check_plan_names(plan: Plan, tasks: Sequence[str], document: YamlText) -> list[Finding]:
    """STUDY-01 findings for names in plan.yaml that a study cannot have, and for contradictions.

    tasks: balance tasks of the study. A misspelt outcome would otherwise make the primary analysis
    disappear from the plan.
    """
    known = [name for name in column_rules(Participants) if name not in ("participant_id", "group")]
    known.append("dom")
    places: list[tuple[KeyPath, Sequence[str]]] = [(("covariates",), plan.covariates)]
    for name, outcome in plan.outcomes.items():
        places.append((("outcomes", name, "covariates"), outcome.covariates or ()))
    troubles = [
        ((*path, i), *_unknown_name(name, known, "column of Stance"), name)
        for path, names in places
        for i, name in enumerate(names)
        if name not in known
    ]
    outcomes = plannable_outcomes(tasks)
    troubles += [
        (
            ("outcomes", name),
            f"{name} is no outcome of Stance.",
            _other_outcomes(name, outcomes),
            name,
        )
        for name in plan.outcomes
        if name not in outcomes
    ]
    troubles += plan_contradictions(plan)
    return [settings_finding(PLAN_FILE, document, *trouble) for trouble in troubles]


def _other_outcomes(name: str, known: Sequence[str]) -> str:
    """What to write in place of an outcome that no table has: names like it, or those of all tables."""
    near = near_outcomes(name, known)
    if len(near) == 1:
        return f"The nearest name is {near[0]}."
    return f"Near names are {', '.join(near)}." if near else f"Use one of: {listed(known, 30)}."


def check_plan_covariates(plan: Plan, people: Draft, document: YamlText) -> list[Finding]:
    """PLAN-01 for every covariate of plan.yaml of which the cohort has no value.

    Only for a plan of the study's own; names that no table can have are STUDY-01.
    """
    places: list[tuple[KeyPath, str]] = [
        (("covariates", i), name) for i, name in enumerate(plan.covariates)
    ]
    for outcome, planned in plan.outcomes.items():
        own = planned.covariates or ()
        places += [(("outcomes", outcome, "covariates", i), name) for i, name in enumerate(own)]
    findings: list[Finding] = []
    for path, name in places:
        column = _COLUMN_OF.get(name, name)
        why = _without_values(people, column)
        stands_there = path in document.lines or path[:-1] in document.lines
        if why and stands_there and name not in {f.found.strip('"') for f in findings}:
            line = document.line(path)
            findings.append(
                make_finding(
                    "PLAN-01",
                    file=PLAN_FILE,
                    cell=f"line {line}",
                    column=path_text(path),
                    found=quoted(name),
                    row=line,
                    facts={"covariate": name, "no_values": why},
                )
            )
    return findings


_COLUMN_OF = {"dom": "dominant_leg"}


def _without_values(people: Draft, column: str) -> str:
    """Why no participant in the analysis has a value in a column, "" when somebody has."""
    if column in people.frame:  # as typed, or computed: bmi from height and mass
        values = people.frame[column].notna().to_numpy(dtype=bool)
        if values[people.usable].any():
            return ""
    if column not in people.shown:
        return f"the participants table has no column {column}"
    return f"the column {column} has no usable value"


def _source_path(document: YamlText, table: str, i: int) -> KeyPath:
    listed_form: KeyPath = ("tables", table, i)
    return listed_form if listed_form in document.lines else ("tables", table)


def _unknown_name(name: str, known: Sequence[str], what: str) -> tuple[str, str]:
    suggestion = near_sentence(name, known, "name").strip()
    return f"{name} is no {what}.", suggestion or f"Use one of: {listed(known, 30)}."


def _ceiling_troubles(study: Study) -> Iterator[Trouble]:
    tasks = list(study.balance_tasks())
    known = [*tasks, *CONDITIONS, *(f"{task}/{eyes}" for task in tasks for eyes in CONDITIONS)]
    for key in study.holds.ceilings_s:
        if key not in known:
            near = near_sentence(key, known, "one").strip()
            yield (
                ("holds", "ceilings_s", key),
                f"{key} is no task, condition or task/condition.",
                near
                or f"Use a task ({listed(tasks)}) or a condition ({listed(list(CONDITIONS))}).",
                key,
            )


def _source_troubles(
    source: TableSource, rules: dict[str, ColumnRule], study: Study
) -> Iterator[Trouble]:
    yield from _name_troubles(source, rules)
    yield from _unit_troubles(source, rules)
    kind = table_format(source.file)
    if source.sheet is not None and kind is not None and not kind.sheets:
        yield (
            ("sheet",),
            f"{source.file} is a {kind.what}, which has no sheets.",
            "Remove `sheet`, or name the workbook under `file`.",
            source.sheet,
        )
    settings: list[tuple[KeyPath, str, Scalar]] = [
        (("constants", name), name, value) for name, value in source.constants.items()
    ]
    for heading, column in source.wide.items():
        settings += [(("wide", heading, k), k, v) for k, v in column.keys.items()]
    for name, codes in source.codes.items():
        for code, sets in codes.items():
            settings += [(("codes", name, code, k), k, v) for k, v in sets.items()]
    for name, spellings in source.values.items():
        if name in rules and (rules[name].terms or name in ("group", "task")):
            settings += [
                (("values", name, found), name, ours) for found, ours in spellings.items() if ours
            ]
    for path, name, value in settings:
        problem = None if name not in rules else _value_problem(rules[name], value, study)
        if problem is not None:
            yield path, problem, "Correct the value in study.yaml.", str(value)


def _name_troubles(source: TableSource, rules: dict[str, ColumnRule]) -> Iterator[Trouble]:
    known = [*rules, *source.codes]
    names: list[tuple[KeyPath, str, list[str]]] = [
        (("columns", name), name, known) for name in source.columns
    ]
    names += [(("values", name), name, known) for name in source.values]
    names += [(("units", name), name, list(rules)) for name in source.units]
    names += [(("constants", name), name, list(rules)) for name in source.constants]
    for heading, column in source.wide.items():
        names.append((("wide", heading, "to"), column.to, known))
        names += [(("wide", heading, key), key, list(rules)) for key in column.keys]
    for name, codes in source.codes.items():
        for code, sets in codes.items():
            names += [(("codes", name, code, key), key, list(rules)) for key in sets]
    for path, name, allowed in names:
        if name not in allowed:
            yield (path, *_unknown_name(name, allowed, "column of Stance"), name)
    yield from _wide_clashes(source)


def _wide_clashes(source: TableSource) -> Iterator[Trouble]:
    seen: dict[tuple[object, ...], str] = {}
    for heading, column in source.wide.items():
        place = (column.to, *sorted(column.keys.items()))
        if place in seen:
            yield (
                ("wide", heading),
                f"The headings {seen[place]} and {heading} lead to the same place.",
                "Give them different keys, such as another leg or trial.",
                heading,
            )
        seen.setdefault(place, heading)


def _unit_troubles(source: TableSource, rules: dict[str, ColumnRule]) -> Iterator[Trouble]:
    for name, unit in source.units.items():
        known = units_for(rules[name].facts["unit"]) if name in rules else ()
        if known and is_in_cells(unit):
            continue
        if name in rules and unit_factor(rules[name].facts["unit"], unit) is None:
            yield (
                ("units", name),
                f"{unit} is no unit that Stance can turn into the unit of {name}.",
                f"Use one of: {', '.join(known)}." if known else f"{name} has no unit: remove it.",
                unit,
            )


def _value_problem(rule: ColumnRule, value: Scalar, study: Study) -> str | None:
    """Why a value of study.yaml cannot stand in a column, or None when it can."""
    text = str(value)
    if rule.name == "group" and study.groups.resolve(text) is None:
        return f"{text} is neither of the groups {' and '.join(study.groups.labels)}."
    if rule.name == "leg" and study.leg_coding and dominance_of(text) is not None:
        return None
    if rule.name == "task" and text.casefold() not in study.balance_tasks():
        return f"The task has to be one of: {listed(list(study.balance_tasks()))}."
    parsed = parse_column(Cells.constant(value, 1), rule, required=True)
    rule_id = str(parsed.problems[0])
    if not rule_id:
        return None
    return RULES[rule_id].why.format_map(cell_facts(rule_id, rule, text))
