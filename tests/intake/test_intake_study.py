"""study.yaml and plan.yaml: what is read, and how a mistake is named with its key and line."""

import pytest

from pipeline.intake.settings.study_file import read_study
from pipeline.intake.templates.template_settings import plan_text

SHORT = "title: A study\ngroups:\n  case: {label: LBP}\n  reference: {label: control}\n"


@pytest.fixture
def one(tmp_path, only_finding):
    """Write study.yaml alone and return the single finding."""

    def check(text: str | bytes):
        data = text.encode() if isinstance(text, str) else text
        (tmp_path / "study.yaml").write_bytes(data)
        return only_finding(tmp_path)

    return check


@pytest.fixture
def study_of(tmp_path):
    def settings(text: str):
        (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
        study, _, findings = read_study(tmp_path)
        assert not findings, findings
        assert study is not None
        return study

    return settings


def test_a_missing_study_file(tmp_path, only_finding):
    finding = only_finding(tmp_path)
    assert (finding["rule_id"], finding["file"]) == ("STUDY-02", "study.yaml")


def test_a_misspelt_key_names_its_path_its_line_and_the_key_that_was_meant(one):
    finding = one(
        "title: A study\ngroups:\n  case:\n    lable: LBP\n  reference: {label: control}\n"
    )
    assert finding["rule_id"] == "STUDY-01"
    assert finding["cell"] == "line 4"
    assert finding["column"] == "groups.case.lable"
    assert finding["found"] == '"lable"'
    assert finding["fix"] == "Did you mean `label`?"


@pytest.mark.parametrize(
    ("more", "line", "key", "says"),
    [
        ("hold: {ceiling_s: 30}", 5, "hold", "`holds`"),
        ("holds: {ceiling: 30}", 5, "holds.ceiling", "ceiling"),
        ("holds:\n  ceiling_s: 30 s", 6, "holds.ceiling_s", "a number"),
        ("holds:\n  ceiling_s: -1", 6, "holds.ceiling_s", "above 0"),
        ("holds:\n  ceilings_s: {eyes_shut: 30}", 6, "holds.ceilings_s.eyes_shut", "task"),
        ("decimal: ';'", 5, "decimal", "one of: . or ,"),
        ("missing_codes: -99", 5, "missing_codes", "[-99]"),
        ("emg:\n  band_pass_hz: [450, 20]", 5, "emg", "below the second"),
        ("tables:\n  hold_time: a.csv", 6, "tables.hold_time", "`hold_times`"),
        ("tables:\n  strength: ../a.csv", 6, "tables.strength", "inside the cohort folder"),
        ("tables:\n  strength: {file: a.csv, shet: X}", 6, "tables.strength.shet", "`sheet`"),
        (
            "tables:\n  strength:\n    - file: a.csv\n    - file: b.csv\n      unit: {}",
            9,
            "tables.strength.item 2.unit",
            "`units`",
        ),
        (
            "tables:\n  participants:\n    file: a.csv\n    columns: {age: Alter}",
            8,
            "tables.participants.columns.age",
            "age_years",
        ),
        (
            "tables:\n  participants:\n    file: a.csv\n    units: {height_cm: stone}",
            8,
            "tables.participants.units.height_cm",
            "cm, m, mm, in",
        ),
        (
            "tables:\n  participants:\n    file: a.csv\n    values: {sex: {F: femal}}",
            8,
            "tables.participants.values.sex.F",
            "female, male",
        ),
        (
            "tables:\n  participants:\n    file: a.csv\n    values: {group: {1: Ctrl}}",
            8,
            "tables.participants.values.group.1",
            "LBP and control",
        ),
        (
            "tables:\n  hold_times:\n    file: a.csv\n    constants: {trial: first}",
            8,
            "tables.hold_times.constants.trial",
            "a number",
        ),
        (
            "tables:\n  hold_times:\n    file: a.csv\n    wide: {L: {to: hold_time, leg: left}}",
            8,
            "tables.hold_times.wide.L.to",
            "hold_time_s",
        ),
        (
            "tables:\n  hold_times:\n    file: a.csv\n    wide:\n"
            "      L1: {to: hold_time_s, leg: left}\n      L2: {to: hold_time_s, leg: left}",
            10,
            "tables.hold_times.wide.L2",
            "same place",
        ),
        (
            "tables:\n  hold_times:\n    file: a.csv\n    codes: {hold_time_s: {2: {ended: ceiling}}}",
            8,
            "tables.hold_times.codes.hold_time_s.2.ended",
            "ended_by",
        ),
    ],
)
def test_a_setting_that_cannot_be_used(one, more, line, key, says):
    finding = one(f"{SHORT}{more}\n")
    assert finding["rule_id"] == "STUDY-01"
    assert (finding["cell"], finding["column"]) == (f"line {line}", key)
    assert says in f"{finding['why']} {finding['fix']}"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (SHORT + "title: Again\n", "line 5", "stands twice"),
        ("title: &t A study\n", "line 1", "Anchors"),
        ("title: !!str A study\n", "line 1", "Tags"),
        ("title: a: b\n", "line 1", "not valid YAML"),
        ("title: A\n\t- b\n", "line 2", "not valid YAML"),
        ("[" * 5000, "line 1", "nested"),
        (b"title: \xff\xfe\n", "", "UTF-8"),
        ("x" * 1_000_001, "", "larger than 1 MB"),
    ],
)
def test_text_that_is_no_usable_yaml(one, text, line, says):
    finding = one(text)
    assert (finding["rule_id"], finding["cell"]) == ("STUDY-01", line)
    assert says in finding["why"]


def test_an_empty_file_misses_its_keys(tmp_path, read):
    (tmp_path / "study.yaml").write_text("# nothing yet\n")
    findings = read(tmp_path).findings
    assert sorted(findings["column"]) == ["groups", "title"]
    assert set(findings["rule_id"]) == {"STUDY-01"}


def test_no_stays_text_and_so_do_times_and_leading_zeros(study_of):
    study = study_of(
        "title: A study\ngroups:\n  case: {label: 007}\n  reference: {label: no, spellings: [12:30, 0]}\n"
    )
    assert study.groups.labels == ("007", "no")
    assert study.groups.reference.spellings == ("12:30", "0")


def test_numbers_in_values_and_codes_are_the_text_that_cells_hold(study_of):
    source = study_of(
        SHORT + "missing_codes: [-99, 999]\n"
        "tables:\n  participants:\n    file: a.csv\n    values: {sex: {1: male, 2: female}}\n"
        "    rows: {Visit: [1]}\n    sheet: 2\n"
    ).tables["participants"][0]
    assert source.values == {"sex": {"1": "male", "2": "female"}}
    assert source.rows == {"Visit": ("1",)}
    assert source.sheet == "2"


def test_a_key_without_a_value_counts_as_not_given(study_of):
    study = study_of(SHORT + "description:\nmissing_codes:\ntables:\n")
    assert study.description == ""
    assert study.tables == {}


def test_several_mistakes_come_in_one_pass(tmp_path, read):
    (tmp_path / "study.yaml").write_text(SHORT + "decimal: x\nhold: 3\n")
    (tmp_path / "plan.yaml").write_text("ci_level: 95\n")
    findings = read(tmp_path).findings
    assert len(findings) == 3
    assert findings["file"].tolist() == ["plan.yaml", "study.yaml", "study.yaml"]


def test_a_plan_is_read(cohort, read):
    (cohort.folder / "plan.yaml").write_text("covariates: [age_years, dom]\nci_level: 0.9\n")
    result = read(cohort.write_csv())
    assert result.findings.empty
    assert not result.plan_is_default
    assert result.plan.covariates == ("age_years", "dom")
    assert result.plan.ci_level == 0.9


@pytest.mark.parametrize(
    "text", [plan_text(), "alpha: 0.05\n", "covariates: [age_years, sex, dom]"]
)
def test_a_plan_that_says_what_the_default_says_is_the_default_plan(cohort, read, text):
    (cohort.folder / "plan.yaml").write_text(text)
    result = read(cohort.write_csv())
    assert result.plan_is_default
    assert result.findings.empty


@pytest.mark.parametrize("changed", [("0.05", "0.01"), ("role: primary", "role: secondary")])
def test_a_template_in_which_something_was_decided_is_a_plan_of_its_own(cohort, read, changed):
    (cohort.folder / "plan.yaml").write_text(
        plan_text().replace(*changed).replace("ci_level: 0.95", "#ci_level:")
    )
    assert not read(cohort.write_csv()).plan_is_default


def test_a_covariate_that_no_table_can_have(cohort, only_finding):
    (cohort.folder / "plan.yaml").write_text("ci_level: 0.95\ncovariates: [age_years, sexx]\n")
    finding = only_finding(cohort.write_csv())
    assert (finding["rule_id"], finding["file"], finding["cell"]) == (
        "STUDY-01",
        "plan.yaml",
        "line 2",
    )
    assert "sex" in finding["fix"]


def test_a_wrong_value_is_answered_with_what_its_key_is_for(one):
    finding = one(f"{SHORT}holds: {{shortest_timed_hold_s: 0}}\n")
    assert (
        "A hold of 0 s, or of any time below this, is analysed as shorter than this."
        in finding["fix"]
    )


def test_a_missing_key_is_answered_with_what_it_is_for(one):
    finding = one("groups:\n  case: {label: LBP}\n  reference: {label: control}\n")
    assert finding["fix"].startswith("Add the key. Title as reports print it.")
