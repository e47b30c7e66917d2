"""The quality summary: rules and counts, so that it may leave the lab."""

import pandas as pd

from pipeline.publishing.fix_list.quality_summary import quality_summary_html
from schemas.intake_results import Findings


def test_a_quality_summary_counts_by_rule_and_group(inputs, reading):
    page = reading.PageReader(quality_summary_html(inputs.findings, inputs.cohort, inputs.groups))
    head, *rows = page.tables[0]
    assert head == ["Severity", "Rule", "What was found", "LBP", "control", "(no group)", "All"]
    assert ["SET ASIDE", "HOLD-01", "A hold above the ceiling", "1", "1", "0", "2"] in rows
    assert [row[0] for row in rows] == ["SET ASIDE", "SET ASIDE", "WARN", "NOTE"]


def test_a_quality_summary_without_findings(inputs, reading):
    page = quality_summary_html(inputs.findings.iloc[:0], "x", inputs.groups)
    assert "found nothing to report" in reading.PageReader(page).text


def test_before_the_groups_are_known_only_totals_are_counted(inputs, reading):
    page = reading.PageReader(quality_summary_html(inputs.findings, inputs.cohort, ()))
    head, *rows = page.tables[0]
    assert head == ["Severity", "Rule", "What was found", "All"]
    assert sum(int(row[-1]) for row in rows) == len(inputs.findings)


def test_nothing_of_a_person_or_a_file_is_in_it(invented, reading):
    canaries = {
        "participant_id": "canary-a",
        "found": "canary-b",
        "file": "canary-c.csv",
        "sheet": "canary-d",
        "cell": "XY4711",
        "column": "canary-e",
        "why": "canary-f",
        "fix": "canary-g",
        "group": "canary-h",
        "finding_id": "canary-i",
    }
    row = invented.finding(1, "CELL-01", "SET ASIDE", **canaries)
    findings = Findings.validate(pd.DataFrame([row], columns=list(Findings.to_schema().columns)))
    page = quality_summary_html(findings, "invented", ("LBP", "control"))
    for canary in canaries.values():
        assert canary not in page
    assert "CELL-01" in page
