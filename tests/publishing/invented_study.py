"""A report of an invented study, made without reading files or fitting models."""

import math
from typing import Any

import numpy as np
import pandas as pd

from pipeline.publishing.report.report_inputs import ReportInputs
from schemas.diagnostics import DIAGNOSTICS, LOOK_AT, NO_SIGN, ModelDiagnostics
from schemas.estimates import Estimates
from schemas.intake_results import Findings, Flow
from schemas.methods import MethodSentence
from schemas.plan import DEFAULT_PLAN
from schemas.study import Study

CASE, REFERENCE = "LBP", "control"
DIFFERENCE, RATIO = "LBP - control", "LBP / control"
N_CASE, N_REFERENCE = 21.0, 22.0


def estimate(
    outcome: str, contrast: str, model: str, unit: str, value: float | None, **more: Any
) -> dict[str, Any]:
    """One row of the estimates table; what is not given is empty. model: "id" or "id:variant"."""
    model, _, variant = model.partition(":")
    row = dict.fromkeys(Estimates.to_schema().columns)
    row |= {
        "estimate_id": f"{outcome}:{model}:{variant}:{contrast}:{unit}",
        "cohort": "invented",
        "outcome": outcome,
        "contrast": contrast,
        "model": model,
        "variant": variant,
        "formula": "",
        "row_hash": "",
        "on_boundary": False,
        "second_route": "",
        "second_opinion": "",
        "role": "descriptive",
        "unit": unit,
        "estimate": value,
        "status": "ok",
        "note": "",
        "family": "",
    }
    return row | more


def _numeric(
    outcome: str, unit: str, case: tuple[float, ...], ref: tuple[float, ...]
) -> list[dict[str, Any]]:
    rows = []
    for label, (mean, sd, median, q1, q3), side, n in (
        (CASE, case, "n_case", N_CASE),
        (REFERENCE, ref, "n_reference", N_REFERENCE),
    ):
        values = {"mean": mean, "sd": sd, "median": median, "q1": q1, "q3": q3}
        rows += [
            estimate(outcome, label, model, unit, value, **{side: n})
            for model, value in values.items()
        ]
    return rows


def _people(
    outcome: str, case: float, ref: float, model: str = "n", unit: str = "participants"
) -> list[dict[str, Any]]:
    return [
        estimate(outcome, CASE, model, unit, case, n_case=N_CASE),
        estimate(outcome, REFERENCE, model, unit, ref, n_reference=N_REFERENCE),
    ]


def _characteristics() -> list[dict[str, Any]]:
    rows = _people("participants", 21, 22)
    for outcome, unit, case, ref, balance in (
        (
            "age_years",
            "years",
            (43.21, 11.95, 44.0, 34.0, 53.5),
            (41.87, 12.4, 42.5, 31.2, 52.0),
            0.11,
        ),
        ("bmi", "kg/m²", (26.04, 4.11, 25.6, 23.0, 28.8), (24.9, 3.7, 24.7, 22.3, 27.0), 0.292),
        ("vas_mm", "mm", (20.5, 16.25, 18.0, 8.0, 31.0), (1.77, 4.47, 0.0, 0.0, 1.0), 1.57),
        ("odi_pct", "%", (18.52, 8.93, 18.0, 12.0, 24.0), (0.68, 2.46, 0.0, 0.0, 0.0), 2.72),
    ):
        rows += _people(outcome, 21, 22) + _people(outcome, 0, 1, "n_missing")
        rows += _numeric(outcome, unit, case, ref)
        rows.append(estimate(outcome, DIFFERENCE, "standardised_difference", "SD", balance))
    rows += _people("sex", 21, 22) + _people("sex", 0, 0, "n_missing")
    rows += _people("painful_side", 21, 22) + _people("painful_side", 0, 0, "n_missing")
    for level, case, ref in (
        ("sex/female", 12, 13),
        ("sex/male", 9, 9),
        ("painful_side/left", 21, 0),
        ("painful_side/none", 0, 22),
    ):
        rows += _people(level, case, ref)
        rows += _people(level, case / 21, ref / 22, "share", "proportion")
    return rows


def _hold(
    condition: str, role: str, family: str, shares: tuple[float, float]
) -> list[dict[str, Any]]:
    outcome = f"hold_time_s/{condition}"
    rows = []
    for label, share, people, trials in (
        (CASE, shares[0], 21, 124),
        (REFERENCE, shares[1], 22, 131),
    ):
        rows += [
            estimate(outcome, label, "count", unit, float(count))
            for unit, count in (("trials", trials), ("legs", people * 2), ("participants", people))
        ]
        rows.append(
            estimate(outcome, label, "share_at_ceiling", "proportion", share, n_rows=trials)
        )
        rows.append(estimate(outcome, label, "share_unable", "proportion", 0.008, n_rows=trials))
    rows.append(
        estimate(outcome, CASE, "kaplan_meier_median", "s", 17.45, note="Median over trials.")
    )
    too_long = (
        "More than half of the trials were held to the ceiling, so that the median is longer."
    )
    rows.append(
        estimate(
            outcome,
            REFERENCE,
            "kaplan_meier_median",
            "s",
            None,
            status="not_estimable",
            note=too_long,
        )
    )
    counts = {"n_case": N_CASE, "n_reference": N_REFERENCE, "n_rows": 255.0, "n_censored": 118.0}
    open_eyes = condition == "eyes_open"
    main = (0.5432, 0.402, 0.7349, 0.00021) if open_eyes else (0.912, 0.71, 1.171, 0.463)
    for how, row_role, (value, low, high, p) in (
        ("adjusted", role, main),
        (
            "unadjusted",
            "sensitivity",
            (main[0] * 1.04, main[1] * 1.03, main[2] * 1.08, main[3] * 1.4),
        ),
    ):
        rows.append(
            estimate(
                outcome,
                RATIO,
                f"censored_lognormal:{how}",
                "ratio",
                value,
                role=row_role,
                ci_low=low,
                ci_high=high,
                ci_level=0.95,
                p=p,
                df=42.0,
                se=0.15,
                p_adjusted=2 * p if how == "adjusted" else None,
                family=family if how == "adjusted" else "",
                log_estimate=math.log(value),
                second_route="likelihood of single trials, maximised by SciPy",
                second_estimate=math.log(value) + 1e-9,
                second_opinion="agrees",
                **counts,
            )
        )
    rows.append(
        estimate(
            outcome,
            RATIO,
            "censored_lognormal:adjusted",
            "log",
            -0.61,
            ci_low=-0.91,
            ci_high=-0.31,
            ci_level=0.95,
            se=0.15,
            note="",
        )
    )
    rows.append(
        estimate(
            outcome,
            DIFFERENCE,
            "rmst:unadjusted",
            "s",
            -5.31,
            role="sensitivity",
            ci_low=-8.6,
            ci_high=-2.04,
            ci_level=0.95,
            p=0.0021,
            df=39.2,
            se=1.6,
            note="Restricted mean: mean hold within the first 30 s, on participant means.",
            **counts,
        )
    )
    return rows


def _measured(
    outcome: str,
    unit: str,
    role: str,
    family: str,
    main: tuple[float, float, float, float],
    g: tuple[float, float, float],
    case: tuple[float, ...],
    ref: tuple[float, ...],
) -> list[dict[str, Any]]:
    counts = {"n_case": N_CASE, "n_reference": N_REFERENCE, "n_rows": 243.0}
    rows = _numeric(outcome, unit, case, ref)
    value, low, high, p = main
    for model, row_role, factor, note in (
        ("mixed_nested:adjusted", role, 1.0, ""),
        ("mixed_nested:unadjusted", "sensitivity", 1.06, ""),
        ("welch:unadjusted", "sensitivity", 1.05, ""),
    ):
        is_main = model == "mixed_nested:adjusted"
        rows.append(
            estimate(
                outcome,
                DIFFERENCE,
                model,
                unit,
                value * factor,
                role=row_role,
                se=1.0,
                ci_low=low * factor,
                ci_high=high * factor,
                ci_level=0.95,
                p=p,
                df=38.1,
                note=note,
                p_adjusted=min(2 * p, 1.0) if is_main else None,
                family=family if is_main else "",
                second_route="MixedLM of statsmodels" if is_main else "",
                second_estimate=value if is_main else None,
                second_opinion="agrees" if is_main else "",
                **counts,
            )
        )
    rows.append(
        estimate(
            outcome,
            DIFFERENCE,
            "hedges_g:unadjusted",
            "SD",
            g[0],
            ci_low=g[1],
            ci_high=g[2],
            ci_level=0.95,
            **counts,
        )
    )
    rows.append(estimate(outcome, "between participants", "mixed_nested:adjusted", unit, 3.3))
    return rows


def _associations() -> list[dict[str, Any]]:
    rows = []
    few = "Only 9 participants."
    for outcome, r in (("gmed_pct_mvic", 0.312), ("strength", -0.5)):
        for score in ("vas_mm", "odi_pct"):
            rows += [
                estimate(
                    f"{outcome}~{score}",
                    "within LBP",
                    model,
                    "correlation",
                    r,
                    role="exploratory",
                    ci_low=r - 0.3,
                    ci_high=r + 0.35,
                    ci_level=0.95,
                    p=0.049,
                    n_case=21.0,
                    n_rows=21.0,
                    status="flagged" if score == "odi_pct" else "ok",
                    note=few if score == "odi_pct" else "",
                )
                for model in ("pearson", "spearman")
            ]
    return rows


def _ratings() -> list[dict[str, Any]]:
    note = "A participant is positive when any leg is rated positive, by rater R1 in session 1."
    return [
        estimate(
            "sls_test",
            "LBP v control",
            model,
            unit,
            value,
            role="exploratory",
            ci_low=low,
            ci_high=high,
            ci_level=0.95,
            n_case=N_CASE,
            n_reference=N_REFERENCE,
            n_rows=86.0,
            note=note,
        )
        for model, unit, value, low, high in (
            ("sensitivity", "proportion", 0.571, 0.365, 0.755),
            ("specificity", "proportion", 0.682, 0.473, 0.836),
            ("lr_positive", "ratio", 1.796, 0.89, 3.62),
            ("lr_negative", "ratio", 0.629, 0.36, 1.1),
        )
    ]


def _estimates() -> pd.DataFrame:
    rows = [
        *_characteristics(),
        *_hold("eyes_open", "primary", "F1", (0.2742, 0.5115)),
        *_hold("eyes_closed", "secondary", "F2", (0.04, 0.06)),
        *_measured(
            "gmed_pct_mvic",
            "%MVIC",
            "primary",
            "F1",
            (4.93, 0.35, 9.51, 0.0354),
            (0.64, 0.03, 1.24),
            (31.2, 8.8, 30.1, 25.0, 37.2),
            (26.3, 7.4, 25.8, 21.5, 31.0),
        ),
        *_numeric(
            "gmed_rms_uv", "µV", (61.2, 20.3, 58.0, 46.1, 75.0), (63.0, 19.1, 61.7, 48.8, 77.0)
        ),
        *_numeric(
            "mvic_rms_uv",
            "µV",
            (204.4, 61.0, 198.0, 160.1, 243.9),
            (242.7, 66.6, 239.0, 196.0, 288.1),
        ),
        *_measured(
            "onset_ms",
            "ms",
            "secondary",
            "F2",
            (-12.4, -41.0, 16.2, 0.387),
            (-0.22, -0.81, 0.37),
            (-138.2, 51.0, -133.0, -170.0, -101.0),
            (-125.8, 47.0, -120.5, -155.0, -92.0),
        ),
        *_measured(
            "strength",
            "N/kg",
            "secondary",
            "F2",
            (-0.31, -0.52, -0.1, 0.0047),
            (-0.83, -1.45, -0.2),
            (1.04, 0.33, 1.01, 0.8, 1.25),
            (1.35, 0.39, 1.32, 1.08, 1.6),
        ),
        *_associations(),
        *_ratings(),
    ]
    frame = pd.DataFrame(rows, columns=list(Estimates.to_schema().columns))
    return Estimates.validate(frame)


def _flow() -> pd.DataFrame:
    counts = []

    def add(
        step: int, stage: str, table: str, group: str, reason: str, rows: int, people: int
    ) -> None:
        counts.append((step, stage, table, group, reason, rows, people))

    for group, people, extra in ((CASE, 21, 0), (REFERENCE, 22, 1)):
        add(1, "read", "participants", group, "", people + 1, people + 1)
        add(2, "set_aside", "participants", group, "An unknown group", 1, 1)
        add(5, "analysed", "participants", group, "", people, people)
        add(1, "read", "hold_times", group, "", people * 12, people)
        add(2, "set_aside", "hold_times", group, "A value outside the possible range", 3 - extra, 2)
        add(2, "set_aside", "hold_times", group, "Text where a number is expected", 2, 2)
        add(4, "not_usable", "hold_times", group, "trial not done", 1 + extra, 1)
        add(5, "analysed", "hold_times", group, "", people * 12 - 6, people)
        for table in ("strength", "clinical_test", "recordings", "activation"):
            add(1, "read", table, group, "", people * 6, people)
            add(5, "analysed", table, group, "", people * 6, people)
        add(4, "not_usable", "activation/onset_ms", group, "onset not found", 4, 3)
        add(5, "analysed", "activation/onset_ms", group, "", people * 6 - 4, people)
    add(
        2,
        "set_aside",
        "hold_times",
        "(unknown)",
        "A participant without a row in the participants table",
        2,
        1,
    )
    frame = pd.DataFrame(counts, columns=list(Flow.to_schema().columns))
    return Flow.validate(frame.sort_values("step", kind="stable", ignore_index=True))


def finding(number: int, rule_id: str, severity: str, **more: Any) -> dict[str, Any]:
    """One row of the findings table."""
    return {
        "finding_id": f"f{number}",
        "rule_id": rule_id,
        "severity": severity,
        "table": "hold_times",
        "file": "hold_times.xlsx",
        "sheet": "Sheet1",
        "cell": f"D{number}",
        "column": "hold_time_s",
        "participant_id": f"P{number:02d}",
        "group": CASE,
        "found": "61.2",
        "status": "open",
        "why": "The hold is above the ceiling of 60 s, at which the clock is stopped.",
        "fix": "Check the paper form; if the test was stopped at the ceiling, record the ceiling.",
    } | more


def _findings() -> pd.DataFrame:
    rows = [
        finding(12, "HOLD-01", "SET ASIDE"),
        finding(9, "HOLD-01", "SET ASIDE", group=REFERENCE),
        finding(
            14,
            "CELL-01",
            "SET ASIDE",
            found="ca. 20 (stopped, phone rang)",
            why="hold_time_s has to be a number.",
        ),
        finding(
            3,
            "CELL-06",
            "WARN",
            file="participants.csv",
            sheet=None,
            found="109",
            column="age_years",
        ),
        finding(
            1,
            "COL-03",
            "NOTE",
            file="participants.csv",
            sheet=None,
            cell="H1",
            participant_id=None,
            group=None,
            found="remarks",
            column="remarks",
        ),
    ]
    return Findings.validate(pd.DataFrame(rows, columns=list(Findings.to_schema().columns)))


def _curves() -> pd.DataFrame:
    generator = np.random.default_rng(3)
    rows = []
    for outcome, ceiling, middle in (
        ("hold_time_s/eyes_open", 30.0, 22.0),
        ("hold_time_s/eyes_closed", 30.0, 8.0),
    ):
        for group, n, longer in ((CASE, 124, 1.0), (REFERENCE, 131, 1.6)):
            raw = np.round(generator.lognormal(np.log(middle * longer), 0.9, n), 1)
            held = np.minimum(raw, ceiling)
            grid = np.unique(np.concatenate([[0.0], held[held < ceiling], [ceiling]]))
            for time in grid:
                rows.append(
                    {
                        "outcome": outcome,
                        "group": group,
                        "time_s": time,
                        "survival": float((raw > time).mean())
                        if time < ceiling
                        else float((raw >= ceiling).mean()),
                        "n_at_risk": int((held >= time).sum()),
                        "n_censored": int((raw >= ceiling).sum()) if time == ceiling else 0,
                    }
                )
    return pd.DataFrame(rows)


def _points() -> pd.DataFrame:
    generator = np.random.default_rng(5)
    rows = [
        {"outcome": outcome, "group": group, "leg": leg, "value": float(value)}
        for outcome, spread in (("gmed_pct_mvic", 8.0), ("onset_ms", 50.0))
        for group, n, middle in ((CASE, 21, 31.0), (REFERENCE, 22, 26.0))
        for leg in ("left", "right")
        for value in generator.normal(middle, spread, n)
    ]
    return pd.DataFrame(rows)


def diagnostics() -> pd.DataFrame:
    """Checks of two planned models, one of them in doubt, and of one sensitivity model."""
    hold, gmed = "hold_time_s/eyes_open", "gmed_pct_mvic"
    found = (
        (hold, "censored_lognormal", "primary", "distribution_of_times", 0.52, 0.6, NO_SIGN),
        (hold, "censored_lognormal", "primary", "spread_of_times_by_group", 1.11, 0.44, NO_SIGN),
        (gmed, "mixed_nested", "primary", "distribution_of_residuals", 0.871, 0.0004, LOOK_AT),
        (
            gmed,
            "mixed_nested",
            "primary",
            "distribution_of_participants",
            None,
            None,
            "not_estimable",
        ),
        (gmed, "ancova_hc3", "sensitivity", "leverage", 1.4, None, LOOK_AT),
    )
    rows = [
        {
            "cohort": "invented",
            "estimate_id": f"{outcome}:{model}:adjusted",
            "outcome": outcome,
            "model": model,
            "role": role,
            "diagnostic": name,
            "looked_at": DIAGNOSTICS[name].looked_at,
            "statistic": statistic,
            "statistic_is": DIAGNOSTICS[name].statistic,
            "unit": DIAGNOSTICS[name].unit,
            "p": p,
            "threshold": 0.01,
            "threshold_rule": "p below the threshold",
            "verdict": verdict,
            "sentence": "The model found no differences between participants."
            if statistic is None
            else f"{DIAGNOSTICS[name].against}.",
            "answered_by": "brunner_munzel ancova_hc3" if verdict == LOOK_AT else "",
        }
        for outcome, model, role, name, statistic, p, verdict in found
    ]
    return ModelDiagnostics.validate(pd.DataFrame(rows))


def make_inputs() -> ReportInputs:
    """Inputs of a whole report with every section filled."""
    return ReportInputs(
        cohort="invented",
        release="2026-01-02_a1b2c3",
        study=Study.model_validate(
            {
                "title": "Single-leg stance and low back pain: an invented study",
                "groups": {"case": {"label": CASE}, "reference": {"label": REFERENCE}},
                "holds": {"ceiling_s": 30},
            }
        ),
        plan=DEFAULT_PLAN,
        plan_is_default=True,
        estimates=_estimates(),
        flow=_flow(),
        findings=_findings(),
        curves=_curves(),
        participant_points=_points(),
        signal_summary=pd.DataFrame(
            [
                {"group": group, "verdict": verdict, "n_recordings": n}
                for group, counts in ((CASE, (108, 14, 4)), (REFERENCE, (119, 11, 2)))
                for verdict, n in zip(("good", "warn", "reject"), counts, strict=True)
            ]
        ),
        steps=(
            MethodSentence(
                "intake", "Tables were read cell by cell; rows with a faulty cell were set aside."
            ),
            MethodSentence(
                "signals",
                "EMG was band-passed from 20 to 450 Hz (-3 dB) and normalised to the MVIC of the same leg.",
                ("besomi2020", "merletti1999"),
            ),
            MethodSentence(
                "statistics",
                "Hold time was compared by log-normal regression of all trials, with the ceiling as a bound.",
                ("seabold2010",),
            ),
        ),
        software={"statsmodels": "0.15.0", "numpy": "2.4.6", "pandas": "3.1.1"},
        command="stance run invented",
        verdict="draft",
        diagnostics=diagnostics(),
    )
