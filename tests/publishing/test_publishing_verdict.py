"""One verdict: exit code, last line and header agree."""

import pandas as pd
import pytest

from pipeline.publishing.publish_cohort import conclude
from pipeline.workspace.errors import ExitCode
from schemas.study import Study

STUDY = Study.model_validate(
    {"title": "A study", "groups": {"case": {"label": "LBP"}, "reference": {"label": "control"}}}
)


def _findings(*severities, status="open"):
    return pd.DataFrame({"severity": list(severities), "status": [status] * len(severities)})


def _estimates(*statuses):
    return pd.DataFrame(
        {
            "outcome": ["hold_time_s/eyes_open", "gmed_pct_mvic"][: len(statuses)],
            "role": ["primary"] * len(statuses),
            "status": list(statuses),
            "note": [
                "control has one participant." if s == "not_estimable" else None for s in statuses
            ],
        }
    )


def test_a_clean_run_is_final():
    verdict = conclude(_findings("WARN", "NOTE"), _estimates("ok", "not_estimable"), STUDY)
    assert (verdict.word, verdict.exit_code, verdict.caution) == ("final", ExitCode.OK, "")
    assert verdict.summary == "Report: {release}/report.html"


def test_open_findings_make_a_draft_and_are_counted():
    verdict = conclude(_findings("SET ASIDE", "SET ASIDE", "WARN"), _estimates("ok"), STUDY)
    assert (verdict.word, verdict.exit_code) == ("draft", ExitCode.OK)
    assert "2 finding(s)" in verdict.summary


def test_decided_findings_do_not():
    assert (
        conclude(_findings("SET ASIDE", status="accepted"), _estimates("ok"), STUDY).word == "final"
    )


@pytest.mark.parametrize("estimates", [_estimates("not_estimable"), _estimates()])
def test_no_comparison_is_said_in_the_header_and_the_last_line(estimates):
    verdict = conclude(_findings(), estimates, STUDY)
    assert verdict.exit_code == ExitCode.ANALYSIS_NOT_POSSIBLE
    assert verdict.caution.startswith("A comparison is not possible.")
    assert verdict.summary.startswith(verdict.caution)


def test_the_outcome_that_failed_is_named():
    verdict = conclude(_findings(), _estimates("not_estimable"), STUDY)
    assert "Hold time, eyes open: control has one participant." in verdict.caution


@pytest.mark.parametrize("status", ["accepted", "corrected", "kept"])
def test_one_open_finding_among_decided_ones_is_enough_for_a_draft(status):
    findings = pd.concat(
        [_findings("SET ASIDE", "SET ASIDE", status=status), _findings("SET ASIDE")]
    )
    verdict = conclude(findings, _estimates("ok"), STUDY)
    assert verdict.word == "draft"
    assert "1 finding(s)" in verdict.summary


def test_a_remark_or_a_bad_decision_does_not_make_a_draft_by_itself():
    assert conclude(_findings("WARN", "NOTE"), _estimates("ok"), STUDY).word == "final"


def test_a_draft_without_a_comparison_says_both():
    verdict = conclude(_findings("SET ASIDE"), _estimates("not_estimable"), STUDY)
    assert (verdict.word, verdict.exit_code) == ("draft", ExitCode.ANALYSIS_NOT_POSSIBLE)
    assert "(draft" in verdict.summary
