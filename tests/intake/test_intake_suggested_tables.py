"""The draft of `tables` that is offered for files with headings of their own."""

import pytest

from pipeline.intake.cohort import read_cohort
from pipeline.intake.drafting.suggested_tables import suggested_tables
from pipeline.intake.files.discovery import CohortFiles
from pipeline.intake.formats.reading import reading_of
from pipeline.intake.settings.study_file import read_study

STUDY = """\
title: Einbeinstand
groups:
  case: {label: LBP, spellings: [Pat]}
  reference: {label: control, spellings: [HC]}
holds: {ceiling_s: 30}
"""

PEOPLE = """\
Proband;Gruppe;Alter;Geschlecht;Größe (m);Schmerz VAS (0-10);Geburtsdatum
P1;Pat;41;w;1,70;3,5;1.2.1980
P2;HC;39;m;1,81;0;3.4.1982
"""

LONG = """\
Proband;Bein;Versuch;Zeit
P1;links;1;12,5
P1;rechts;1;9,25
P2;links;1;21,5
P2;rechts;1;28,75
"""

WIDE = """\
Proband;SLS L1;SLS L2;SLS R1
P1;12,5;8;9,25
P2;21,5;28,75;27
"""


@pytest.fixture
def german(tmp_path):
    def made(holds: str):
        (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
        (tmp_path / "Personen.csv").write_text(PEOPLE, encoding="utf-8")
        (tmp_path / "Messung.csv").write_text(holds, encoding="utf-8")
        return tmp_path

    return made


def _draft(folder) -> str:
    study, _, _ = read_study(folder)
    assert study is not None
    return suggested_tables(CohortFiles(folder, reading_of(study)), study)


@pytest.mark.parametrize(("holds", "n"), [(LONG, 4), (WIDE, 6)])
def test_the_draft_pasted_into_study_yaml_reads_the_files(german, holds, n):
    folder = german(holds)
    assert read_cohort(folder).stopped
    draft = _draft(folder)
    people = (folder / "Personen.csv").read_text(encoding="utf-8").splitlines()
    without_names = "\n".join(line.rpartition(";")[0] for line in people)
    (folder / "Personen.csv").write_text(without_names, encoding="utf-8")
    (folder / "study.yaml").write_text(STUDY + draft, encoding="utf-8")
    read = read_cohort(folder)
    assert not read.stopped, read.findings[["rule_id", "why"]].to_string()
    assert len(read.tables["hold_times"]) == n
    people = read.tables["participants"].set_index("participant_id")
    assert people["height_cm"].to_dict() == {"P1": 170, "P2": 181}
    assert people["sex"].to_dict() == {"P1": "female", "P2": "male"}
    assert people["vas_mm"].to_dict() == {"P1": 35, "P2": 0}


def test_a_column_that_identifies_people_is_not_in_the_draft(german):
    # "Vorname R1" would be taken for a column of the right leg, if it named nobody.
    draft = _draft(german(WIDE.replace("SLS R1", "Vorname R1")))
    assert "SLS L1" in draft
    assert "Vorname" not in draft


def test_what_headings_do_not_say_is_a_question(german):
    draft = _draft(german(LONG))
    assert "# Please check. hold_time_s: is Zeit really in s?" in draft


def test_unknown_group_words_are_named_and_never_assigned(german):
    folder = german(LONG)
    (folder / "study.yaml").write_text(STUDY.replace("Pat", "CLBP"), encoding="utf-8")
    assert "add as spellings of the right group: Pat" in _draft(folder)


def test_files_that_say_nothing_give_no_draft(tmp_path):
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "notes.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    assert _draft(tmp_path) == ""


TWO_ROWS = """\
Proband;left;;right
;T1;T2;T1
P1;12,5;8;9,25
P2;21,5;28,75;27
"""


def test_headings_in_two_rows_are_asked_about_and_not_drafted(german):
    draft = _draft(german(TWO_ROWS))
    assert "The headings seem to stand in two rows" in draft
    assert "wide:" not in draft


def test_numbers_under_no_heading_beside_a_wide_column_are_a_warning(german):
    folder = german(TWO_ROWS.replace(";T1;T2;T1\n", ""))
    tables = """\
tables:
  participants: {file: Personen.csv, columns: {participant_id: Proband, group: Gruppe}}
  hold_times:
    file: Messung.csv
    columns: {participant_id: Proband}
    wide: {left: {to: hold_time_s, leg: left}, right: {to: hold_time_s, leg: right}}
"""
    (folder / "study.yaml").write_text(STUDY + 'decimal: ","\n' + tables, encoding="utf-8")
    findings = read_cohort(folder).findings
    beside = findings[findings["rule_id"] == "COL-08"]
    assert beside[["severity", "file", "cell"]].to_numpy().tolist() == [
        ["WARN", "Messung.csv", "C1"]
    ]
    assert '2 numbers stand under no heading beside "left",' in beside["why"].iloc[0]
