"""The part of the commented study.yaml that says where each table is and how it is read."""

from typing import Final

from pipeline.intake.settings.yaml_value import yaml_value
from schemas.tables import COHORT_TABLES


def tables_text(name: str) -> str:
    """`tables:` with a line for every sheet of the template, and every key that a source can have.

    name: of the cohort, and so of its workbook.
    """
    lines = [
        "# Where each table is. A sheet or file that bears the name of a table is found without a line",
        "# here; a line is needed for a table with another name, or with headings of your own.",
        "tables:",
    ]
    for table in COHORT_TABLES.values():
        off = "" if table.required else "#"
        lines.append(
            f"  {off}{table.name}: {{file: {yaml_value(name + '.xlsx')}, sheet: {table.name}}}"
        )
    return "\n".join(lines) + _SUMMARIES + _TABLE_KEYS


_SUMMARIES: Final = """
  # Means that are printed somewhere can be checked for figures that cannot be true.
  #group_summaries: {file: printed_means.csv}
"""
_TABLE_KEYS: Final = """\
  # A table of your own making can be read as it is, and may come from several files. Here the one
  # for activation, in place of its line above:
  #activation:
    #- file: emg_results.xlsx
      # Sheet of the workbook.
      #sheet: results
      # Our column: your heading.
      #columns: {participant_id: Subject, gmed_rms_uv: GMed}
      # Our column: {your word: our word}.
      #values: {leg: {L: left, R: right}}
      # Our column: unit in the file, where it is not ours; "in cells" when every cell has its own, as
      # in "12.4 s".
      #units: {gmed_rms_uv: mV, hold_from_force_s: in cells}
      # Our column: one value for all rows.
      #constants: {task: single_leg_stance}
      # Only rows whose cell under this heading is one of these.
      #rows: {Muscle: [GMed]}
      # Whether rows that are equal after all this are read once.
      #distinct: true
    #- file: emg_wide.csv
      # Decimal mark of this file, if it differs from the others.
      #decimal: ","
      # One column for each leg or trial: your heading, our column and what the column stands for.
      #wide:
        #GMed_L1: {to: gmed_rms_uv, leg: left, trial: 1}
        #GMed_R1: {to: gmed_rms_uv, leg: right, trial: 1}
      # One code that sets several columns.
      #codes: {visit: {T0L: {visit: baseline, leg: left}}}
    #- file: forms.xlsx
      #sheet: all people
      # One block of cells for each person in place of a table. Addresses as if the block began at A1.
      #blocks:
        # Text with which the first cell of every block begins.
        #begins_with: "Participant:"
        # A name of yours: the cell in the head of the block, and the text that stands before the
        # value (after) or behind it (before) in that cell.
        #cells:
          #Subject: {cell: A1, after: "Participant:"}
          #Mass: {cell: C1, after: "weight", before: "kg"}
        # First heading of the small table in the block; a column without one is called column A.
        #table: A3
    #- file: redcap_export.csv
      # An export of REDCap, raw or with labels.
      #redcap:
        # The instrument whose rows are read.
        #form: emg
        # The data dictionary of the project, which turns codes into labels.
        #dictionary: redcap_dictionary.csv
        # Event: visit. An event with an empty visit is left out.
        #events: {baseline_arm_1: baseline, screening_arm_1: ""}
        # The codes of the project for missing data.
        #missing_codes: ["-999"]
"""
