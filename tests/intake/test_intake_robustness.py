"""Wrong files never end in a crash: damaged bytes anywhere in the folder give findings or tables."""

import re
import zipfile

import pytest
from defects.workbook_xml import edit_members
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.intake.cohort import read_cohort
from pipeline.intake.findings.fix_list import fix_list_text
from schemas.intake_results import Findings
from schemas.tables import COHORT_TABLES

FUZZ = settings(
    deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture]
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


TOKENS = (
    b"", b"</c>", b"<c>", b"<v>-1</v>", b"<v>1e999</v>", b"<row>", b"<f>1</f>", b"&#0;", b"&x;",
    b'<mergeCell ref="A:A"/>', b'<c r="ZZZ1" t="s"><v>99</v></c>', b'<c t="d"><v>x</v></c>',
    b'<c s="99"><v>3000000000</v></c>', b"<!DOCTYPE a>", b'<col min="1" max="9999999" hidden="1"/>',
    b'<c t="inlineStr"><is><t>x</t></is></c>',
)  # fmt: skip


@FUZZ
@given(
    member=st.integers(0, 12),
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from(TOKENS), st.booleans()), min_size=1, max_size=4
    ),
)
def test_any_edit_of_the_xml_inside_a_workbook(make_cohort, member, edits):
    folder = make_cohort().write_xlsx()

    def edit(name: str, content: bytes) -> bytes:
        if name != names[member % len(names)]:
            return content
        parts = re.split(rb"(<[^>]*>)", content)
        for place, token, replaces in edits:
            at = min(int(place * len(parts)), len(parts) - 1)
            parts[at] = token if replaces else parts[at] + token
        return b"".join(parts)

    with zipfile.ZipFile(folder / "data.xlsx") as archive:
        names = archive.namelist()
    edit_members(folder / "data.xlsx", edit)
    assert_is_sound(folder)


@FUZZ
@given(content=st.binary(max_size=300), name=st.sampled_from(["strength.xlsx", "strength.xls"]))
def test_any_bytes_in_place_of_a_workbook(make_cohort, content, name):
    cohort = make_cohort()
    del cohort.tables["strength"]
    folder = cohort.write_csv()
    (folder / name).write_bytes(content)
    assert_is_sound(folder)
    assert read_cohort(folder).findings["rule_id"].tolist() == ["FILE-03"]


@FUZZ
@given(
    typed=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12),
    cell=st.sampled_from(["A2", "B3", "D4", "E5", "F6"]),
)
def test_any_text_in_any_cell_of_a_workbook(make_cohort, typed, cell):
    cohort = make_cohort()
    cohort.put("hold_times", cell, "".join(c for c in typed if c.isprintable()))
    assert_is_sound(cohort.write_xlsx())
