"""Speed of the statistical models: ratios to statsmodels in the same run, and seconds beside R's.

    python benchmarks/models.py [--people 100 1000] [--repeats 3] [--bootstrap 2000]

Simulated participants with two legs and three trials each. Seconds are processor time, the least of
the repeats, so that a busy machine disturbs them little. Peers that take minutes (MixedLM and PHReg
at 10,000 participants) are run only when asked by --peers-up-to.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.regression.mixed_linear_model import MixedLM

from pipeline.statistics.models.censored.censored_regression import CensoredRegression
from pipeline.statistics.models.censored.participant_bootstrap import participant_bootstrap
from pipeline.statistics.models.censored.random_intercept import CensoredRandomIntercept
from pipeline.statistics.models.mixed.guarded_fit import fit_guarded
from pipeline.statistics.models.mixed.mixed_model import NestedIntercepts
from pipeline.statistics.models.survival.cox import CoxRegression

CEILING_S = 30.0
R_SECONDS = {  # survreg, lmer and coxph of R 4.2 on two shared cores, by participants
    "censored, clustered": {100: 0.003, 1000: 0.029, 10000: 0.227},
    "mixed, participant": {100: 0.016, 1000: 0.048, 10000: 0.353},
    "mixed, participant and leg": {100: 0.022, 1000: 0.076, 10000: 0.751},
    "Cox, clustered": {100: 0.006, 1000: 0.083, 10000: 8.0},
}


@dataclass(frozen=True)
class Cohort:
    """Simulated trials: hold times to a ceiling and a measured value."""

    held_s: np.ndarray
    high_s: np.ndarray
    value: np.ndarray
    exog: pd.DataFrame
    person: np.ndarray
    leg: np.ndarray

    @classmethod
    def of(cls, people: int) -> "Cohort":
        """Two legs and three trials each, about 60 % of trials at the ceiling, 7 % missing."""
        rng = np.random.default_rng(1)
        person = np.repeat(np.arange(people), 6)
        leg = np.tile([0, 0, 0, 1, 1, 1], people)
        exog = pd.DataFrame(
            {
                "const": 1.0,
                "group": person % 2.0,
                "age_years": rng.normal(45, 12, people)[person],
                "sex": rng.integers(0, 2, people)[person].astype(float),
                "dom": leg.astype(float),
            }
        )
        own, noise = rng.normal(size=people)[person], rng.normal(size=len(person))
        of_leg = rng.normal(size=2 * people)[2 * person + leg]
        held = np.exp(4.4 - 0.35 * exog["group"] - 0.014 * exog["age_years"] + 0.4 * (own + noise))
        value = (22 + 5 * exog["group"] + 3 * own + 2.5 * of_leg + 4 * noise).to_numpy()
        held, keep = held.to_numpy(), rng.random(len(person)) > 0.07
        return cls(
            np.minimum(held, CEILING_S)[keep],
            np.where(held < CEILING_S, held, np.inf)[keep],
            value[keep],
            exog[keep].reset_index(drop=True),
            person[keep],
            leg[keep],
        )


def seconds(run: Callable[[], object], repeats: int) -> float:
    """Least processor time of some runs."""
    found = []
    for _ in range(repeats):
        started = time.process_time()
        run()
        found.append(time.process_time() - started)
    return min(found)


def ours(cohort: Cohort) -> dict[str, Callable[[], object]]:
    """What Stance runs, by name."""
    c = cohort
    hazards = c.exog.drop(columns="const")
    return {
        "censored, clustered": lambda: (
            CensoredRegression(c.held_s, c.high_s, c.exog).fit_clustered(c.person).bse
        ),
        "censored, random intercept": lambda: CensoredRandomIntercept(
            c.held_s, c.high_s, c.exog, c.person
        ).fit(),
        "mixed, participant": lambda: NestedIntercepts(c.value, c.exog, c.person).fit(),
        "mixed, participant and leg": lambda: NestedIntercepts(
            c.value, c.exog, c.person, c.leg
        ).fit(),
        "mixed, with its second computation": lambda: fit_guarded(c.value, c.exog, c.person, c.leg),
        "Cox, clustered": lambda: CoxRegression(
            c.held_s, np.isfinite(c.high_s), hazards
        ).fit_clustered(c.person),
    }


def peers(cohort: Cohort) -> dict[str, Callable[[], object]]:
    """What statsmodels has for the same, by the same name."""
    c = cohort
    hazards = c.exog.drop(columns="const")
    legs = {"leg": "0 + C(leg)"}
    frame = c.exog.assign(value=c.value, leg=c.leg, person=c.person)
    formula = "value ~ group + age_years + sex + dom"
    return {
        "mixed, participant": lambda: MixedLM(c.value, c.exog, groups=c.person).fit(),
        "mixed, participant and leg": lambda: MixedLM.from_formula(
            formula, frame, groups="person", re_formula="1", vc_formula=legs
        ).fit(),
        "Cox, clustered": lambda: PHReg(
            c.held_s, hazards, status=np.isfinite(c.high_s), ties="breslow"
        ).fit(groups=c.person),
    }


def main() -> None:
    """Print one table: seconds, R's seconds and the ratio to statsmodels."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, nargs="+", default=[100, 1000, 10000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--bootstrap", type=int, default=2000, help="replicates at 1,000 people")
    parser.add_argument("--peers-up-to", type=int, default=1000, help="participants")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")  # peers warn where they stop short
    print(
        f"{'model':36s}{'people':>8s}{'rows':>8s}{'s':>9s}{'R, s':>8s}{'statsmodels, times':>20s}"
    )
    for people in chosen.people:
        cohort = Cohort.of(people)
        others = peers(cohort) if people <= chosen.peers_up_to else {}
        for name, run in ours(cohort).items():
            own = seconds(run, chosen.repeats)
            in_r = R_SECONDS.get(name, {}).get(people)
            ratio = seconds(others[name], 1) / own if name in others else None
            print(
                f"{name:36s}{people:8d}{len(cohort.value):8d}{own:9.3f}"
                f"{'' if in_r is None else in_r:>8}{'' if ratio is None else f'{ratio:.0f}':>20s}"
            )
    if chosen.bootstrap:
        _time_bootstrap(chosen.bootstrap)


def _time_bootstrap(replicates: int) -> None:
    """Seconds of the participant bootstrap at 1,000 people, with its progress."""
    cohort = Cohort.of(1000)
    model = CensoredRegression(cohort.held_s, cohort.high_s, cohort.exog)

    def told(done: int, total: int) -> None:
        print(f"\rbootstrap {done}/{total}", end="", flush=True)

    spent = seconds(
        lambda: participant_bootstrap(
            model,
            cohort.person,
            rng=np.random.default_rng(1),
            replicates=replicates,
            strata=cohort.exog["group"],
            progress=told,
        ),
        1,
    )
    print(
        f"\r{replicates} participant bootstraps of the censored model, 1000 people: {spent:.1f} s"
    )


if __name__ == "__main__":
    main()
