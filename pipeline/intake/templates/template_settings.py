"""The commented study.yaml and plan.yaml that `stance new` writes.

A comment that starts with "# " explains; one that starts with "#" and a key is a setting that is
switched off, and works when the "#" is removed. Defaults are read from the settings models.
"""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Final, get_args

from pipeline.intake.settings.yaml_value import yaml_value
from pipeline.intake.templates.template_sources import tables_text
from pipeline.intake.templates.template_workbook import DEFAULT_GROUPS
from schemas.emg_settings import EmgSettings
from schemas.instrument_settings import Instruments
from schemas.models import plannable_models, usual_sensitivity
from schemas.normalisation import NORMALISATIONS
from schemas.plan import (
    DEFAULT_PLAN,
    Adjustment,
    Plan,
    contrast_of,
    kind_of,
)
from schemas.strength import STRENGTH_SCALES
from schemas.study import HoldSettings, Limits

DECLARED_NORMALISATION: Final = "mvc_isometric"
"""What a new study.yaml says that activation is divided by, the commonest; the study has to correct it."""


def study_text(name: str) -> str:
    """study.yaml of a new cohort: every key explained, the groups ready to be changed."""
    parts = (
        _study_head(name),
        _GROUPS,
        _LEGS,
        _holds(),
        _TASKS,
        tables_text(name),
        _instruments(),
        _CASES,
        _MATCHING,
        _TRAINING,
        _emg(),
        _limits(),
    )
    return "\n".join(parts)


def _study_head(name: str) -> str:
    return f"""\
# study.yaml: what Stance has to know about the study. Check it with: stance check {name}
# Lines that start with "# " explain. A line such as "#decimal:" is a setting that is switched off:
# remove the "#", and nothing else, to use it. A key that is not described here is reported as an error.

# Title as reports print it.
title: Single-leg stance study {name}
# One or two sentences about the study; printed in the report.
description: ""
# true marks data that no person gave; the report says so on its first page.
simulated: false
# Decimal mark of numbers in the tables: "." or ",".
decimal: "."
# Texts that mean "no value", beside the empty cell. Nothing else does.
#missing_codes: [NR, "-99"]
# A cell with a formula is no value, and its row is set aside. This takes what Excel calculated when
# the workbook was saved last.
#formulas: take stored values
"""


_GROUPS: Final = f"""\
# The two groups. Results are always case minus reference.
groups:
  case:
    # Label that reports print.
    label: {DEFAULT_GROUPS.case.label}
    # Other ways in which your tables write this group; capitals do not matter.
    spellings: [CLBP, low back pain]
  reference:
    label: {DEFAULT_GROUPS.reference.label}
    spellings: [healthy, CON]
"""


_LEGS: Final = """\
# How tables name legs: side (left and right) or dominance (dominant and non-dominant, which Stance
# resolves through dominant_leg). One word is meant for all tables; here it is for one.
#leg_coding: {strength: dominance}
"""


def _holds() -> str:
    holds = HoldSettings()
    return f"""\
# How holds were timed. All times in seconds.
holds:
  # Time at which the tester stops the clock. Needed unless the table has a column ceiling_s.
  #ceiling_s: 30
  # Other ceilings for a condition, a task, or a task and condition; they go before ceiling_s.
  #ceilings_s: {{eyes_closed: 20, kneel_lean_ball/eyes_open: 10}}
  # A hold up to this much above the ceiling is a late stop and counts as the ceiling.
  ceiling_tolerance_s: {holds.ceiling_tolerance_s}
  # A hold of 0 s is analysed as shorter than this.
  shortest_timed_hold_s: {holds.shortest_timed_hold_s}
"""


_TASKS: Final = """\
# Balance tasks of your own, beside those on the sheet `vocabulary` of the workbook.
#tasks:
  #foam_stance:
    # Name that reports print.
    #label: Single-leg stance on foam
    # Hold times (s) to aim at, and the time (s) at which testers usually stop.
    #goals_s: [10]
    #usual_ceiling_s: 30
"""


def _instruments() -> str:
    forms = Instruments()
    return f"""\
# Which versions of the questionnaires you used, and how they were scored.
instruments:
  # Oswestry disability index.
  #odi:
    # Version as printed on the form: "1.0", "2.0", "2.1a", "2.1b" or modified.
    #version: "2.1a"
    # A form with up to this many empty sections is still scored. There is no usual number.
    #missing_items_allowed: 2
    # What odi_pct holds: percent, or points_of_50 (the sum of ten sections, which Stance doubles).
    #total: percent
  # Roland-Morris questionnaire: 24, 23 or 18 items.
  rmdq: {{version: {forms.rmdq.version}}}
  # Tampa scale of kinesiophobia: 17, 13, 11 or 7 items.
  tsk: {{version: {forms.tsk.version}}}
  # Pain catastrophizing scale: 13 or 4 items.
  pcs: {{version: {forms.pcs.version}}}
  # Numeric pain rating: how many ratings the value is the mean of.
  nprs: {{ratings: {forms.nprs.ratings}}}
  # Which column of strength is analysed when you have several. Scales are never mixed.
  #strength: {{scale: {STRENGTH_SCALES[0]}}}
"""


_CASES: Final = """\
# Who counts as a case and who as a control. People who do not fit are listed, never removed.
#case_definition:
  # Shortest duration of the present pain of a case, in weeks.
  #minimum_symptom_weeks: 12
  # How many months a control has been free of back pain (column pain_free_months).
  #control_pain_free_months: 12
  # The highest pain that a control may report.
  #control_maximum_vas_mm: 10
  #control_maximum_nprs: 1
"""
_MATCHING: Final = """\
# How matched sets were made (column pair_id). Only for matched studies.
#matching:
  # Cases to controls in a complete set, in quotes.
  #ratio: "1:1"
  # Largest difference between a case and a control of one set, in the unit of the column.
  #within: {age_years: 5, bmi: 2}
  # Columns that are the same in a set.
  #same: [sex]
"""
_TRAINING: Final = """\
# What a home programme prescribes (table training_log). With it, a day without an entry is a day without
# training; without it, nothing is assumed about such days and only days with an entry count.
#training:
  # Length in weeks, from a person's first entry, and training days of a week.
  #weeks: 8
  #days_per_week: 7
"""


def _emg() -> str:
    emg = EmgSettings()
    low_s, high_s = emg.onset_search_s
    return f"""\
# How recordings are read. Only needed when there is a recordings table.
emg:
  # Labels of the channels in your files; the first one that a file has counts. Roles: gmed_left and
  # gmed_right (gluteus medius), force_left and force_right (vertical force under each foot),
  # force_total (one plate under both feet); cop_right_x and cop_right_y (centre of pressure under the
  # right foot; also left and total), or moment_right_x and moment_right_y (and shear_right_x, _y).
  #channels:
    #gmed_left: [GMed L, L_GMED]
    #gmed_right: [GMed R, R_GMED]
    #force_left: [Fz L]
    #force_right: [Fz R]
  # Units (uV, mV or V; N) and samples per second where a file does not say them.
  #emg_unit: uV
  #force_unit: N
  #cop_unit: mm
  #moment_unit: Nm
  #sampling_rate_hz: 2000
  # Decimal mark of text files with signals; found in each file without it.
  #decimal: ","
  # Band of the EMG in Hz, and order of the filter.
  band_pass_hz: {yaml_value(emg.band_pass_hz)}
  filter_order: {emg.filter_order}
  # The MVIC reference is the highest root-mean-square of a window of this length (s).
  mvic_window_s: {emg.mvic_window_s}
  # How the reference of a leg is made. statistic: peak (the highest window of a recording) or middle
  # (the middle part of the contraction, middle_s seconds). over_repeats: highest, mean_of_two_highest or
  # median. repeats: how many MVICs of a leg the protocol asks for. highest_cv_pct: repeats that scatter
  # more (standard deviation in percent of the mean) are marked.
  mvic:
    statistic: {emg.mvic.statistic}
    middle_s: {emg.mvic.middle_s:g}
    over_repeats: {emg.mvic.over_repeats}
    #repeats: 3
    highest_cv_pct: {emg.mvic.highest_cv_pct:g}
  # What activation is divided by; there is no default. Correct it if it is not so:
{_normalisations()}
  normalisation: {DECLARED_NORMALISATION}
  # The root-mean-square (RMS) that activation is made of: rms (as measured) or noise_corrected_rms
  # (without the power of rest); the other one stands beside it.
  activation_from: {emg.activation_from}
  # Integrated EMG grows with time. Beside that of the whole stance, that of its first part is given, of
  # this length (s) for everybody.
  iemg_window_s: {emg.iemg_window_s:g}
  # Quiet standing on both legs, in seconds from the start of a stance recording.
  #rest_s: [0.2, 1.5]
  # The onset is looked for from {-low_s:g} s before to {high_s:g} s after lift-off.
  onset_search_s: {yaml_value(emg.onset_search_s)}
  onset_method: {emg.onset_method}
  # How lift-off and touch-down are found: unloading_fit, zero_5sd_5n, 10_n, 20_n, 5_pct_bw or
  # 10_n_uncorrected. Every recording is also measured by the others.
  liftoff_rule: {emg.liftoff_rule}
  # The mediolateral axis of the centre of pressure (x, y or z): of the laboratory in C3D files.
  #cop_ml_axis: x
  # Height of the plate's surface above the origin of the moments (mm, negative where z points down).
  #plate_surface_mm: 0
"""


def _normalisations() -> str:
    """One commented line for each term, and a word where groups cannot be compared by it."""
    return "\n".join(
        f"  #   {method.term}: {method.says}"
        f"{' (groups cannot be compared by it)' if method.warning else ''}"
        for method in NORMALISATIONS.values()
    )


def _limits() -> str:
    limits = Limits()
    return f"""\
# Larger tables are not opened, in MB: the file itself, and what a workbook holds once unpacked.
# Recordings have no limit.
limits:
  table_mb: {limits.table_mb:g}
  unpacked_mb: {limits.unpacked_mb:g}
"""


def plan_text(plan: Plan = DEFAULT_PLAN) -> str:
    """plan.yaml with the values of `plan`, by default those that hold without a plan.yaml."""
    return f"""\
# plan.yaml: the analysis plan. Decide on it before you look at the results: only what is named here
# is called primary or secondary in the report. These are the values that Stance uses when there is no
# plan.yaml. Lines that start with "# " explain; "#key:" is a setting that is switched off.

# Columns of the participants table by which adjusted models are adjusted, chosen beforehand and not by
# their P values; dom means "the row's leg is the dominant one". Others: bmi, site, mass_kg, height_cm.
# The unadjusted model is always shown beside the adjusted one.
covariates: {yaml_value(plan.covariates)}
# Level of two-sided tests, and of confidence intervals: 1 - alpha. One of the two is enough.
alpha: {yaml_value(plan.alpha)}
ci_level: {yaml_value(plan.ci_level)}
# How the P values of one family are adjusted: {", ".join(get_args(Adjustment))}
# (bh and by keep the false discovery rate, the others the chance of any false finding).
adjustment: {yaml_value(plan.adjustment)}
# Families with another adjustment.
{_families(plan.families)}
# Correlations with pain and disability within the case group, which are exploratory: their family
# ("" for none), the coefficient (spearman or pearson) whose P values it holds, and the adjustment.
correlations:
  family: {yaml_value(plan.correlations.family)}
  coefficient: {yaml_value(plan.correlations.coefficient)}
  adjustment: {yaml_value(plan.correlations.adjustment)}
# Ceiling rule. A trial held to the ceiling counts as longer than the ceiling, never as the ceiling.
# Holds are described and not compared when more than this share of them is at the ceiling ...
maximum_share_at_ceiling: {yaml_value(plan.maximum_share_at_ceiling)}
# ... or fewer than this number of holds ended before the ceiling in a group.
minimum_events_per_group: {yaml_value(plan.minimum_events_per_group)}

# Outcomes, each with:
#   role: primary, secondary or exploratory.
#   family: outcomes of one family share the adjustment of P values; leave it out for none.
#   model: the model that answers for the outcome; only its number gets the role.
#     hold times: {_in_lines(plannable_models("hold"))}
#     others: {_in_lines(plannable_models("measured"))}
#     A mixed model that the data cannot carry gives way to a simpler one, and the report says so.
#   estimand: what is estimated, in a sentence; printed in the report.
#   contrast: "case / reference" or "case - reference"; the model decides, and this is checked.
#   covariates: replaces the list above for this outcome.
#   trials: all, first (of each leg) or best (of each leg; hold times and strength only).
#   sensitivity: further models beside the planned one, replacing the usual ones; [] for none.
#   equivalence_margin: difference, in the unit of the outcome, within which groups count as
#     equivalent; for a ratio its upper end (1.25 stands for 0.8 to 1.25). Only with it equivalence
#     is tested.
outcomes:
{_outcomes(plan)}
"""


def _families(families: Mapping[str, str]) -> str:
    if not families:
        return "#families: {F2: bh}"
    return f"families: {{{', '.join(f'{name}: {how}' for name, how in families.items())}}}"


def _in_lines(models: Sequence[str]) -> str:
    """Names of models as a comment, continued on further lines."""
    return "\n#       ".join(wrap(", ".join(models), 84))


def _outcomes(plan: Plan) -> str:
    lines: list[str] = []
    for name, outcome in plan.outcomes.items():
        lines += [f"  {name}:", f"    role: {outcome.role}"]
        settings: list[tuple[str, object, object]] = [
            ("family", outcome.family or None, None),
            ("model", outcome.model or None, plan.model_of(name)),
            ("estimand", outcome.estimand or None, None),
            ("contrast", outcome.contrast, contrast_of(plan.model_of(name))),
            ("covariates", outcome.covariates, None),
            ("trials", outcome.trials, plan.trials_of(name)),
            ("sensitivity", outcome.sensitivity, usual_sensitivity(kind_of(name))),
            ("equivalence_margin", outcome.equivalence_margin, None),
        ]
        for key, value, usual in settings:
            if value is not None:
                lines.append(f"    {key}: {yaml_value(value)}")
            elif usual is not None:
                lines.append(f"    #{key}: {yaml_value(usual)}")
    return "\n".join(lines)
