"""A REDCap project with the valid cohort of the lab in it, exported as REDCap does."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from defects import Lab

STUDY = """\
title: A REDCap project
groups:
  case: {label: LBP}
  reference: {label: control}
holds: {ceiling_s: 30}
tables:
  participants:
    file: export.csv
    redcap: {form: demographics, dictionary: dictionary.csv}
    columns: {participant_id: record_id, painful_side: pain_side}
    values: {painful_side: {"left; right": bilateral}}
  hold_times:
    file: export.csv
    redcap: {form: hold_times, dictionary: dictionary.csv}
    columns: {participant_id: record_id}
"""

CHOICES = {
    "group": {"1": "LBP", "2": "control"},
    "sex": {"0": "female", "1": "male"},
    "dominant_leg": {"1": "left", "2": "right"},
    "pain_side": {"1": "left", "2": "right", "3": "none"},
    "leg": {"1": "left", "2": "right"},
    "condition": {"1": "eyes_open", "2": "eyes_closed"},
    "ended_by": {"1": "foot_touch", "2": "hop", "3": "ceiling"},
}
SYSTEM = {
    "redcap_event_name": "Event Name",
    "redcap_repeat_instrument": "Repeat Instrument",
    "redcap_repeat_instance": "Repeat Instance",
}
FORM_LABELS = {"hold_times": "Hold times", "medication": "Medication"}
EVENTS = {"baseline_arm_1": "Baseline (Arm 1: Arm 1)", "month_6_arm_1": "Month 6 (Arm 1: Arm 1)"}
STATUS = {"0": "Incomplete", "2": "Complete"}

Record = dict[str, Any]


@dataclass
class Field:
    name: str
    form: str
    type: str = "text"
    label: str = ""
    low: str = ""
    high: str = ""
    identifier: str = ""

    @property
    def boxes(self) -> dict[str, str]:
        return {f"{self.name}___{code}": code for code in CHOICES[self.name]}


def _fields() -> list[Field]:
    lab = Lab()
    people = [
        n for n in lab.tables["participants"][0] if n not in ("participant_id", "painful_side")
    ]
    fields = [Field("record_id", "demographics", label="Record ID")]
    for name in people:
        kind = "radio" if name in CHOICES else "text"
        fields.append(Field(name, "demographics", kind, f"<b>{name.replace('_', ' ')}</b>"))
    fields.append(Field("pain_side", "demographics", "checkbox", "Painful side"))
    fields.append(Field("drug", "medication", label="Drug"))
    for name in lab.tables["hold_times"][0][1:]:
        kind = "dropdown" if name in CHOICES else "text"
        low, high = ("0", "60") if name == "hold_time_s" else ("", "")
        fields.append(Field(name, "hold_times", kind, f"{name.replace('_', ' ')}?", low, high))
    return fields


@dataclass
class Project:
    """fields: of the data dictionary. records: rows of the export by field name, codes as values."""

    fields: list[Field] = field(default_factory=_fields)
    records: list[Record] = field(default_factory=list)
    study: str = STUDY

    def __post_init__(self) -> None:
        lab = Lab()
        people, holds = lab.tables["participants"], lab.tables["hold_times"]
        for row in people[1:]:
            person = dict(zip(people[0], row, strict=True))
            key = person.pop("participant_id")
            sides = {"bilateral": ("1", "2"), "left": ("1",), "right": ("2",), "none": ("3",)}
            ticked = sides[person.pop("painful_side")]
            record = self._row(key, "baseline_arm_1", **person, demographics_complete="2")
            record |= {box: "1" if code in ticked else "0" for box, code in self.boxes.items()}
            self.records.append(record)
            self.records.append(
                self._row(
                    key, "baseline_arm_1", "medication", 1, drug="none", medication_complete="2"
                )
            )
            instance = 0
            for hold_row in holds[1:]:
                hold = dict(zip(holds[0], hold_row, strict=True))
                if hold.pop("participant_id") == key:
                    instance += 1
                    self.records.append(
                        self._row(
                            key,
                            "baseline_arm_1",
                            "hold_times",
                            instance,
                            **hold,
                            hold_times_complete="2",
                        )
                    )
            # A visit that was planned: nobody opened the forms, and REDCap exports zeros all the same.
            self.records.append(
                self._row(
                    key,
                    "month_6_arm_1",
                    demographics_complete="0",
                    **dict.fromkeys(self.boxes, "0"),
                )
            )

    @property
    def boxes(self) -> dict[str, str]:
        return next(f for f in self.fields if f.type == "checkbox").boxes

    @staticmethod
    def _row(key: str, event: str, form: str = "", instance: Any = "", **values: Any) -> Record:
        coded = {
            name: {word: code for code, word in CHOICES[name].items()}.get(value, value)
            if name in CHOICES
            else value
            for name, value in values.items()
        }
        return {
            "record_id": key,
            "redcap_event_name": event,
            "redcap_repeat_instrument": form,
            "redcap_repeat_instance": instance,
            **coded,
        }

    def columns(self) -> list[tuple[str, str]]:
        """Name and label of every column of the export."""
        found = [("record_id", "Record ID"), *SYSTEM.items()]
        for i, entry in enumerate(self.fields):
            if entry.type == "checkbox":
                found += [
                    (box, f"{entry.label} (choice={CHOICES[entry.name][code]})")
                    for box, code in entry.boxes.items()
                ]
            elif entry.name != "record_id":
                found.append((entry.name, entry.label.replace("<b>", "").replace("</b>", "")))
            if i + 1 == len(self.fields) or self.fields[i + 1].form != entry.form:
                found.append((f"{entry.form}_complete", "Complete?"))
        return found

    def dictionary(self) -> list[list[str]]:
        heading = [
            "Variable / Field Name",
            "Form Name",
            "Section Header",
            "Field Type",
            "Field Label",
            "Choices, Calculations, OR Slider Labels",
            "Text Validation Min",
            "Text Validation Max",
            "Identifier?",
        ]
        rows = [heading]
        for f in self.fields:
            choices = " | ".join(
                f"{code}, {word}" for code, word in CHOICES.get(f.name, {}).items()
            )
            choices = choices if f.type in ("radio", "dropdown", "checkbox") else ""
            rows.append([f.name, f.form, "", f.type, f.label, choices, f.low, f.high, f.identifier])
        return rows

    def export(self, *, labels: bool) -> list[list[Any]]:
        columns = self.columns()
        rows = [[label if labels else name for name, label in columns]]
        for record in self.records:
            row = [record.get(name) for name, _ in columns]
            if labels:
                row = [self._label(n, v) for (n, _), v in zip(columns, row, strict=True)]
            rows.append(row)
        return rows

    def _label(self, name: str, value: Any) -> Any:
        if value in (None, ""):
            return value
        if name in self.boxes:
            return "Checked" if value == "1" else "Unchecked"
        known = {**FORM_LABELS, **EVENTS} if name in SYSTEM else CHOICES.get(name, {})
        known = STATUS if name.endswith("_complete") else known
        return known.get(str(value), value)

    def cell(self, record: Record, name: str) -> str:
        """Address of a field of a record in the export."""
        from openpyxl.utils import get_column_letter

        place = [column for column, _ in self.columns()].index(name)
        return f"{get_column_letter(place + 1)}{self.records.index(record) + 2}"

    def of_form(self, form: str) -> list[Record]:
        return [r for r in self.records if r["redcap_repeat_instrument"] == form]

    def write(self, folder: Path, *, labels: bool = False) -> Path:
        folder.mkdir(exist_ok=True)
        (folder / "study.yaml").write_text(self.study)
        for name, rows in (
            ("export.csv", self.export(labels=labels)),
            ("dictionary.csv", self.dictionary()),
        ):
            text = io.StringIO()
            csv.writer(text, quoting=csv.QUOTE_MINIMAL).writerows(rows)
            (folder / name).write_bytes(text.getvalue().encode())
        return folder
