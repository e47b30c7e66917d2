"""Fixtures of the publishing tests: an invented study, its report, and readers of every format."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.publishing.build import build_report
from pipeline.publishing.figures.canvas import Drawing
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Report


def _beside(name: str) -> ModuleType:
    """A module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(
        f"publishing_tests_{name}", Path(__file__).with_name(f"{name}.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def without_pictures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures have captions, texts and data, but nothing is drawn, which takes most of a report's time.

    A test with the mark `pictures` draws them nevertheless.
    """
    if request.node.get_closest_marker("pictures") is not None:
        return
    monkeypatch.setattr(Drawing, "savefig", lambda *_, **__: None)
    monkeypatch.setattr(Drawing, "draw_without_rendering", lambda *_: None)


@pytest.fixture(scope="session")
def invented() -> ModuleType:
    """Builders of estimates, findings and whole inputs."""
    return _beside("invented_study")


@pytest.fixture(scope="session")
def reading() -> ModuleType:
    """Readers of HTML, DOCX, XLSX and CSV."""
    return _beside("reading")


@pytest.fixture(scope="session")
def inputs(invented: ModuleType) -> ReportInputs:
    """Inputs with every section filled."""
    return invented.make_inputs()


@pytest.fixture(scope="session")
def light(inputs: ReportInputs) -> ReportInputs:
    """The same inputs without curves and points, whose figures take most of the time."""
    return replace(
        inputs, curves=inputs.curves.iloc[:0], participant_points=inputs.participant_points.iloc[:0]
    )


@pytest.fixture(scope="session")
def report(inputs: ReportInputs) -> Report:
    """The report of the invented study."""
    return build_report(inputs)


@pytest.fixture(scope="session")
def simulated_report(light: ReportInputs) -> Report:
    """The same report, of data that are declared simulated."""
    return build_report(replace(light, study=light.study.model_copy(update={"simulated": True})))
