"""Printed group means: which figures no data can have. Rounding is always granted."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from pipeline.intake.columns.drafts import Draft
from pipeline.intake.columns.row_findings import block_finding, for_all, numbers, row_findings
from pipeline.intake.findings.messages import Finding
from schemas.rules import RULES
from schemas.study import Study

FAR_APART_SD = 3.0
"""Groups whose means differ by more pooled SDs than this are suspected of printing standard errors."""
_CI_LEVEL = 0.95
_SE_LIKENESS = 0.1
"""An SD within this share of the interval's standard error is one."""
_SLACK = 1e-9
_DECIMALS = re.compile(r"[.,](\d+)$")

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Judgement:
    """Rows that break a rule, the column to look at, and the numbers that its sentences name.

    aspect: mean, spread or interval. A row has one finding per aspect, and no other when its mean is
    wrong.
    """

    rule_id: str
    aspect: str
    column: str
    rows: Rows
    facts: Mapping[str, Numbers]


@dataclass(frozen=True)
class _Figures:
    """Columns of the table as numbers; `half` is half of the last printed decimal, by column."""

    of: Mapping[str, Numbers]
    half: Mapping[str, Numbers]

    def __getitem__(self, column: str) -> Numbers:
        return self.of[column]


def largest_sd(mean: Numbers, low: Numbers, high: Numbers, n: Numbers) -> Numbers:
    """Largest sample SD of n values between low and high with this mean (Bhatia-Davis)."""
    room = np.clip((high - mean) * (mean - low), 0, None)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(room * n / (n - 1))


def smallest_whole_sd(mean: Numbers, n: Numbers) -> Numbers:
    """Smallest sample SD of n whole numbers with this mean."""
    part = mean - np.floor(mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(part * (1 - part) * n / (n - 1))


def check_group_summaries(summaries: Draft, study: Study) -> list[Finding]:
    """SUM findings; rows with figures that no data can have leave."""
    figures = _figures(summaries)
    told = dict.fromkeys(("mean", "spread", "interval"), ~summaries.usable)
    findings: list[Finding] = []
    for judgement in _judgements(figures, summaries, study):
        rows = judgement.rows & ~told["mean"] & ~told[judgement.aspect]
        told[judgement.aspect] = told[judgement.aspect] | rows
        facts_of = partial(_facts, judgement.facts)
        findings += row_findings(summaries, judgement.rule_id, judgement.column, rows, facts_of)
        if RULES[judgement.rule_id].severity == "SET ASIDE":
            summaries.leave(rows, judgement.rule_id)
    open_rows = ~told["mean"] & ~told["spread"]
    return findings + _check_groups_far_apart(summaries, figures, open_rows)


def _facts(columns: Mapping[str, Numbers], position: int) -> dict[str, str]:
    return {name: f"{values[position]:.6g}" for name, values in columns.items()} | {"found": ""}


def _figures(summaries: Draft) -> _Figures:
    columns = (
        "n",
        "mean",
        "sd",
        "se",
        "ci_low",
        "ci_high",
        "scale_min",
        "scale_max",
        "whole_items",
    )
    of = {column: numbers(summaries, column) for column in columns}
    half = {column: _half_decimal(summaries, column) for column in columns}
    return _Figures(of, half)


def _half_decimal(summaries: Draft, column: str) -> Numbers:
    if column not in summaries.frame:
        return np.zeros(len(summaries.frame))
    decimals = summaries.text(column).str.extract(_DECIMALS.pattern)[0].str.len()
    return np.asarray(0.5 * 10.0 ** -decimals.fillna(0).to_numpy(dtype=np.float64))


def _judgements(f: _Figures, summaries: Draft, study: Study) -> Iterator[_Judgement]:
    """From root causes to what depends on them."""
    mean, n, scale = f["mean"], f["n"], {"low": f["scale_min"], "high": f["scale_max"]}
    is_hold = summaries.frame["outcome"].str.contains("hold", case=False).to_numpy(dtype=bool)
    late_s = np.where(is_hold, study.holds.ceiling_tolerance_s, 0.0)
    slack = f.half["mean"] + _SLACK
    outside = (mean < f["scale_min"] - slack) | (mean > f["scale_max"] + late_s + slack)
    yield _Judgement("SUM-01", "mean", "mean", outside, {"value": mean, **scale})
    yield _whole_means(f)
    sd, half_sd = f["sd"], f.half["sd"]
    by_se = np.isnan(sd)
    sd = np.where(by_se, f["se"] * np.sqrt(n), sd)
    half_sd = np.where(by_se, f.half["se"] * np.sqrt(n), half_sd)
    column = "sd" if "sd" in summaries.frame else "se"
    at_most = np.nanmax(
        [
            largest_sd(mean + shift, f["scale_min"], f["scale_max"], n)
            for shift in (-f.half["mean"], np.zeros_like(mean), f.half["mean"])
        ]
        + [np.full(len(mean), -np.inf)],
        axis=0,
    )
    too_large = np.isfinite(at_most) & (sd - half_sd > at_most + _SLACK)
    facts = {"value": sd, "other": mean, "n": n, "limit": np.round(at_most, 2), **scale}
    yield _Judgement("SUM-02", "spread", column, too_large, facts)
    at_least = np.min(
        [smallest_whole_sd(mean + s * f.half["mean"], n) for s in (-1.0, 0.0, 1.0)], axis=0
    )
    too_small = (f["whole_items"] == 1) & (sd + half_sd < at_least - _SLACK)
    facts = {"value": sd, "other": mean, "n": n, "limit": np.round(at_least, 2)}
    yield _Judgement("SUM-04", "spread", column, too_small, facts)
    yield _spread_against_error(f)
    yield from _intervals(f)


def _whole_means(f: _Figures) -> _Judgement:
    """GRIM: the mean of n x items whole numbers, printed with so many decimals."""
    total = f["n"] * f["whole_items"]
    nearest = np.round(f["mean"] * total) / total
    told_apart = total * 2 * f.half["mean"] < 1 - _SLACK
    impossible = told_apart & (np.abs(nearest - f["mean"]) > f.half["mean"] + _SLACK)
    below = np.floor(f["mean"] * total) / total
    facts = {"value": f["mean"], "n": f["n"], "low": below, "high": below + 1 / total}
    return _Judgement("SUM-03", "mean", "mean", impossible, facts)


def _spread_against_error(f: _Figures) -> _Judgement:
    computed = f["sd"] / np.sqrt(f["n"])
    granted = f.half["sd"] / np.sqrt(f["n"]) + f.half["se"] + _SLACK
    wrong = np.abs(f["se"] - computed) > granted
    facts = {"value": f["sd"], "other": np.round(computed, 3), "n": f["n"], "limit": f["se"]}
    return _Judgement("SUM-06", "spread", "se", wrong, facts)


def _intervals(f: _Figures) -> Iterator[_Judgement]:
    mean, low, high = f["mean"], f["ci_low"], f["ci_high"]
    ends = {"low": low, "high": high}
    granted = f.half["mean"] + np.maximum(f.half["ci_low"], f.half["ci_high"]) + _SLACK
    outside = (mean < low - granted) | (mean > high + granted)
    yield _Judgement("SUM-08", "interval", "mean", outside, {"value": mean, **ends})
    centre = (low + high) / 2
    facts = {"value": mean, "other": centre, **ends}
    yield _Judgement("SUM-07", "interval", "ci_low", np.abs(centre - mean) > granted, facts)


def _check_groups_far_apart(summaries: Draft, f: _Figures, open_rows: Rows) -> list[Finding]:
    """SUM-05 where an SD is the interval's standard error, else where two groups lie too far apart."""
    findings: list[Finding] = []
    with np.errstate(invalid="ignore", divide="ignore"):
        from scipy import stats  # heavy to load, and few cohorts have such a table

        quantile = stats.t.ppf((1 + _CI_LEVEL) / 2, np.maximum(f["n"] - 1, 1))
        error = (f["ci_high"] - f["ci_low"]) / 2 / quantile
        is_error = open_rows & (f["n"] > 2) & (np.abs(f["sd"] / error - 1) <= _SE_LIKENESS)
    findings += row_findings(summaries, "SUM-05", "sd", is_error, partial(_error_facts, f["sd"]))
    frame = summaries.frame.loc[open_rows & ~is_error & np.isfinite(f["sd"]), ["source", "outcome"]]
    for _, members in frame.groupby(["source", "outcome"], sort=False):
        pair = members.index.to_numpy()
        if len(pair) != 2:
            continue
        pooled = float(np.sqrt((f["sd"][pair] ** 2).mean()))
        apart = float(abs(np.diff(f["mean"][pair])[0]))
        if pooled > 0 and apart / pooled > FAR_APART_SD:
            facts = {"value": "the SD", "found": f"The groups lie {apart / pooled:.1f} SD apart"}
            findings += block_finding(summaries, "SUM-05", "sd", pair, for_all(facts))
    return findings


def _error_facts(sd: Numbers, position: int) -> dict[str, str]:
    found = "The confidence interval has the same standard error as the SD that is printed"
    return {"value": f"{sd[position]:.5g}", "found": found}
