"""Rules about single cells, headings and whole columns."""

from typing import Final

from schemas.rules.rule import Rule

CELL_RULES: Final = (
    Rule(
        "CELL-01",
        "SET ASIDE",
        "Text where a number is expected",
        "{column} has to be a number.",
        "{suggestion}",
        checks="Every cell of a number column that is not empty and no declared missing code.",
        good="12.4",
        bad="12.4 s; >60; 60+; 0:12; 1e2; NR; refused; inf; 45%",
    ),
    Rule(
        "CELL-02",
        "SET ASIDE",
        "A decimal comma",
        "The cell uses a comma as decimal mark, which could also be a thousands mark.",
        'Type a decimal point, or set `decimal: ","` in study.yaml if the whole file uses commas.',
        checks="Numbers with a comma in a table whose other numbers have decimal points.",
        good="12.5",
        bad="12,5",
    ),
    Rule(
        "CELL-03",
        "SET ASIDE",
        "A value outside the possible range",
        "{column} has to be {range}.",
        "{suggestion}",
        source="The limits of each column stand in the data dictionary; they exclude what cannot be.",
        checks="Every number against the lowest and highest value that its column can have.",
        good="vas_mm: 45",
        bad="vas_mm: 145; hold_time_s: -3",
    ),
    Rule(
        "CELL-04",
        "SET ASIDE",
        "A required cell is empty",
        "The row cannot be used without {column}.",
        "Fill in the cell from the paper form.",
        checks="Cells of the columns that name a row: participant, leg and the like.",
        good="leg: left",
        bad="leg: (empty)",
    ),
    Rule(
        "CELL-05",
        "SET ASIDE",
        "A word that is not one of the terms",
        "{column} has to be one of: {terms}.{near}",
        "Correct the cell, or add the word under `values` in study.yaml.",
        checks="Every cell of a column with controlled terms; upper and lower case are the same.",
        good="ended_by: foot_touch",
        bad="ended_by: fell",
    ),
    Rule(
        "CELL-06",
        "WARN",
        "A possible but unlikely value",
        "{column} is {direction} {limit}: {plausible_why}.",
        "Check the paper form; leave the cell as it is if it is right.",
        source="The plausible values of each column stand in the data dictionary with their reason.",
        checks="Every possible number against the values that are usual for its column.",
        good="age_years: 41",
        bad="age_years: 12",
    ),
    Rule(
        "CELL-07",
        "SET ASIDE",
        "A formula without a value, or an Excel error",
        "The cell holds {value}, not a value that can be read.",
        "Copy the column and use Paste Special > Values, or correct the formula.",
        checks="Cells of a workbook that hold an Excel error or a formula that was never calculated.",
        good="12.4",
        bad="#DIV/0!; =E3+1 (never calculated)",
    ),
    Rule(
        "CELL-08",
        "SET ASIDE",
        "A date or a clock time where a number is expected",
        "The cell holds or shows a date or a clock time; Excel makes one of some numbers.",
        "Format the cell as Number and type the entry from the paper form again.",
        checks="Cells of number and text columns that are dates or times in Excel, or look like a date.",
        good="12.3",
        bad="12 Mar 2026; 12.03.2026",
    ),
    Rule(
        "CELL-09",
        "SET ASIDE",
        "Not a whole number",
        "{column} has to be a whole number.",
        "Check the paper form and correct the cell.",
        checks="Numbers of columns that count something, such as trial.",
        good="trial: 2",
        bad="trial: 1.5",
    ),
    Rule(
        "CELL-10",
        "STOP",
        "A mark that can be decimal or between thousands",
        "{value} can be read as {other}, and Stance does not choose.",
        "Type the numbers of the column without marks between thousands; if commas are decimal marks "
        'in the whole file, write `decimal: ","` in study.yaml.',
        checks="Numbers with groups of three digits behind a comma, a point, an apostrophe or a space; "
        "with a small unit in the cell (ms, mm, g) also behind a single point.",
        good="1234; 12.5",
        bad="1,234; 1.234,5; 1'234; 1 234",
    ),
    Rule(
        "CELL-11",
        "SET ASIDE",
        "A cell without its unit",
        "study.yaml says that every cell of {column} holds its unit; this one has {missing}.",
        "Write the number with its unit as it stands on the paper form.",
        checks="Columns for which study.yaml declares `units: {column: in cells}`.",
        good="45 mm; 4.5 cm",
        bad="45; 45 points",
    ),
    Rule(
        "CELL-12",
        "STOP",
        "A number that looks like a missing code",
        "{value} stands far outside the other values of {column}, as codes for missing values do.",
        "If it means that there is no value, list it under `missing_codes` in study.yaml; otherwise "
        "check the paper form.",
        source="A decision of Stance: -9, -99, -999, -9999, 999, 9999 and 99999 count, where they are "
        "outside the range of the column or more than three times as far from 0 as all other values.",
        checks="The usual code numbers for missing values, unless study.yaml declares them.",
        good="missing_codes: [-99]",
        bad="-99 (not declared)",
    ),
    Rule(
        "CELL-13",
        "SET ASIDE",
        "A time that looks like milliseconds",
        "{problem}",
        "{suggestion}",
        source="A decision of Stance: a time above 1000 s, or a column whose median is above ten times "
        "the ceiling. Values are never converted without being told so.",
        checks="Hold times and ceilings, each cell and the column as a whole.",
        good="hold_time_s: 12.4",
        bad="hold_time_s: 12400",
        keepable=True,
    ),
    Rule(
        "CELL-14",
        "SET ASIDE",
        "A percentage that looks like a fraction",
        "{problem}",
        "{suggestion}",
        source="A decision of Stance: a column whose median is below 2 and whose largest value is at "
        "most 3, or up to five cells below 1 whose hundredfold fits among the others.",
        checks="Columns in %MVIC, each cell and the column as a whole.",
        good="gmed_pct_mvic: 45",
        bad="gmed_pct_mvic: 0.45",
        keepable=True,
    ),
    Rule(
        "CELL-15",
        "STOP",
        "Fractions and percentages in one column",
        "{problem}",
        "{suggestion}",
        source="A decision of Stance: more than five cells below 1 whose hundredfold fits among the "
        "others.",
        checks="Columns in %MVIC.",
        good="45; 32; 51",
        bad="45; 0.32; 51; 0.4; 0.38; 0.29; 0.51; 0.44",
    ),
    Rule(
        "CELL-16",
        "WARN",
        "Codes of participants that are written in different ways",
        "The other codes of the table have more digits or no exponent; leading zeros may have been "
        "lost, or Excel has turned the code into a number.",
        "Write all codes with the same number of digits, in every table; format the column as Text.",
        checks="The codes of the participants table: their number of digits, where some have leading "
        "zeros, and codes such as 1E5.",
        good="001; 002; 010",
        bad="001; 002; 10; 1E5",
    ),
    Rule(
        "CELL-17",
        "NOTE",
        "Numbers with signs of a word processor",
        "The cell holds a long minus sign or a hard space; it was read as an ordinary number.",
        "Nothing to do if the number is right.",
        checks="Number columns: minus signs and spaces that are not those of the keyboard.",
        good="-70",
        bad="\u221270",
    ),
    Rule(
        "CELL-18",
        "WARN",
        "Garbled letters",
        "The letters look as if the file was once opened in a wrong encoding; they stay as they are.",
        "Export the table again as CSV UTF-8 or XLSX from the program that it comes from.",
        checks="Text cells that hold the signs which letters such as ü and é turn into.",
        good="Jülich",
        bad="JÃ¼lich",
    ),
    Rule(
        "CELL-19",
        "STOP",
        "Decimal commas and decimal points in one file",
        "{value} numbers have a decimal comma and {other} a decimal point, so some of them may be "
        "wrong.",
        "Give the whole file one decimal mark, or say in study.yaml which one it has (`decimal`).",
        checks="The numbers of a text file, where study.yaml does not declare the decimal mark and most "
        "numbers have commas.",
        good="12,5; 30; 8,25",
        bad="12,5; 8.25; 7,75",
    ),
    Rule(
        "CELL-20",
        "NOTE",
        "Places of a wide table without a value",
        "{value} of the {other} places under the wide headings are empty. They count as trials that "
        "were not done and stand in no count of rows.",
        "Nothing to do if these trials were not done.",
        checks="Tables with one column per leg or trial.",
        good="L1: 12.4; L2: 14",
        bad="L1: 12.4; L2: (empty)",
    ),
    Rule(
        "CELL-21",
        "SET ASIDE",
        "Times that look like minutes or thousandths of a second",
        "Half of the timed holds last {value} s or less, and a hold that can be timed lasts {limit} s: "
        "the column looks like minutes or like thousandths of the times.",
        "If these are minutes, write `units: {{hold_time_s: min}}` for this table in study.yaml; if they "
        "are seconds, write `units: {{hold_time_s: s}}`; otherwise type the seconds from the paper form.",
        source="A decision of Stance: at least five timed holds above 0 s with a median below "
        "shortest_timed_hold_s of study.yaml (1 s unless declared). Values are never converted without "
        "being told so.",
        checks="The hold times above 0 s as a whole, where study.yaml does not declare their unit.",
        good="hold_time_s: 12.4, 9.6, 27, 0, 15.2, 8",
        bad="hold_time_s: 0.207, 0.16, 0.45, 0, 0.253, 0.133",
        keepable=True,
    ),
)


COLUMN_RULES: Final = (
    Rule(
        "COL-01",
        "STOP",
        "A required column is missing",
        "The table has no column {column}.{near}",
        "Add the column, or map the heading that you use under `columns` in study.yaml.",
        checks="Whether a table has every column that it cannot do without. Upper and lower case, outer "
        "spaces and the kind of word separator do not matter.",
        good="participant_id,leg,hold_time_s",
        bad="participant_id,legs,hold_time_s",
    ),
    Rule(
        "COL-02",
        "STOP",
        "A heading stands twice",
        "Two columns are called {value}, and Stance does not choose.",
        "Rename or remove one of them.",
        checks="Whether two columns have the same heading, apart from upper and lower case, spaces and "
        "separators.",
        good="participant_id,leg,hold_time_s",
        bad="participant_id,leg,hold_time_s,Leg",
    ),
    Rule(
        "COL-03",
        "NOTE",
        "A column is not used",
        "Stance has no use for this column; it is not carried on.{near}",
        "Nothing to do, or map it under `columns` in study.yaml.",
        checks="Which columns of a file no table takes values from.",
        good="participant_id,leg,hold_time_s",
        bad="participant_id,leg,hold_time_s,shoe size",
    ),
    Rule(
        "COL-04",
        "STOP",
        "study.yaml names a heading that the file does not have",
        "study.yaml expects the heading {value}, which the file does not have.{near}",
        "Correct the heading in study.yaml or in the file.",
        checks="Whether every heading that study.yaml names is in the file.",
        good="columns: {hold_time_s: Time (s)}, and the file has the heading Time (s)",
        bad="columns: {hold_time_s: Time (s)}, and the file has the heading Time",
    ),
    Rule(
        "COL-05",
        "STOP",
        "A column that identifies people",
        "The heading {value} says that this column identifies people. Stance works with codes "
        "only, so that no name, birth date or record number can reach a report.",
        "Remove the column and keep codes only; keep the list of names and codes outside the "
        "cohort folder.",
        source="The headings that are known are those of `pipeline/intake/privacy/identifiers.py`, in eleven "
        "languages: a decision of Stance.",
        checks="Whether a heading means names, dates of birth, addresses, telephone numbers, e-mail "
        "addresses, or numbers of records or insurances. The values are neither shown nor carried on.",
        good="participant_id,group,age_years",
        bad="participant_id,Patient name,Date of birth,group",
    ),
    Rule(
        "COL-06",
        "STOP",
        "Two columns look swapped",
        "{value} and {other} look swapped: every cell under {value} would fit {other}, and every cell "
        "under {other} would fit {value}.",
        "Look which of the two headings belongs where, and correct the headings or `columns` in "
        "study.yaml.",
        checks="Whether no cell of two columns fits its own column, but all fit the other one.",
        good="participant_id,leg,hold_time_s\nP01,left,12.4",
        bad="participant_id,hold_time_s,leg\nP01,left,12.4",
    ),
    Rule(
        "COL-07",
        "STOP",
        "Cells that identify people",
        "{problem} Stance works with codes only, so that no name, address or birth date can reach a "
        "report; the cells themselves are not shown.",
        "Replace them by codes or remove the column; keep the list of names and codes outside the "
        "cohort folder.",
        source="What counts as a birth date is a decision of Stance: at least 3 dates in a column of "
        "texts or an unused one, of which half lie before 2010 or which spread over 10 years or more.",
        checks="Whether cells look like e-mail addresses, telephone numbers, full birth dates (also "
        "inside of codes, such as AH19810312), postal addresses, or names of people.",
        good="participant_id\nP01",
        bad="participant_id\nMustermann, Erika",
    ),
    Rule(
        "COL-08",
        "WARN",
        "Numbers under no heading",
        "{value} numbers stand under no heading beside {other}, and are not read. Headings in two rows, "
        "or one heading over several columns, do this.",
        "Write one heading over every column, all in one row, such as Left T1, and map each in "
        "study.yaml; remove what is no data.",
        checks="Whether a column without a heading holds numbers, where the nearest heading on its left "
        "is read.",
        good="participant_id,left T1,left T2",
        bad="participant_id,left,\nP01,12.4,13.9",
    ),
    Rule(
        "TABLE-01",
        "STOP",
        "A table without any value column",
        "The {what} table has none of the columns: {terms}.",
        "Add one of the columns, or map the heading that you use in study.yaml.",
        checks="Whether a table of measurements has at least one column of values.",
        good="participant_id,leg,trial,gmed_pct_mvic",
        bad="participant_id,leg,trial",
    ),
)
