"""The valid cohort of the lab as other programs hold it: SPSS, Stata, BIDS, blocks per person."""

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
from defects import Lab

CODES = {
    "group": {"LBP": 1, "control": 2},
    "sex": {"female": 1, "male": 2},
    "leg": {"left": 1, "right": 2},
    "ended_by": {"foot_touch": 1, "hop": 2, "ceiling": 7},
}
WRITERS = {"sav": pyreadstat.write_sav, "dta": pyreadstat.write_dta}


def coded(rows: list[list]) -> tuple[pd.DataFrame, dict]:
    """A table as statistics programs hold it: numbers, and labels for the codes."""
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    labels = {}
    for name, codes in CODES.items():
        if name in frame:
            frame[name] = frame[name].map(codes).astype("float64")
            labels[name] = {code: word for word, code in codes.items()}
    for name in frame.columns:
        if name not in labels and name not in ("participant_id",):
            as_number = pd.to_numeric(frame[name], errors="coerce")
            if as_number.notna().sum() == frame[name].notna().sum():
                frame[name] = as_number.astype("float64")
    return frame, labels


def write_statistics(folder: Path, kind: str) -> Path:
    lab = Lab()
    folder.mkdir(exist_ok=True)
    for name, rows in lab.tables.items():
        frame, labels = coded(rows)
        WRITERS[kind](frame, folder / f"{name}.{kind}", variable_value_labels=labels)
    (folder / "study.yaml").write_text(lab.study)
    return folder


class Dataset:
    """The valid cohort as a BIDS data set; json: what stands in the file beside a table."""

    def __init__(self) -> None:
        self.lab = Lab()
        self.json: dict[str, dict] = {
            "participants": {
                "group": {
                    "Description": "Study group",
                    "Levels": {"1": "LBP", "2": {"Description": "control"}},
                },
                "height_cm": {"Units": "m"},
                "age": {"Units": "years"},
            },
            "hold_times": {"hold_time_s": {"Units": "ms"}, "leg": {"Levels": {"left": "Left leg"}}},
        }
        people = self.lab.tables["participants"]
        people[0][people[0].index("age_years")] = "age"
        for row in self.lab.rows("participants"):
            group = self.lab.get("participants", "group", row)
            self.lab.put("participants", "group", row, "1" if group == "LBP" else "2")
            height = self.lab.get("participants", "height_cm", row)
            self.lab.put("participants", "height_cm", row, round(height / 100, 4))
        for row in self.lab.rows("hold_times"):
            hold = self.lab.get("hold_times", "hold_time_s", row)
            self.lab.put("hold_times", "hold_time_s", row, round(hold * 1000))
        for rows in self.lab.tables.values():
            for cells in rows[1:]:
                cells[0] = f"sub-{cells[0]}"

    def write(self, folder: Path, *, study: str = "") -> Path:
        (folder / "phenotype").mkdir(parents=True)
        (folder / "dataset_description.json").write_text('{"Name": "SLS", "BIDSVersion": "1.11.0"}')
        (folder / "study.yaml").write_text(self.lab.study + study)
        for name, rows in self.lab.tables.items():
            place = folder if name == "participants" else folder / "phenotype"
            lines = ["\t".join("n/a" if v is None else str(v) for v in row) for row in rows]
            (place / f"{name}.tsv").write_text("\n".join(lines) + "\n")
            if name in self.json:
                (place / f"{name}.json").write_text(json.dumps(self.json[name]))
        return folder


BLOCKS = """\
tables:
  hold_times:
    file: holds.xlsx
    sheet: holds
    blocks: {begins_with: "Participant:", cells: {participant_id: {cell: A1, after: "Participant:"}}, table: A3}
"""


def write_blocks(folder: Path) -> Path:
    """Participants as a table, hold times as one block per person."""
    lab = Lab()
    heading, *holds = lab.tables.pop("hold_times")
    lab.study += BLOCKS
    lab.write(folder, "csv")
    book = openpyxl.Workbook()
    book.active.title = "holds"
    for person in dict.fromkeys(row[0] for row in holds):
        book.active.append([f"Participant: {person}"])
        book.active.append(["Tested in the morning"])
        for row in (heading, *(row for row in holds if row[0] == person)):
            book.active.append(row[1:])
        book.active.append([""])
    book.save(folder / "holds.xlsx")
    return folder
