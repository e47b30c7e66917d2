"""Decisions of the data manager, counted by rule and group, and exclusions that differ by group."""

from typing import Final

import pandas as pd

from pipeline.publishing.report.cells import paragraph, words
from pipeline.publishing.report.labels import counted, table_label
from pipeline.publishing.report.number_format import Num, percent_text
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Block, Cell, Column, Footnote, Ref, Row, Table
from schemas.decisions import OPEN
from schemas.p_style import p_sentence
from schemas.rules import RULES

COUNTED_STATES: Final = ("applies", "corrected")
_SAID: Final[dict[str, str]] = {
    "accept": "Excluded",
    "keep": "Kept",
    "corrected": "Corrected at the source",
}
_GONE: Final = "(finding no longer there)"
_NO_GROUP: Final = "(several or unknown)"
_DIFFER: Final = " Exclusions differ by group."


def uneven_exclusions(inputs: ReportInputs) -> str:
    """The sentence on tables of which one group lost more participants, or ""."""
    uneven = inputs.exclusions[inputs.exclusions["differs"]]
    if uneven.empty:
        return ""
    said = []
    for row in uneven.to_dict("records"):
        name, _, measure = str(row["table"]).partition("/")
        what = inputs.label(measure) if measure else table_label(name)
        shares = " and ".join(
            _share(int(row[f"excluded_{side}"]), int(row[f"n_{side}"]), group)
            for side, group in zip(("case", "reference"), inputs.groups, strict=True)
        )
        said.append(f"{what}: {shares} ({p_sentence(float(row['p']))})")
    return f"The groups lost participants unevenly. {'; '.join(said)}."


def seen_elsewhere(inputs: ReportInputs) -> str:
    """The sentence on participants with rows at another visit only, by table and group, or ""."""
    rows = inputs.exclusions
    said = []
    for row in rows[rows["other_visit_case"].add(rows["other_visit_reference"]) > 0].to_dict(
        "records"
    ):
        counts = " and ".join(
            f"{int(row[f'other_visit_{side}'])} of {int(row[f'n_{side}'])} {group}"
            for side, group in zip(("case", "reference"), inputs.groups, strict=True)
        )
        said.append(f"{table_label(str(row['table']))}: {counts}")
    if not said:
        return ""
    return (
        "Participants seen only at a visit that is not analysed, and so in no comparison of the table: "
        f"{'; '.join(said)}."
    )


def decision_blocks(inputs: ReportInputs) -> list[Block]:
    """How many findings wait, and the decisions by rule, group and reason; no codes of participants."""
    aside = inputs.findings[inputs.findings["severity"] == "SET ASIDE"]
    if aside.empty and not _counting(inputs).shape[0]:
        return []
    n_open = int(aside["status"].eq(OPEN).sum())
    blocks: list[Block] = []
    if len(aside):
        blocks.append(
            paragraph(
                "Of ",
                Num(len(aside), "count", 0, "findings"),
                f" {counted(len(aside), 'finding')} that set rows aside, ",
                Num(n_open, "count", 0, "findings"),
                " wait for a decision of the data manager.",
            )
        )
    if _counting(inputs).shape[0]:
        blocks += [
            paragraph("Decisions, each signed and dated in the lab: ", Ref("decisions"), "."),
            _decisions_table(inputs),
        ]
    return blocks


def exclusion_note(inputs: ReportInputs, table: str) -> str:
    """The footnote on one table of the flow: participants of whom something left, and the exact test."""
    rows = inputs.exclusions[inputs.exclusions["table"] == table].to_dict("records")
    if not rows:
        return ""
    row = rows[0]
    shares = [
        _share(int(row[f"excluded_{side}"]), int(row[f"n_{side}"]), group)
        for side, group in zip(("case", "reference"), inputs.groups, strict=True)
    ]
    p = Num(float(row["p"]), "p_sentence", 0, "flow").text
    differ = _DIFFER if bool(row["differs"]) else ""
    return (
        f"Participants of whom something left the analysis: {shares[0]}, {shares[1]}; Fisher's exact test, "
        f"{p}.{differ} Rows of one participant are not independent and are not tested."
    )


def _share(excluded: int, n: int, group: str) -> str:
    if not n:
        return f"none of {group}"
    return f"{excluded} of {n} {group} ({percent_text(excluded / n, 0)})"


def _counting(inputs: ReportInputs) -> pd.DataFrame:
    return inputs.decisions[inputs.decisions["state"].isin(COUNTED_STATES)]


def _decisions_table(inputs: ReportInputs) -> Table:
    columns = (
        Column("rule", "Rule", "text"),
        Column("title", "What was found", "text"),
        Column("group", "Group", "text"),
        Column("decision", "Decision", "text"),
        Column("reason", "Reason", "text"),
        Column("n", "Findings"),
    )
    keys = ["rule_id", "group", "decision", "reason_shared"]
    counts = _counting(inputs)[keys].fillna("").groupby(keys, sort=True, as_index=False).size()
    rows = []
    for line in counts.to_dict("records"):
        rule_id, group, decision, reason = (str(line[key]) for key in keys)
        title = RULES[rule_id].title if rule_id in RULES else _GONE
        texts = (rule_id, title, group or _NO_GROUP, _SAID.get(decision, decision), reason)
        count = Cell("number", (Num(int(line["size"]), "count", 0, "findings"),))
        rows.append(Row((*(words(text) for text in texts), count)))
    note = Footnote(
        "", "Reasons are printed as the lab wrote them; codes of participants are left out."
    )
    return Table("decisions", "Decisions of the data manager", columns, tuple(rows), (note,))
