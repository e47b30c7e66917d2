"""Many cells with one problem are one finding; the unit of a cell and of a column."""

import pytest

from pipeline.intake.cells.units import parse_measured


def typed_into(cohort, heading: str, texts: list[str]) -> None:
    place = cohort.tables["hold_times"][0].index(heading)
    for row, text in zip(cohort.tables["hold_times"][1:], texts, strict=False):
        row[place] = text


def without_endings(cohort) -> None:
    typed_into(cohort, "ended_by", [*["hop"] * 6, "ceiling", "hop"])


def test_different_texts_with_one_reason_are_one_finding_with_three_examples(cohort, only_finding):
    without_endings(cohort)
    typed_into(cohort, "hold_time_s", ["12.4 kg", "8 kg", "3 kg", "5 kg", "7 kg", "9 kg"])
    finding = only_finding(cohort.write_csv())
    assert finding["cell"] == "E2:E7 (6 cells)"
    assert finding["cells"] == "E2:E7"
    assert finding["found"] == '"12.4 kg", "3 kg", "5 kg", …'
    assert "12.4" not in finding["why"] + finding["fix"]


def test_up_to_five_cells_stay_single(cohort, read):
    typed_into(cohort, "hold_time_s", ["a", "b", "c", "d", "e"])
    findings = read(cohort.write_csv()).findings
    assert findings["cell"].tolist() == ["E2", "E3", "E4", "E5", "E6"]


def test_many_rare_words_are_one_finding_and_a_frequent_word_has_its_own(cohort, read):
    for table in cohort.tables.values():
        table += [row[:] for row in table[1:] if table is cohort.tables["hold_times"]]
    for i, row in enumerate(cohort.tables["hold_times"][1:], start=1):
        row[3] = str(i)
        row[5] = "lost balance" if i % 2 else f"foot_touhc{i}"
    findings = read(cohort.write_csv()).findings
    runs = findings[findings["rule_id"] == "CELL-05"]
    assert runs["cell"].tolist() == ["F2, F4, F6, … (8 cells)", "F3, F5, F7, … (8 cells)"]
    assert runs["found"].iloc[0] == '"lost balance"'
    assert "nearest" not in runs["why"].iloc[1]


def test_the_ids_of_a_run_do_not_depend_on_the_order_of_rows(cohort, make_cohort, read):
    ids = []
    for backwards in (False, True):
        one = make_cohort()
        without_endings(one)
        typed_into(one, "hold_time_s", [f"{i} kg" for i in range(8)])
        if backwards:
            one.tables["hold_times"][1:] = one.tables["hold_times"][:0:-1]
        ids.append(read(one.write_csv()).findings["finding_id"].tolist())
    assert ids[0] == ids[1]


class TestUnitsInCells:
    @pytest.mark.parametrize(
        ("text", "unit", "value"),
        [
            ("45 mm", "mm", 45),
            ("4.5 cm", "mm", 45),
            ("4,5cm", "mm", 45),
            ("12,4 s", "s", 12.4),
            ("1200 ms", "s", 1.2),
            ("12.4 sec.", "s", 12.4),
            ("\u22123 ms", "ms", -3),
        ],
    )
    def test_a_number_with_its_unit(self, text, unit, value):
        assert parse_measured(text, unit, ".") == (pytest.approx(value, abs=1e-9), "")

    @pytest.mark.parametrize(
        ("text", "rule"),
        [("45", "CELL-11"), ("4 parsecs", "CELL-11"), ("mm", "CELL-11"), ("1,234 mm", "CELL-10")],
    )
    def test_what_cannot_be_read_breaks_a_rule(self, text, rule):
        assert parse_measured(text, "mm", ".")[1] == rule

    def test_every_cell_is_converted_by_its_own_unit(self, cohort, read):
        cohort.study += (
            "tables:\n  hold_times: {file: hold_times.csv, units: {hold_time_s: In cells}}\n"
        )
        without_endings(cohort)
        typed = ["12.5 s", "3000 ms", "8.25s", "0 s", "0.1 min", "28.75 s", "30 s", "21"]
        typed_into(cohort, "hold_time_s", typed)
        result = read(cohort.write_csv())
        assert result.findings[["rule_id", "cell"]].to_numpy().tolist() == [["CELL-11", "E9"]]
        times = result.tables["hold_times"]["hold_time_s"].tolist()
        assert times == [12.5, 3, 8.25, 0, 6, 28.75, 30]

    def test_a_column_with_units_is_offered_the_declaration(self, cohort, only_finding):
        without_endings(cohort)
        typed_into(cohort, "hold_time_s", [f"{i + 0.5} s" for i in range(8)])
        finding = only_finding(cohort.write_csv())
        assert (finding["rule_id"], finding["cell"]) == ("CELL-01", "E2:E9 (8 cells)")
        assert "`units: {hold_time_s: in cells}`" in finding["fix"]

    def test_a_column_without_a_unit_cannot_have_it_in_cells(self, cohort, only_finding):
        cohort.study += (
            "tables:\n  participants: {file: participants.csv, units: {sex: in cells}}\n"
        )
        assert only_finding(cohort.write_csv())["rule_id"] == "STUDY-01"


class TestColumnsInDoubt:
    def test_milliseconds_are_one_finding_and_no_row_is_analysed(self, cohort, only_finding, read):
        without_endings(cohort)
        typed_into(
            cohort, "hold_time_s", ["12400", "900", "8250", "0", "3700", "28750", "500", "1"]
        )
        folder = cohort.write_csv()
        finding = only_finding(folder)
        assert (finding["rule_id"], finding["cell"]) == ("CELL-13", "E2:E9 (8 cells)")
        assert "`units: {hold_time_s: ms}`" in finding["fix"]
        assert read(folder).tables["hold_times"].empty

    def test_a_bad_cell_of_a_measure_says_that_the_row_stays(self, cohort, only_finding):
        cohort.put("participants", "H2", "much")
        assert "Only the cell is left out; the row stays" in only_finding(cohort.write_csv())["fix"]

    def test_small_percentages_near_others_are_no_fractions(self, cohort, read):
        cohort.tables["activation"] = [
            ["participant_id", "leg", "gmed_pct_mvic"],
            ["001", "left", "0.9"],
            ["001", "right", "2.5"],
            ["002", "left", "4"],
            ["002", "right", "12"],
        ]
        assert read(cohort.write_csv()).findings.empty
