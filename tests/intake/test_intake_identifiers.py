"""A column that identifies people stops the cohort, and nothing of it reaches a finding."""

import numpy as np
import pandas as pd
import pytest

from pipeline.intake.cells.grid import Cells, Grid
from pipeline.intake.privacy.identifiers import (
    IDENTIFYING_ALONE,
    IDENTIFYING_HEADINGS,
    identifying_places,
)
from pipeline.intake.privacy.identifying_cells import identifying_cells, looks_personal
from schemas.columns import column_rules
from schemas.participants import Participants

SECRET = "Måns-Öberg"


def everything(result):
    return " ".join(result.findings.fillna("").astype(str).to_numpy().ravel())


@pytest.mark.parametrize(
    "heading",
    ["Name", "first_name", "First Name", "SURNAME", "Date of birth", "date-of-birth", "DOB", "D.O.B.",
     "birth_date", "e-mail", "E-Mail", "email", "phone", "Address", "MRN", "Medical Record Number",
     "ssn", " name ", "Patient Name", "patientName", "E-mail (private)", "Name of the patient",
     "Phone (home)", "Vorname", "Nachname, Vorname", "Geburtsdatum", "Geb.-Datum", "Fallnummer",
     "Fall-Nr.", "Krankenkassen-Nummer", "Straße", "Handy-Nr.", "date_naissance", "Né(e) le", "Prénom",
     "N° de sécurité sociale", "Nom du patient", "Fecha de nacimiento", "Apellidos", "Nombre y apellidos",
     "Correo electrónico", "Data di nascita", "Codice fiscale", "Cognome", "Geboortedatum", "Achternaam",
     "BSN", "Data de nascimento", "Nome completo", "Telemóvel", "Fødselsdato", "Födelsedatum", "Efternamn",
     "Personnummer", "CPR-nr.", "Syntymäaika", "Henkilötunnus", "Kennitala"],
)  # fmt: skip
def test_headings_that_identify(heading):
    assert identifying_places(["leg", heading, "trial"]) == [1]


@pytest.mark.parametrize(
    "heading",
    ["file name", "file", "task_name", "participant_id", "rename", "address_code", "phonetic", "",
     "name of the rater", "muscle name", "muscle_name", "fileName", "birth_year", "Geburtsjahr", "age",
     "patient_id", "Patient", "subject", "IP address", "mobility", "telemetry", "group name", "site name",
     "nameplate", "mailing wave", "address_type", "phone_model",
     "contact_time_ms", "home programme", "trial number", "participant number", "dominant_leg"],
)  # fmt: skip
def test_headings_that_only_contain_such_a_word(heading):
    assert identifying_places([heading]) == []


def test_the_list_is_written_as_headings_are_compared():
    for words in (IDENTIFYING_HEADINGS, IDENTIFYING_ALONE):
        assert all(word == word.casefold() and word.isalnum() and word.isascii() for word in words)


@pytest.mark.parametrize("how", ["csv", "cp1252", "xlsx"])
@pytest.mark.parametrize("table", ["participants", "hold_times", "strength"])
def test_the_column_stops_the_cohort_and_its_values_are_not_told(cohort, read, table, how):
    for i, row in enumerate(cohort.tables[table]):
        row.append(SECRET if i else "Last name")
    cell = f"{'ABCDEFGHIJ'[len(cohort.tables[table][0]) - 1]}1"
    if how == "xlsx":
        result = read(cohort.write_xlsx())
    else:
        result = read(cohort.write_csv(encoding="utf-8" if how == "csv" else how))
    assert result.stopped
    (finding,) = result.findings[result.findings["severity"] == "STOP"].to_dict(orient="records")
    assert (finding["rule_id"], finding["cell"]) == ("COL-05", cell)
    assert finding["found"] == '"Last name"'
    assert "COL-03" not in set(result.findings["rule_id"])
    assert SECRET not in everything(result)


def test_names_that_serve_as_codes_are_not_told_either(cohort, read):
    for rows in cohort.tables.values():
        rows[0][0] = "Name"
        for row in rows[1:]:
            row[0] = SECRET + row[0]
    cohort.put("hold_times", "E3", "long")
    sources = "".join(
        f"  {name}: {{file: {name}.csv, columns: {{participant_id: Name}}}}\n"
        for name in cohort.tables
    )
    cohort.study += f"tables:\n{sources}"
    result = read(cohort.write_csv())
    assert set(result.findings["rule_id"]) == {"COL-05"}
    assert sorted(result.findings["file"]) == sorted(f"{name}.csv" for name in cohort.tables)
    assert SECRET not in everything(result)


def test_a_name_with_a_comma_is_not_told_as_a_row_with_too_many_cells(cohort, read):
    for i, row in enumerate(cohort.tables["participants"]):
        row.insert(0, f"{SECRET},Anna" if i else "name")
    result = read(cohort.write_csv())
    assert set(result.findings["rule_id"]) == {"COL-05", "ROW-01"}
    assert SECRET not in everything(result)
    assert "Anna" not in everything(result)


def test_other_findings_of_the_file_come_in_the_same_pass(cohort, read):
    for i, row in enumerate(cohort.tables["hold_times"]):
        row.append("x@example.org" if i else "e-mail")
    cohort.put("hold_times", "E3", "much")
    assert sorted(read(cohort.write_csv()).findings["rule_id"]) == ["CELL-01", "COL-05"]


def column_of(texts, heading="remark"):
    cells = Cells.of_text(pd.Series(texts, dtype="str"), 1)
    return Grid("f.csv", None, 1, (heading,), np.arange(2, len(texts) + 2), (cells,)), cells


@pytest.mark.parametrize(
    ("texts", "what"),
    [
        (["fine", "fine", "x@example.org", "fine"], "e-mail addresses"),
        (["ask Anna (anna.b@uni-x.example)", "", "", ""], "e-mail addresses"),
        (["+49 151 1234567", "0151/1234567", "030 123456", ""], "telephone numbers"),
        (["(555) 123-4567", "555-123-4567", "555 123 4567"], "telephone numbers"),
        (["01511234567", "01711234568", "01511234569"], "telephone numbers"),
        (["1961-03-04", "1988-05-12", "1974-11-30"], "dates of birth"),
        (["4.3.1961", "12.05.1988", "", "30.11.1974"], "dates of birth"),
        (["03/24/2001", "05/12/2002", "11/30/2003"], "dates of birth"),
        (["2001-03-04 00:00:00", "2002-05-12", "2003-11-30"], "dates of birth"),
        (["Mustermann, Erika", "O'Neill, Shaun", "Öberg, Måns"], "names of people"),
    ],
)
def test_cells_that_identify_people_are_found_and_not_told(texts, what):
    grid, _ = column_of(texts)
    (finding,) = identifying_cells(grid, {}, {}).values()
    assert (finding.rule_id, finding.column, finding.found) == ("COL-07", "remark", "")
    assert what in finding.why
    told = " ".join(map(str, vars(finding).values()))
    assert not [text for text in texts if text not in ("", "fine") and text in told]


@pytest.mark.parametrize(
    "texts",
    [
        ["2024-03-04", "2024-05-12", "2025-01-30"],
        ["1961-03-04", "", "", ""],
        ["12.5", "13.25", "14.75"],
        ["12,5", "13,25", "14,75"],
        ["left, right", "left, right", "right, left"],
        ["1000-2000", "20-450", "5-500"],
        ["P01", "P02", "P03"],
        ["001-0004", "001-0005", "001-0006"],
        ["0123", "0456", "0789"],
        ["20240304", "20240512", "20250130"],
        ["v1@baseline", "v2@baseline", "v3@baseline"],
        ["", "", ""],
    ],
)
def test_cells_that_only_look_alike(texts):
    grid, _ = column_of(texts)
    assert identifying_cells(grid, {}, {}) == {}


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["P01", "P02", "Mustermann, Erika"], True),
        (["Erika Mustermann", "Shaun O'Neill", "Måns Öberg"], True),
        (["Patient One", "Patient Two", "Patient Three"], False),
        (["LBP 1", "LBP 2", "LBP 3"], False),
        (["A-01", "A-02", "A-03"], False),
    ],
)
def test_codes_of_participants_that_are_names(texts, found):
    grid, cells = column_of(texts, "code")
    rules = column_rules(Participants)
    assert bool(identifying_cells(grid, {"participant_id": cells}, rules)) == found


def test_names_as_codes_are_told_in_no_finding(cohort, read):
    for rows in cohort.tables.values():
        for row in rows[1:]:
            row[0] = (
                f'"Mustermann, {row[0]}a"'.replace("0", "Er").replace("1", "i").replace("2", "o")
            )
    cohort.put("hold_times", "E3", "long")
    text = everything(read(cohort.write_csv()))
    assert "COL-07" in text
    assert "Mustermann" not in text


def test_a_first_row_of_data_in_place_of_headings_is_not_told(cohort, read):
    cohort.tables["participants"] = [["Mustermann Erika", "erika@example.org", "1961-03-04"]] * 3
    result = read(cohort.write_csv())
    assert result.stopped
    assert "erika@example.org" not in everything(result)
    assert "1961" not in everything(result)


@pytest.mark.parametrize("text", ["a@b.example", "+49 151 1234567", "1961-03-04", "Muster, Erika"])
def test_texts_that_look_personal(text):
    assert looks_personal(text)
