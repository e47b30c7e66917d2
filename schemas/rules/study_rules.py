"""Rules about study.yaml, plan.yaml, decisions.csv, and how exclusions spread over the groups."""

from collections.abc import Sequence
from typing import Final

from schemas.rules.rule import Rule

STUDY_RULES: Final = (
    Rule(
        "STUDY-01",
        "STOP",
        "study.yaml or plan.yaml has a key or value that Stance cannot use",
        "{problem}",
        "{suggestion}",
        checks="Whether both files are plain YAML 1.2 with keys that Stance knows, values of the right "
        "kind, and names of columns, tasks, units and outcomes that exist. The finding gives the line.",
        good="groups:\n  case:\n    label: LBP",
        bad="groups:\n  case:\n    lable: LBP",
    ),
    Rule(
        "STUDY-02",
        "STOP",
        "study.yaml is missing",
        "Stance needs to know which group label means cases and which means controls.",
        "Run `stance new` for a commented example and copy its study.yaml into this folder.",
        checks="Whether the cohort folder has a file study.yaml.",
        good="study.yaml\nparticipants.csv\nhold_times.csv",
        bad="study.yml\nparticipants.csv\nhold_times.csv",
    ),
    Rule(
        "STUDY-03",
        "WARN",
        "The study does not say what activation is divided by",
        "{problem}",
        "Write `normalisation:` under `emg:` in study.yaml, with the word that fits: {terms}. "
        "mvc_isometric is an MVIC in a standard position, mvc_same_task one in the position of the task.",
        source="The amplitude normalisation matrix of the CEDE project (Besomi et al. 2020).",
        checks="Whether study.yaml declares `emg.normalisation` when the cohort has recordings or "
        "activation in %MVIC.",
        good="emg:\n  normalisation: mvc_isometric",
        bad="emg:\n  emg_unit: uV",
    ),
    Rule(
        "STUDY-04",
        "WARN",
        "A normalisation by which groups cannot be compared",
        "{problem} Percentages are given under a name of their own, never as %MVIC, and are not compared.",
        "Nothing to do if the study means it; otherwise record MVICs and declare `normalisation: "
        "mvc_isometric` or `mvc_same_task`.",
        source="The amplitude normalisation matrix of the CEDE project (Besomi et al. 2020).",
        checks="Whether `emg.normalisation` is a submaximal contraction, or the peak or mean of the stance "
        "trials themselves, while the cohort has recordings or activation in %MVIC.",
        good="emg:\n  normalisation: mvc_isometric",
        bad="emg:\n  normalisation: task_peak",
    ),
    Rule(
        "PLAN-01",
        "WARN",
        "A planned covariate that the tables do not have",
        "plan.yaml adjusts for {covariate}, but {no_values}: the models will not be adjusted for it.",
        "Add the values to the participants table, or take the covariate out of the plan and say why in "
        "the paper.",
        checks="Whether every covariate in plan.yaml has values in the participants table (dom needs "
        "dominant_leg). The default plan is not checked: the report says which of its covariates it used.",
        good="covariates: [age_years, sex]    (participants: participant_id, group, age_years, sex)",
        bad="covariates: [age_years, bmi]    (participants: participant_id, group, age_years)",
    ),
    Rule(
        "PLAN-02",
        "NOTE",
        "plan.yaml plans nothing",
        "The file sets nothing, so the default plan is used and the report calls it the default plan.",
        "Nothing to do, or write the outcomes and covariates of the study into plan.yaml.",
        checks="Whether a plan.yaml has at least one setting.",
        good="covariates: [age_years, sex]",
        bad="# outcomes and covariates: to be written",
    ),
)


DIFFERENCE_POINTS: Final = 10
"""Percentage points between the groups' shares from which a difference is worth a look."""
FEWEST_EXCLUDED: Final = 5
"""Participants with excluded rows below which shares jump too much to be compared."""
ALPHA: Final = 0.05
"""P value of Fisher's exact test below which a difference is worth a look."""


def exclusions_differ(excluded: Sequence[int], n: Sequence[int], p: float) -> bool:
    """Whether the groups lose participants unevenly: the rule FLOW-01.

    excluded, n: participants of whom something left, and all, of the case and the reference group. p: of
    Fisher's exact test. False where a group has nobody.
    """
    if not all(n):
        return False
    points = 100 * abs(excluded[0] / n[0] - excluded[1] / n[1])
    return p < ALPHA or (points >= DIFFERENCE_POINTS and sum(excluded) >= FEWEST_EXCLUDED)


_HEADINGS = "finding_id,decision,reason,initials,date"

DECISION_RULES: Final = (
    Rule(
        "DEC-01",
        "WARN",
        "A decision that is not signed",
        "A decision counts only with a finding_id, a decision, a reason, initials and a date; here "
        "{terms} is empty.",
        "Fill it in; until then the finding stays open and the report a draft.",
        checks="Every line of decisions.csv that somebody began to fill in has all five entries.",
        good=f"{_HEADINGS}\nf3c0a1b2d4e,accept,form lost,AB,2026-03-31",
        bad=f"{_HEADINGS}\nf3c0a1b2d4e,accept,,AB,2026-03-31",
    ),
    Rule(
        "DEC-02",
        "WARN",
        "A decision that is not one of the words",
        "A decision is one of: {terms}.{near}",
        "Correct the cell; until then the finding stays open and the report a draft.",
        checks="The word under `decision` is accept, corrected or keep.",
        good=f"{_HEADINGS}\nf3c0a1b2d4e,accept,form lost,AB,2026-03-31",
        bad=f"{_HEADINGS}\nf3c0a1b2d4e,yes,form lost,AB,2026-03-31",
    ),
    Rule(
        "DEC-03",
        "NOTE",
        "A decision that no longer applies",
        "No finding has this id any more: it was mended, or the value it was about has changed. "
        "The decision changes nothing.",
        "Nothing to do; the line may stay as history. If the id was typed by hand, compare it with "
        "the fix list.",
        checks="Every decision is about a finding that exists.",
        good=f"{_HEADINGS}\nf3c0a1b2d4e,accept,form lost,AB,2026-03-31",
        bad=f"{_HEADINGS}\nf0000000000,accept,form lost,AB,2026-03-31",
    ),
    Rule(
        "DEC-04",
        "WARN",
        "Said to be corrected, but still there",
        "The line says that the data were corrected, but the problem is still there: {other}.",
        "Correct the file of the cohort, not a copy of it; or decide accept if the row shall stay out.",
        checks="A finding that was decided as corrected is gone.",
        good="decision corrected, and the cell now holds the value of the paper form",
        bad="decision corrected, and the cell still holds 61.2 with a ceiling of 30 s",
    ),
    Rule(
        "DEC-05",
        "WARN",
        "A decision that does not fit the finding",
        "{problem}",
        "{suggestion}",
        checks="keep is decided only where Stance can analyse the row as it is: on remarks (WARN), and "
        "on rules whose page says that a row may be kept; of rows that stand twice, on one only. accept "
        "is decided only where a row stays out.",
        good="keep on HOLD-01 (a hold above the ceiling): analysed as reaching the ceiling",
        bad="keep on CELL-01 (text in place of a number): there is no number to analyse",
    ),
    Rule(
        "DEC-06",
        "NOTE",
        "Several decisions about one finding",
        "Rows {other} decide about the same finding. The last one counts: {value}.",
        "Nothing to do if this is right; otherwise add a line with the right decision below.",
        checks="How many lines decide about the same finding, and which of them counts.",
        good=f"{_HEADINGS}\nf3c0a1b2d4e,accept,form lost,AB,2026-03-31",
        bad=f"{_HEADINGS}\nf3c0a1b2d4e,keep,clock ran on,AB,2026-03-31\n"
        "f3c0a1b2d4e,accept,form lost,CD,2026-04-02",
    ),
    Rule(
        "DEC-07",
        "WARN",
        "The order of decisions is not clear",
        "The last line about this finding is of {value}, an earlier line of {other}, so the file may "
        "have been sorted and it is not clear which decision is the newest.",
        "Put the newest decision last, or add it again below with today's date.",
        checks="The last line about a finding is not older than the lines above it.",
        good=f"{_HEADINGS}\nf3c0a1b2d4e,keep,clock ran on,AB,2026-03-31\n"
        "f3c0a1b2d4e,accept,form lost,AB,2026-04-02",
        bad=f"{_HEADINGS}\nf3c0a1b2d4e,accept,form lost,AB,2026-04-02\n"
        "f3c0a1b2d4e,keep,clock ran on,AB,2026-03-31",
    ),
    Rule(
        "DEC-08",
        "WARN",
        "A date of a decision that cannot be read",
        "The date is not clear: {problem}",
        "Write year-month-day, as in 2026-03-31; until then the finding stays open.",
        checks="The date of a decision is a day that can be read in one way only.",
        good="2026-03-31 (or 31.3.2026, as Excel writes it on a German computer)",
        bad="03/04/2026 (4 March or 3 April?)",
    ),
    Rule(
        "DEC-09",
        "WARN",
        "Decisions in a file that is not read",
        "Decisions are read from decisions.csv only; what stands in {value} changes nothing.",
        "Save it as decisions.csv (CSV UTF-8) in the cohort folder, and remove the other file.",
        checks="No other file of the cohort folder is called decisions.",
        good="decisions.csv",
        bad="decisions.xlsx",
    ),
    Rule(
        "DEC-10",
        "STOP",
        "decisions.csv lacks a column",
        "decisions.csv has no column {column}, so no decision in it can be read.{near}",
        "Copy the heading row from the decisions.csv that `stance check` writes.",
        checks="decisions.csv has the columns finding_id, decision, reason, initials and date, each once.",
        good=_HEADINGS,
        bad="finding_id,decision,reason,date",
    ),
    Rule(
        "FLOW-01",
        "WARN",
        "Exclusions differ by group",
        "Of the {what} table, {value}: the groups may be compared on different kinds of people.",
        "See in the fix list and in the flow table what takes the rows of one group out, and mend what can be mended; "
        "discuss the rest in the paper.",
        source=f"Fisher's exact test, two-sided, on participants: P below {ALPHA}, or shares that differ "
        f"by at least {DIFFERENCE_POINTS} percentage points with at least {FEWEST_EXCLUDED} participants "
        "affected. Thresholds: docs/decisions/fix-list.md, 'Decisions of the data manager'.",
        checks="Whether the share of participants of whom something left the analysis (a row set aside, a trial "
        "not done, a rejected signal, no value, no trial at the visit that is analysed) is alike in both "
        "groups, table by table.",
        good="something of 2 of 21 LBP and of 1 of 22 control participants left",
        bad="something of 8 of 21 LBP and of 0 of 22 control participants left",
    ),
)
