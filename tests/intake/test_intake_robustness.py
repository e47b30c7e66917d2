"""Wrong files never end in a crash: damaged bytes anywhere in the folder give findings or tables."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.intake.cohort import read_cohort
from pipeline.intake.fix_list import fix_list_text
from schemas.findings import Findings
from schemas.tables import COHORT_TABLES

FUZZ = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

DAMAGE = st.lists(
    st.tuples(st.floats(0, 1), st.binary(min_size=0, max_size=4), st.integers(0, 8)),
    min_size=1,
    max_size=4,
)


def damaged(data: bytes, damage: list[tuple[float, bytes, int]]) -> bytes:
    for place, inserted, removed in damage:
        start = int(place * len(data))
        data = data[:start] + inserted + data[start + removed :]
    return data


def assert_is_sound(folder) -> None:
    result = read_cohort(folder)
    Findings.validate(result.findings)
    assert result.findings["finding_id"].is_unique
    assert result.stopped == ("STOP" in set(result.findings["severity"]))
    assert not (result.stopped and result.tables)
    for name, table in result.tables.items():
        COHORT_TABLES[name].model.validate(table)
    assert fix_list_text(result.findings)


@pytest.mark.parametrize("name", ["study.yaml", "hold_times.csv", "participants.csv"])
@FUZZ
@given(damage=DAMAGE)
def test_damaged_text_files(make_cohort, name, damage):
    folder = make_cohort().write_csv()
    (folder / name).write_bytes(damaged((folder / name).read_bytes(), damage))
    assert_is_sound(folder)


@FUZZ
@given(damage=DAMAGE)
def test_damaged_workbooks(make_cohort, damage):
    folder = make_cohort().write_xlsx()
    book = folder / "data.xlsx"
    book.write_bytes(damaged(book.read_bytes(), damage))
    assert_is_sound(folder)


@FUZZ
@given(
    typed=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12),
    cell=st.sampled_from(["A2", "B3", "D4", "E5", "F6"]),
)
def test_any_text_in_any_cell_of_a_workbook(make_cohort, typed, cell):
    cohort = make_cohort()
    cohort.put("hold_times", cell, "".join(c for c in typed if c.isprintable()))
    assert_is_sound(cohort.write_xlsx())
