"""Golden data of R as Stance tables, and their analysis, made once per test session."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from pipeline.statistics.analysis import AnalysisResult, analyse
from pipeline.statistics.analysis_set import AnalysisSets, build_analysis_sets
from schemas.plan import DEFAULT_PLAN, Plan
from schemas.study import Study
from schemas.tables import COHORT_TABLES

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
DATASETS = ("penney_like", "matched_eo_ec")


def load_tables(dataset: str) -> dict[str, pd.DataFrame]:
    """The CSV files of a golden data set, typed by the schemas, as intake would hand them over."""
    tables = {}
    for name, table in COHORT_TABLES.items():
        file = GOLDEN / dataset / f"{name}.csv"
        if not file.exists():
            continue
        frame = pd.read_csv(file, dtype={"participant_id": str, "pair_id": str})
        for column, value in table.defaults.items():
            if column not in frame:
                frame[column] = value
        for column in table.may_omit:
            if column not in frame:
                frame[column] = float("nan")
        if name == "hold_times":
            frame["ended_by"] = frame["ended_by"].replace({"arm_release": "arm_support"})
        tables[name] = table.model.validate(frame)
    return tables


@pytest.fixture(scope="session")
def tolerances() -> dict[str, float]:
    """Relative tolerance per topic, as tests/golden/tolerances.json says."""
    read = json.loads((GOLDEN / "tolerances.json").read_text())
    return {topic: entry["rtol"] for topic, entry in read.items()}


@pytest.fixture(scope="session")
def study() -> Study:
    """The study of the golden data sets."""
    groups = {"case": {"label": "LBP"}, "reference": {"label": "control"}}
    return Study.model_validate({"title": "Golden", "groups": groups})


@pytest.fixture(scope="session", params=DATASETS)
def dataset(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def golden_of() -> Callable[[str], dict]:
    """R's values by name of the file (a data set, common or ties_cox)."""
    return lambda name: json.loads((GOLDEN / f"{name}.json").read_text())


@pytest.fixture(scope="session")
def derived_of() -> Callable[[str], pd.DataFrame]:
    """R's participant aggregates by data set."""
    return lambda dataset: pd.read_csv(
        GOLDEN / dataset / "derived_participant.csv", skipinitialspace=True
    )


@pytest.fixture(scope="session")
def golden(dataset: str, golden_of: Callable[[str], dict]) -> dict:
    """R's values."""
    return golden_of(dataset)


@pytest.fixture(scope="session")
def derived(dataset: str, derived_of: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """R's participant aggregates."""
    return derived_of(dataset)


@pytest.fixture(scope="session")
def tables(dataset: str) -> dict[str, pd.DataFrame]:
    return load_tables(dataset)


@pytest.fixture(scope="session")
def penney() -> dict[str, pd.DataFrame]:
    """Tables of the small data set; tests change copies."""
    return load_tables("penney_like")


@pytest.fixture(scope="session")
def sets(tables: dict[str, pd.DataFrame], study: Study) -> AnalysisSets:
    return build_analysis_sets(tables, study)


@pytest.fixture(scope="session")
def analysed(study: Study) -> Callable[[str], AnalysisResult]:
    """The analysis of a data set, made once: `result` itself is made anew when its parameter changes."""

    @cache
    def made(dataset: str) -> AnalysisResult:
        sets = build_analysis_sets(load_tables(dataset), study)
        return analyse(dataset, sets, study, DEFAULT_PLAN)

    return made


@pytest.fixture(scope="session")
def result(dataset: str, analysed: Callable[[str], AnalysisResult]) -> AnalysisResult:
    return analysed(dataset)


@pytest.fixture
def as_planned(analysed: Callable[[str], AnalysisResult]) -> pd.DataFrame:
    """Estimates of the small data set with the default plan, indexed by id."""
    estimates = analysed("penney_like").estimates
    return estimates.set_index("estimate_id", drop=False)


@pytest.fixture(scope="session")
def number(result: AnalysisResult) -> Callable[[str], pd.Series]:
    """A row of the estimates by its id."""
    by_id = result.estimates.set_index("estimate_id", drop=False)
    return lambda estimate_id: by_id.loc[estimate_id]


@pytest.fixture(scope="session")
def run(study: Study) -> Callable[..., pd.DataFrame]:
    """Estimates of some tables, indexed by id."""

    def estimates(tables, plan=DEFAULT_PLAN, study=study) -> pd.DataFrame:
        done = analyse("test", build_analysis_sets(tables, study), study, plan)
        return done.estimates.set_index("estimate_id", drop=False)

    return estimates


@pytest.fixture(scope="session")
def analysed_holds() -> Callable[..., tuple[AnalysisSets, AnalysisResult, pd.DataFrame]]:
    """Analyse a small made-up cohort of holds without further models: sets, result, rows by id."""

    def run(tables, trials="all") -> tuple[AnalysisSets, AnalysisResult, pd.DataFrame]:
        groups = {"case": {"label": "LBP"}, "reference": {"label": "control"}}
        study = Study.model_validate({"title": "Holds", "groups": groups})
        outcome = {"role": "primary", "sensitivity": [], "trials": trials}
        plan = Plan.model_validate(
            {"covariates": [], "outcomes": {"hold_time_s/eyes_open": outcome}}
        )
        sets = build_analysis_sets(tables, study)
        result = analyse("holds", sets, study, plan)
        return sets, result, result.estimates.set_index("estimate_id")

    return run
