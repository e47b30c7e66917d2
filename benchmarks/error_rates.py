"""How often the hold-time model finds a difference that is not there, in the designs that labs have.

    python benchmarks/error_rates.py [--cohorts 1000] [--power 250] [--processes 2] [--counts FILE [--no-more]]

Simulates cohorts of every cell of hold_cohorts.py, analyses each with the model code that `stance run` uses,
under its rules of refusal, and writes docs/error-rates.md (about five minutes on two idle cores). With --counts what was counted is
kept in a file, and read from it the next time; with --no-more the page is written from the file alone.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from hold_cohorts import ALPHA, MAP, RATIO, SEED, SETS, SPREADS, Cell, count
from scipy.stats import binom

from pipeline.statistics.outcomes.time_ratio import RATIOS_DIFFER, SPREADS_DIFFER_P

PAGE = Path(__file__).resolve().parents[1] / "docs" / "error-rates.md"


def _of_cell(asked: tuple[Cell, int, int, bool]) -> tuple[Counter, Counter]:
    cell, n_null, n_power, spreads = asked
    return (
        count(cell, n_null, spreads=spreads),
        count(cell, n_power, ratio=RATIO, spreads=spreads),
    )


Counts = dict[Cell, tuple[Counter, Counter]]


def _share(found: Counter, name: str, of: str = "") -> float:
    """In percent of the cohorts with an answer; missing without one."""
    n = found[of or f"{name}_n"]
    return 100 * found[name] / n if n else np.nan


def _rate(found: Counter, name: str, of: str = "") -> str:
    """Percent and binomial standard error."""
    share, n = _share(found, name, of), found[of or f"{name}_n"]
    return "-" if not n else f"{share:.1f} ({np.sqrt(share * (100 - share) / n):.1f})"


def _row_of_map(cell: Cell, null: Counter, power: Counter) -> str:
    kept, was = _share(power, "now"), _share(power, "both", "now_n")
    return " | ".join(
        (
            f"| {cell.title}",
            _rate(null, "before"),
            _rate(null, "now"),
            f"{_share(power, 'before'):.0f}",
            f"{kept:.0f}",
            f"{kept / was:.2f}" if was else "-",
            f"{100 - _share(null, 'before_n', 'cohorts'):.0f}",
            f"{100 - _share(null, 'now_n', 'cohorts'):.0f}",
            f"{_share(null, 'flagged', 'now_n'):.0f} |",
        )
    )


def _row_of_spreads(cell: Cell, null: Counter, power: Counter) -> str:
    return " | ".join(
        (
            f"| {cell.name}",
            f"{cell.case_spread:g}",
            _rate(null, "before"),
            _rate(null, "now"),
            _rate(null, "own"),
            f"{np.exp(null['log_ratio'] / max(null['now_n'], 1)):.2f}",
            f"{np.exp(null['own_log_ratio'] / max(null['own_n'], 1)):.2f}",
            f"{_share(power, 'now'):.0f}" if cell.case_spread == 1 else "-",
            f"{_share(power, 'own'):.0f}",
            f"{_share(null, 'said', 'own_n'):.0f} |",
        )
    )


HEAD_OF_MAP = """| cell | before | now | power before | power now | power kept | refused before | refused now | flagged |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""
HEAD_OF_SPREADS = """| cell | spread | before | one spread | own spreads | ratio, one | ratio, own | power, one | power, own | said |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


def counted(
    counts_file: Path | None, n_null: int, n_power: int, n_processes: int, *, no_more: bool
) -> Counts:
    """Null and power counts of every cell, those of unequal spread with the model of own spreads.

    What the file has is not counted again; with no_more nothing else is counted.
    """
    cells = dict.fromkeys((*MAP, *SETS, *SPREADS))
    known = json.loads(counts_file.read_text()) if counts_file and counts_file.exists() else {}
    left = [cell for cell in cells if cell.key not in known and not no_more]
    with ProcessPoolExecutor(n_processes) as processes:
        asked = [(cell, n_null, n_power, cell in SPREADS) for cell in left]
        for cell, found in zip(left, processes.map(_of_cell, asked), strict=True):
            known[cell.key] = found
            if counts_file:
                counts_file.write_text(json.dumps(known))
    return {
        cell: (Counter(known[cell.key][0]), Counter(known[cell.key][1]))
        for cell in cells
        if cell.key in known
    }


def _outside(found: Counter, name: str) -> int:
    """-1 below and 1 above 4 to 6 % by more than chance explains, else 0."""
    n = found[f"{name}_n"]
    most, fewest = binom.ppf(0.975, n, 0.06), binom.ppf(0.025, n, 0.04)
    return int(found[name] > most) - int(found[name] < fewest)


def _summary(counts: Counts) -> str:
    """How many cells keep the level, before and now, and which do not."""
    sentences = []
    for name, said in (("before", "Before"), ("now", "Now")):
        rates = [_share(null, name) for null, _ in counts.values()]
        above, below = (
            [cell.title for cell, (null, _) in counts.items() if _outside(null, name) == way]
            for way in (1, -1)
        )
        sentences.append(
            f"- {said}: {min(rates):.1f} to {max(rates):.1f} %. Above 4 to 6 % by more than chance explains: "
            f"{len(above)} of {len(counts)} cells{_listed(above)}. Below: {len(below)}{_listed(below)}."
        )
    return "\n".join(sentences)


def _listed(titles: list[str]) -> str:
    return f" ({'; '.join(titles)})" if titles else ""


def _power_kept(counts: Counts, *, level_was_kept: bool) -> str:
    """Range of the share of power kept in cells whose level was kept before, or was not."""
    kept = sorted(
        (_share(power, "now") / _share(power, "both", "now_n"), cell.title)
        for cell, (null, power) in counts.items()
        if (_outside(null, "before") <= 0) == level_was_kept and power["both"]
    )
    if not kept:
        return "- (no such cell)"
    median = float(np.median([share for share, _ in kept]))
    return (
        f"{kept[0][0]:.2f} ({kept[0][1]}) to {kept[-1][0]:.2f} ({kept[-1][1]}), median {median:.2f}"
    )


def _not_counted(counts: Counts) -> str:
    """The sentence on cells without counts, or ""."""
    n = len(dict.fromkeys((*MAP, *SETS, *SPREADS)))
    if len(counts) == n:
        return ""
    return (
        f"So far {len(counts)} of the {n} cells of `benchmarks/hold_cohorts.py` are counted; the sentences below are "
        "about those.\n\n"
    )


def page(counts: Counts, n_null: int, n_power: int) -> str:
    """The page in Markdown."""
    of_map, of_sets, of_spreads = (
        {cell: counts[cell] for cell in cells if cell in counts} for cells in (MAP, SETS, SPREADS)
    )
    equal, unequal = (
        [null for cell, (null, _) in of_spreads.items() if (cell.case_spread == 1) == is_equal]
        for is_equal in (True, False)
    )
    own_kept = [
        (_share(power, "own") / _share(power, "now"), cell.title)
        for cell, (_, power) in of_spreads.items()
        if cell.case_spread == 1
    ]

    def span(found: list[Counter], name: str, of: str = "") -> str:
        rates = [_share(null, name, of) for null in found]
        return f"{min(rates):.1f} to {max(rates):.1f} %"

    def table(head: str, row: Callable[[Cell, Counter, Counter], str], found: Counts) -> str:
        return "\n".join((head, *(row(cell, *of_cell) for cell, of_cell in found.items())))

    return f"""# Error rates of the hold-time model

How often the primary comparison of hold times finds a difference that is not there, and how often one that is, in the
designs that labs run. Written by `python benchmarks/error_rates.py`; numbers are not edited by hand. A small version
runs with the tests (`tests/statistics/test_statistics_error_rates.py`). This page covers hold times.

## How it was simulated

- Each cell: {n_null:,} cohorts without a difference and {n_power:,} with a ratio of hold times of {RATIO:.2f}, alpha {ALPHA}.
  Seeds: `numpy.random.default_rng([{SEED}, crc32 of the cell's key and ratio, number of the cohort])`. In brackets: binomial
  standard error in percentage points. Of a rate of 5 % in {n_null:,} cohorts it is {100 * np.sqrt(0.05 * 0.95 / n_null):.1f}; power is known to {100 * np.sqrt(0.25 / n_power):.1f} points at worst.
- A cell is called "cases v controls, share of trials at the ceiling, covariates, legs x trials". Covariates are age, sex,
  body mass and activity; with two legs the third is the dominant leg. The logarithm of hold time has standard deviations
  of 0.6 between people, 0.2 between legs, 0.4 between trials; with matched sets 0.45 between sets, 0.30 between people, 0.20
  between legs, 0.35 between trials. Members of a set have one age and sex. Sites have ceilings of 10 to 60 s.
- Before: one spread, cluster-robust by participant with G/(G-1) x (n-1)/(n-k) and t with G - 1 (CR1); refused with fewer than 3
  ended trials in a group. Now: the same estimate, clustered by matched set where there is one, with the small-sample
  covariance CR2 and Satterthwaite's degrees of freedom; refused with fewer than 3 people with an ended trial in a group,
  flagged with fewer than 5 such people or 10 such trials. A cohort that is refused counts in no rate.
- "Power kept" is the power now divided by the power before in the same cohorts, those that are not refused now.

{_not_counted(counts)}## Two groups

{_summary(of_map)}

{table(HEAD_OF_MAP, _row_of_map, of_map)}

Rates in % of the cohorts with an answer; refused in % of all; flagged in % of those with an answer.

## Matched sets

Controls beyond one for each set are two for each case (12 v 24) or people in no set. "Lost": people lost from the sets of
each group at random, so that sets are incomplete. In the cell "sets alike" the
sets do not differ, so that matching gains nothing.

{_summary(of_sets)}

{table(HEAD_OF_MAP, _row_of_map, of_sets)}

## What it costs

- Where the level was kept before, power kept is {_power_kept(of_map, level_was_kept=True)}.
- Where it was not, {_power_kept(of_map, level_was_kept=False)}. Power before is there power of a test with
  more than 5 % false positives; a test is not worse for losing those.
- The aim was at least 0.95 where the level was kept before; what misses it are small and unequal groups. The estimate is the same,
  so that all of the power lost comes from larger standard errors and fewer degrees of freedom.
- With few ended trials (one trial for each person, or 80 % at the ceiling) the test is careful, and power is lost with that. What the rule refuses has its shares at the ceiling in place of a ratio.
- Within the cohorts that are flagged the level is not promised, only over all that the rule lets through.

## Groups that spread differently

Every standard deviation of the cases times 1, 1.5 or 2. "One spread" is the primary model now, "own spreads" the model that
stands beside every primary result, both with CR2. "Ratio" is the geometric mean of the estimated ratios at the null, where 1 is
right. "Said": the report points at unequal spread (P < {SPREADS_DIFFER_P:.2f}, or the two ratios differ by more than {RATIOS_DIFFER:.0%}).

- Unequal spread: one spread rejects {span(unequal, "now")} at the null (before: {span(unequal, "before")}), and no covariance mends it, because
  the ratio itself is wrong. Own spreads reject {span(unequal, "own")}, and their ratio is right.
- Equal spread: own spreads reject {span(equal, "own")}, one spread {span(equal, "now")}. The power of own spreads is then
  {min(own_kept)[0]:.2f} ({min(own_kept)[1]}) to {max(own_kept)[0]:.2f} ({max(own_kept)[1]}) of that of one spread.
- So one spread stays primary, because own spreads cost too much power where spreads are alike and much is at the ceiling, and the model
  of own spreads stands beside it. Unequal spread is pointed at in {span(unequal, "said", "own_n")} of cohorts that have it, and in
  {span(equal, "said", "own_n")} of those that do not. The report does not change the model by that sign: that would be a choice by the result.
- Who expects unequal spread plans the model of own spreads (`censored_lognormal_spreads`) as the primary one.

{table(HEAD_OF_SPREADS, _row_of_spreads, of_spreads)}

Power of one spread with unequal spread is not given: the ratio that it tests is not the true one.
"""


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cohorts", type=int, default=1_000)
    options.add_argument("--power", type=int, default=250)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--counts", type=Path)
    options.add_argument("--no-more", action="store_true")
    given = options.parse_args()
    all_counts = counted(
        given.counts, given.cohorts, given.power, given.processes, no_more=given.no_more
    )
    n_each = (found["cohorts"] for found in next(iter(all_counts.values())))
    PAGE.write_text(page(all_counts, *n_each), encoding="utf-8")
