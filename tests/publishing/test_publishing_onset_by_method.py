"""The report says how the difference in onset depends on the detector and on the rule for lift-off."""

from dataclasses import replace

import pandas as pd
import pytest

from pipeline.publishing.build import build_report
from schemas.models import LIFTOFF_BY, ONSET_BY

pytestmark = pytest.mark.usefixtures("without_pictures")

MAIN_ROLES = ["primary", "secondary", "exploratory"]


def _repeated(light, *variants):
    """Inputs in which the main result of the onset is repeated: (variant, estimate) each."""
    rows = light.estimates
    main = rows[
        rows["outcome"].eq("onset_ms")
        & rows["role"].isin(MAIN_ROLES)
        & rows["contrast"].eq("LBP - control")
    ].iloc[:1]
    made = [
        main.assign(
            estimate_id=f"onset_ms:difference:{number}",
            variant=variant,
            estimate=estimate,
            role="sensitivity",
            family="",
            p_adjusted=float("nan"),
        )
        for number, (variant, estimate) in enumerate(variants)
    ]
    return replace(light, estimates=pd.concat([rows, *made], ignore_index=True))


@pytest.fixture(scope="module")
def report(light):
    """Two detectors and one rule beside the main result."""
    ways = [(f"{ONSET_BY}energy", -31.0), (f"{ONSET_BY}sums", 12.0), (f"{LIFTOFF_BY}20 N", -7.0)]
    return build_report(_repeated(light, *ways))


def _onset_text(report):
    section = next(one for one in report.sections if one.id == "onset")
    return " ".join(
        report.text_of(block) for block in section.blocks if hasattr(block, "fragments")
    )


def test_a_sentence_gives_the_range(report):
    assert (
        "With other detectors the difference was −31 to 12 ms; with other rules for lift-off the "
        f"difference was −7 ms. {report.labels['sensitivity']} shows them all."
    ) in _onset_text(report)


def test_they_stand_among_the_sensitivity_analyses_only(report):
    def labels(table_id):
        table = next(one for one in report.tables() if one.id == table_id)
        return [row.cells[0].text for row in table.rows]

    assert any(label.endswith("onset by energy") for label in labels("sensitivity"))
    assert not any("onset by energy" in label for label in labels("onset"))


def test_nothing_is_said_where_none_was_compared(light):
    assert "other detectors" not in _onset_text(build_report(light))
