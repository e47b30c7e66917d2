"""Rules about files, sheets and the shape of tables."""

from typing import Final

from schemas.rules.rule import Rule

FILE_RULES: Final = (
    Rule(
        "FILE-01",
        "STOP",
        "A required table is missing",
        "The cohort has no {what} table. Expected one of: {expected}.{near}",
        "Add the file, or say under `tables` in study.yaml where the table is.",
        checks="Whether every required table, and every file and sheet that study.yaml names, is in the "
        "cohort folder. Upper and lower case do not matter.",
        good="participants.csv\nhold_times.csv",
        bad="participants.csv\nhold_times (1).csv",
    ),
    Rule(
        "FILE-02",
        "STOP",
        "A table is empty",
        "The table has headings but no rows.{near}",
        "Fill in the table; if the study has no such data, remove the file.",
        checks="Whether a table has at least one row below its headings. A sheet of an optional table "
        "that nobody has filled in is no table and no problem.",
        good="participant_id,leg,hold_time_s\nP01,left,12.4",
        bad="participant_id,leg,hold_time_s",
    ),
    Rule(
        "FILE-03",
        "STOP",
        "A file cannot be read",
        "{problem}",
        "{suggestion}",
        source="The largest sizes are those under `limits` in study.yaml; the default of 200 MB for a "
        "table and for an unpacked workbook, and the ratio of 100 above 20 MB, are decisions of Stance.",
        checks="Whether the content of a file is what its name says, whether it is complete, "
        "unprotected, no larger than `limits` in study.yaml, and a plain file: no link, no pipe.",
        good="hold_times.xlsx, saved by Excel as Excel workbook (.xlsx)",
        bad="hold_times.xlsx, a CSV file that was renamed; a workbook with a password; half a download",
    ),
    Rule(
        "FILE-04",
        "NOTE",
        "How a file was read",
        "{problem}",
        "Nothing to do if this is right; otherwise correct the file and save it again.",
        checks="What Stance had to find out in order to read a file: its encoding, the row of its "
        "headings, how many empty rows it has.",
        good="The headings stand in row 1, and the rows follow without a gap.",
        bad="Balance study 2024\n\nparticipant_id,leg,hold_time_s\nP01,left,12.4",
    ),
    Rule(
        "FILE-05",
        "STOP",
        "Two files could be the same table",
        "Both {value} and {other} could be the {what} table, and Stance does not choose.",
        "Keep one, or name the right one under `tables` in study.yaml.{near}",
        checks="Whether two files or sheets are called like the same table, or two sheets of a workbook "
        "have the same headings.",
        good="hold_times.csv",
        bad="hold_times.csv\nhold_times.xlsx",
    ),
    Rule(
        "FILE-06",
        "STOP",
        "There are no participants yet",
        "The participants table has no rows yet, and neither has any other table.",
        "Fill in the participants, then the other tables. The row EXAMPLE of the template shows how; "
        "it is not read.",
        checks="Whether anybody stands in the participants table, as long as all tables are empty; a "
        "new cohort has this one finding and no other.",
        good="participant_id,group\nP01,LBP",
        bad="participant_id,group\nEXAMPLE,LBP",
    ),
    Rule(
        "FILE-07",
        "NOTE",
        "A file or sheet that is not read",
        "{problem}",
        "{suggestion}",
        checks="Which files and sheets look like tables but are left alone: copies, lock files, files "
        "that a system puts into folders, and further sheets with data.",
        good="hold_times.csv",
        bad="hold_times.csv\nhold_times (1).csv\n~$hold_times.xlsx\nThumbs.db",
    ),
    Rule(
        "FILE-08",
        "STOP",
        "A file changed while it was being read",
        "The file was changed while Stance read it, so the table may be half old and half new.",
        "Wait until it is saved and synchronised, close it in other programs, and start again.",
        checks="Whether size, time of change and content of a table are the same before and after it "
        "was read.",
        good="A file that nobody saves or synchronises at that moment.",
        bad="A workbook in a synchronised folder that is still being downloaded.",
    ),
    Rule(
        "ROW-01",
        "STOP",
        "A row has more or fewer cells than the heading row",
        "The row has {value} cells but there are {other} headings, so its values stand under the "
        "wrong headings. A decimal comma in a comma-separated file does this.",
        "Save the table as XLSX or as CSV with semicolons, or type decimal points.",
        checks="Whether every row of a text file has as many cells as there are headings; empty cells "
        "at the right end do not count.",
        good="participant_id,leg,hold_time_s\nP01,left,12.5",
        bad="participant_id,leg,hold_time_s\nP01,left,12,5",
    ),
    Rule(
        "SHEET-01",
        "STOP",
        "Merged cells among the data",
        "{ranges} {are} merged. Only the first cell of merged cells holds the value; Excel has emptied "
        "the others, and Stance does not guess what they held.",
        "Unmerge {ranges} (Home > Merge & Center) and fill in every cell from the paper form.",
        checks="Whether cells below the headings of a sheet are merged. Merged titles above the headings "
        "are no problem.",
        good="A2: P01   B2: left\nA3: P01   B3: right",
        bad="A2:A3 merged: P01   B2: left, B3: right",
    ),
    Rule(
        "SHEET-02",
        "WARN",
        "Hidden rows, columns or sheets were read",
        "{problem} What is hidden is read like everything else.",
        "Unhide it and look whether it belongs to the data; delete what does not.",
        checks="Whether rows with data, columns with data or the whole sheet are hidden, by hand or by a "
        "filter.",
        good="All rows of the sheet can be seen; no filter is set.",
        bad="Rows 7, 9 and 12 are hidden by a filter, because the persons dropped out.",
    ),
    Rule(
        "SHEET-03",
        "WARN",
        "Colours and comments are not read",
        "{problem} Stance reads what cells hold, not how they look.",
        "If a colour or a comment means something, such as that a trial is to be left out, say it in a "
        "column of the table.",
        checks="Whether cells with data differ from the other cells of their column in fill, font "
        "colour or strike-through, or have comments. A column in one colour is no problem.",
        good="A column ended_by that says not_done",
        bad="A hold time in a red cell, which means that the trial does not count",
    ),
    Rule(
        "SHEET-04",
        "NOTE",
        "Stored values of formulas were read",
        "{problem} study.yaml allows it (`formulas: take stored values`).",
        "Nothing to do if the workbook was calculated and saved by Excel after the last change.",
        checks="Which cells hold a formula whose last result was taken, because study.yaml says so.",
        good="12.4",
        bad="=B2/1000, shown as 12.4",
    ),
)
