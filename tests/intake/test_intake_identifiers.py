"""A column that identifies people stops the cohort, and nothing of it reaches a finding."""

import pytest

from pipeline.intake.identifiers import IDENTIFYING_HEADINGS, identifying_places

SECRET = "Måns-Öberg"


def everything(result):
    return " ".join(result.findings.fillna("").astype(str).to_numpy().ravel())


@pytest.mark.parametrize(
    "heading",
    ["Name", "first_name", "First Name", "SURNAME", "Date of birth", "date-of-birth", "DOB", "D.O.B.",
     "birth_date", "e-mail", "E-Mail", "email", "phone", "Address", "MRN", "Medical Record Number",
     "ssn", " name "],
)  # fmt: skip
def test_headings_that_identify(heading):
    assert identifying_places(["leg", heading, "trial"]) == [1]


@pytest.mark.parametrize(
    "heading",
    ["file name", "file", "task_name", "participant_id", "rename", "address_code", "phonetic", "",
     "name of the rater"],
)  # fmt: skip
def test_headings_that_only_contain_such_a_word(heading):
    assert identifying_places([heading]) == []


def test_the_list_is_written_as_headings_are_compared():
    assert all(word == word.casefold() and word.isalnum() for word in IDENTIFYING_HEADINGS)


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
