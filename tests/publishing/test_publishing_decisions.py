"""Decisions from the proposal to the report: what is written, what is printed, what stays in the lab."""

import csv
import io
from dataclasses import replace

import pandas as pd
import pytest

from pipeline.cli import main
from pipeline.publishing.build import build_report
from pipeline.publishing.fix_list.decision_files import HEADINGS, proposal_csv
from pipeline.publishing.writers.write_csv import flat_table
from pipeline.publishing.writers.write_plain_files import write_html
from pipeline.workspace.errors import ExitCode
from pipeline.workspace.layout import Workspace
from pipeline.workspace.releases import latest_release, read_manifest
from schemas.columns import empty_table
from schemas.decisions import FILLED_IN, Decisions, Exclusions, ToDecide

COHORT = "penney_like"


def line(number=2, **more):
    """One line of Decisions."""
    given = {
        "finding_id": f"f000000000{number}",
        "decision": "accept",
        "reason": "form lost",
        "initials": "AB",
        "date": "2026-03-31",
        "reason_shared": more.get("reason", "form lost"),
        "line": number,
        "id_cell": f"A{number}",
        "decision_cell": f"B{number}",
        "state": "applies",
        "rule_id": "HOLD-01",
        "severity": "SET ASIDE",
        "file": "hold_times.csv",
        "cell": "E5",
        "participant_id": "P03",
        "group": "LBP",
        "found": '"61.2"',
    }
    return {**given, **more}


def decisions(*lines):
    columns = list(Decisions.to_schema().columns)
    return Decisions.validate(pd.DataFrame(list(lines), columns=columns))


def waiting(*ids):
    columns = list(ToDecide.to_schema().columns)
    rows = [[i, "CELL-01", "SET ASIDE", "a.csv", "C3", "P01", '"x"'] for i in ids]
    return ToDecide.validate(pd.DataFrame(rows, columns=columns))


def rows_of(content, delimiter=","):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))


class TestTheProposal:
    def test_what_was_decided_comes_first_and_what_waits_has_empty_cells(self):
        rows = rows_of(proposal_csv(decisions(line()), waiting("f1111111111")))
        assert rows[0] == list(HEADINGS)
        assert rows[1][:5] == ["f0000000002", "accept", "form lost", "AB", "2026-03-31"]
        assert rows[2][:6] == ["f1111111111", "", "", "", "", "CELL-01"]

    def test_a_line_that_was_begun_gets_no_twin(self):
        begun = line(finding_id="f1111111111", initials=None, state="unsigned")
        rows = rows_of(proposal_csv(decisions(begun), waiting("f1111111111", "f2222222222")))
        assert [row[0] for row in rows[1:]] == ["f1111111111", "f2222222222"]

    def test_a_lab_with_decimal_commas_gets_semicolons(self):
        content = proposal_csv(decisions(), waiting("f1111111111"), decimal=",")
        assert len(rows_of(content, ";")[1]) == len(HEADINGS)

    @pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)"])
    def test_no_spreadsheet_runs_a_reason(self, text):
        rows = rows_of(proposal_csv(decisions(line(reason=text)), waiting()))
        assert rows[1][2] == f"'{text}"

    def test_the_same_decisions_give_the_same_bytes(self):
        given = decisions(line(2), line(3, reason="two\nlines"))
        assert proposal_csv(given, waiting()) == proposal_csv(given.copy(), waiting())


@pytest.fixture(scope="module")
def decided(light):
    """Inputs with five decisions, and exclusions that differ in one table."""
    lines = decisions(
        line(2),
        line(3, participant_id="P04"),
        line(4, decision="keep", reason="clock ran on", group="control"),
        line(5, reason="wrong", state="refused"),
        line(6, decision="corrected", state="corrected", rule_id=None, group=None),
    )
    exclusions = Exclusions.validate(
        pd.DataFrame(
            [["hold_times", 21, 8, 22, 0, 3, 0, 0.0013, True]],
            columns=list(Exclusions.to_schema().columns),
        )
    )
    return replace(light, decisions=lines, exclusions=exclusions)


class TestTheReport:
    def test_decisions_are_counted_by_rule_group_and_reason(self, decided):
        report = build_report(decided)
        table = next(t for t in report.tables() if t.id == "decisions")
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        title, gone = "A hold above the ceiling", "(finding no longer there)"
        assert rows == [
            ["", gone, "(several or unknown)", "Corrected at the source", "form lost", "1"],
            ["HOLD-01", title, "LBP", "Excluded", "form lost", "2"],
            ["HOLD-01", title, "control", "Kept", "clock ran on", "1"],
        ]

    def test_codes_and_initials_stay_in_the_lab(self, decided):
        shown = replace(
            decided,
            decisions=decisions(
                line(reason="P03 had cramp", reason_shared="[code] had cramp", initials="QX")
            ),
        )
        page = write_html(build_report(shown))
        assert "[code] had cramp" in page
        assert "P03" not in page
        assert "QX" not in page

    def test_a_report_without_decisions_has_no_table_of_them(self, light):
        assert "decisions" not in {table.id for table in build_report(light).tables()}

    def test_the_flow_says_the_exact_test_under_its_table(self, decided):
        table = next(t for t in build_report(decided).tables() if t.id == "flow_counts")
        notes = {note.mark: note.text for note in table.footnotes}
        assert "8 of 21 LBP (38%), 0 of 22 control (0%)" in notes["a"]
        assert "Fisher's exact test, P = .001." in notes["a"]
        assert "Exclusions differ by group." in notes["a"]
        marked = [row.cells[0].text for row in table.rows if row.cells[0].mark == "a"]
        assert marked
        assert all(text.startswith(("Set aside", "Not usable", "Not matched")) for text in marked)

    def test_no_note_where_nothing_was_set_aside(self, light):
        bare = replace(light, exclusions=empty_table(Exclusions))
        table = next(t for t in build_report(bare).tables() if t.id == "flow_counts")
        assert [note.mark for note in table.footnotes] == [""]

    def test_a_reason_is_text_in_every_table(self, decided):
        shown = replace(decided, decisions=decisions(line(reason="=1+1", reason_shared="=1+1")))
        table = next(t for t in build_report(shown).tables() if t.id == "decisions")
        assert "=1+1" in flat_table(table).rows[0]


@pytest.fixture
def workspace(tmp_path, drop_holds, monkeypatch):
    """A cohort with a hold above the ceiling, a row that stands twice, and a remark."""
    folder = drop_holds(tmp_path, COHORT)
    lines = (folder / "hold_times.csv").read_text().splitlines()
    headings = lines[0].split(",")
    time_s, ended_by = headings.index("hold_time_s"), headings.index("ended_by")

    def changed(text, value):
        cells = text.split(",")
        cells[time_s], cells[ended_by] = value, "foot_touch"
        return ",".join(cells)

    lines[1] = changed(lines[1], "91.2")
    lines.append(changed(lines[5], "3.3"))
    (folder / "hold_times.csv").write_text("\n".join(lines) + "\n")
    monkeypatch.setenv("STANCE_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767312000")
    return Workspace(tmp_path)


def proposal(workspace):
    path = workspace.cohort_reports(COHORT) / "check" / "decisions.csv"
    content = path.read_bytes()
    delimiter = ";" if content.splitlines()[0].count(b";") else ","
    rows = rows_of(content, delimiter)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def ids_of(workspace, rule_id):
    return [row["finding_id"] for row in proposal(workspace) if row["rule_id"] == rule_id]


SIGNED = ("--reason", "=form lost", "--initials", "AB")


def test_from_a_draft_to_a_final_report(workspace, capsys):
    folder = workspace.cohort_folder(COHORT)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert main(["check", COHORT]) == ExitCode.DATA_PROBLEMS
    assert main(["run", COHORT]) == ExitCode.OK
    reports = workspace.cohort_reports(COHORT)
    draft = latest_release(reports)
    assert read_manifest(draft)["verdict"] == "draft"
    assert "wait for a decision" in capsys.readouterr().out.splitlines()[-1]
    # Neither a check nor a run has written into the cohort folder.
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    above = ids_of(workspace, "HOLD-01")
    assert main(["decide", COHORT, *above, "keep", *SIGNED]) == ExitCode.OK
    twice, *choices = ids_of(workspace, "KEY-01")
    assert len(choices) == 2
    assert main(["decide", COHORT, choices[0], choices[1], "keep", *SIGNED]) == ExitCode.USAGE
    assert main(["decide", COHORT, twice, "keep", *SIGNED]) == ExitCode.USAGE
    assert main(["decide", COHORT, "f0000000000", "accept", *SIGNED]) == ExitCode.USAGE
    assert twice in capsys.readouterr().err
    lines = (folder / "decisions.csv").read_bytes()
    assert len(rows_of(lines)) == 2
    assert rows_of(lines)[1][:4] == [above[0], "keep", "'=form lost", "AB"]
    assert main(["check", COHORT]) == ExitCode.DATA_PROBLEMS

    # The second person fills in the proposal and copies it into the cohort folder.
    filled = proposal(workspace)
    for row in filled:
        if row["finding_id"] == choices[0]:
            row |= {"decision": "keep", "reason": "form says so", "initials": "CD"}
            row["date"] = "2026-04-01"
    text = io.StringIO()
    writer = csv.DictWriter(text, list(HEADINGS), delimiter=";")
    writer.writeheader()
    writer.writerows(filled)
    (folder / "decisions.csv").write_bytes(text.getvalue().encode("cp1252"))
    assert main(["check", COHORT]) == ExitCode.OK
    assert main(["run", COHORT]) == ExitCode.OK
    final = latest_release(reports)
    manifest = read_manifest(final)
    assert manifest["verdict"] == "final"
    assert final != draft
    said = capsys.readouterr().out.splitlines()[-1]
    assert said == manifest["summary"].replace("{release}", str(final))
    page = (final / "report.html").read_text()
    assert "No row waits for a decision" in page
    assert "form says so" in page
    methods = (final / "methods.md").read_text()
    assert "kept by a signed decision: 2." in methods
    kept = rows_of((final / "internal" / "decisions.csv").read_bytes())
    columns = {name: kept[0].index(name) for name in ("finding_id", "initials", "state")}
    states = {row[columns["finding_id"]]: row[columns["state"]] for row in kept[1:]}
    assert states == {above[0]: "applies", choices[0]: "applies"}
    holds = pd.read_csv(final / "internal" / "analysed_hold_times.csv", dtype=str)
    first = pd.read_csv(io.StringIO(before["hold_times.csv"].decode()), dtype=str).iloc[0]
    mine = holds[holds["participant_id"] == first["participant_id"]]
    assert "ceiling" in set(mine["ended_by"])


def test_tampering_with_the_informational_columns_changes_nothing(workspace):
    assert main(["check", COHORT]) == ExitCode.DATA_PROBLEMS
    twice = ids_of(workspace, "KEY-01")[0]
    folder = workspace.cohort_folder(COHORT)
    line_of = [twice, "keep", "x", "AB", "2026-04-01", "HOLD-01", "WARN", "", "", "", ""]
    text = io.StringIO()
    csv.writer(text).writerows([list(HEADINGS), line_of])
    (folder / "decisions.csv").write_text(text.getvalue())
    assert main(["check", COHORT]) == ExitCode.DATA_PROBLEMS


def test_decide_keeps_the_lines_and_columns_of_people(workspace):
    assert main(["check", COHORT]) == ExitCode.DATA_PROBLEMS
    folder = workspace.cohort_folder(COHORT)
    headings = ["Comment", *FILLED_IN]
    own = ["mine", "f0000000000", "accept", "older; with a semicolon", "CD", "2026-01-02"]
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([headings, own])
    (folder / "decisions.csv").write_bytes(text.getvalue().encode("utf-8-sig"))
    ended = main(["decide", COHORT, "accept", "--all-of", "HOLD-01", *SIGNED])
    assert ended == ExitCode.OK
    rows = rows_of((folder / "decisions.csv").read_bytes(), ";")
    assert rows[:2] == [headings, own]
    assert rows[2][2] == "accept"
    assert rows[2][0] == ""


@pytest.mark.parametrize(
    "words",
    [
        ["accept", "keep", "f0000000000"],
        ["f0000000000"],
        ["accept"],
        ["accept", "--all-of", "HOLD-99"],
        ["corrected", "--all-of", "HOLD-01"],
    ],
)
def test_decide_refuses_in_plain_words_and_writes_nothing(workspace, words, capsys):
    assert main(["decide", COHORT, *words, *SIGNED]) == ExitCode.USAGE
    assert "Traceback" not in capsys.readouterr().err
    assert not (workspace.cohort_folder(COHORT) / "decisions.csv").exists()


def test_decide_needs_a_reason_and_initials(workspace):
    words = ["decide", COHORT, "accept", "--all-of", "HOLD-01"]
    assert main([*words, "--reason", " ", "--initials", "AB"]) == ExitCode.USAGE
    assert main([*words, "--reason", "form lost"]) == ExitCode.USAGE


def test_people_seen_at_another_visit_only_stand_in_the_key_results(decided):
    said = "seen only at a visit that is not analysed"

    def key_results(inputs):
        report = build_report(inputs)
        section = next(one for one in report.sections if one.id == "key-results")
        return " ".join(report.text_of(b) for b in section.blocks if hasattr(b, "fragments"))

    assert f"{said}, and so in no comparison of the table: Hold times: 3 of 21 LBP and 0 of 22" in (
        key_results(decided)
    )
    nobody = decided.exclusions.assign(other_visit_case=0)
    assert said not in key_results(replace(decided, exclusions=nobody))
