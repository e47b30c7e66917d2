"""Rules about what activation is divided by: study.yaml declares it, and it decides what may be compared."""

from collections.abc import Mapping
from typing import Final

from pipeline.intake.columns.drafts import Draft
from pipeline.intake.findings.messages import Finding, listed, make_finding, quoted
from pipeline.intake.settings.study_file import STUDY_FILE, path_text
from pipeline.intake.settings.yaml_text import KeyPath, YamlText
from schemas.normalisation import NORMALISATIONS
from schemas.study import Study

_KEY: Final[KeyPath] = ("emg", "normalisation")
_RECORDINGS: Final = "A percentage means nothing without what it is divided by, so the recordings give microvolts only."
_READY_MADE: Final = (
    "A percentage means nothing without what it is divided by, and the report cannot say it of the %MVIC "
    "in the activation table."
)
_CONTRADICTED: Final = "study.yaml says none, but the activation table has values in %MVIC."


def check_normalisation(
    drafts: Mapping[str, Draft], study: Study, document: YamlText
) -> list[Finding]:
    """STUDY-03 where percentages lack their declaration, STUDY-04 where groups cannot be compared by it.

    Rows of a ready-made table that name their own normalisation need no word in study.yaml.
    """
    has_recordings = "recordings" in drafts and bool(drafts["recordings"].usable.any())
    has_percent, is_told = _ready_made(drafts.get("activation"))
    method = study.emg.method
    if method is None:
        consequence = _RECORDINGS if has_recordings else "" if is_told else _READY_MADE
        return [_finding("STUDY-03", study, document, consequence)] if consequence else []
    if method.term == "none" and has_percent and not is_told:
        return [_finding("STUDY-03", study, document, _CONTRADICTED)]
    if method.warning and (has_recordings or has_percent):
        return [_finding("STUDY-04", study, document, method.warning)]
    return []


def _ready_made(activation: Draft | None) -> tuple[bool, bool]:
    """Whether a ready-made table has %MVIC, and whether each of them says what it is divided by."""
    if activation is None:
        return False, True
    rows = activation.frame[activation.usable]
    percent = rows["gmed_pct_mvic"].notna()
    told = rows["normalisation"].notna() if "normalisation" in rows else percent & False
    return bool(percent.any()), bool(told[percent].all())


def _finding(rule_id: str, study: Study, document: YamlText, problem: str) -> Finding:
    line = document.line(_KEY)
    return make_finding(
        rule_id,
        file=STUDY_FILE,
        cell=f"line {line}" if line > 1 or _KEY[:1] in document.lines else "",
        column=path_text(_KEY),
        found=quoted(study.emg.normalisation) if study.emg.normalisation else "",
        row=line,
        facts={"problem": problem, "terms": listed(list(NORMALISATIONS), 10)},
    )
