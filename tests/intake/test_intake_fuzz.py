"""A short fuzz run of the readers; `fuzz_tables.py` says how to make a long one."""

import shutil

import pytest
from fuzz_tables import changes, check_cohort
from hypothesis import HealthCheck, Phase, given, settings


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # what is found is shrunk by hand: shrinking takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(wanted=changes)
def test_a_broken_cohort_ends_with_findings_never_with_an_error(wanted, form, tmp_path):
    shutil.rmtree(tmp_path / "cohort", ignore_errors=True)
    check_cohort(wanted, form, tmp_path / "cohort")
