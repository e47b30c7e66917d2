"""Rules about files, sheets, the shape of tables, other layouts, and what is left of a template."""

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


SOURCE_RULES: Final = (
    Rule(
        "BLOCK-01",
        "STOP",
        "A sheet in blocks that study.yaml does not mention",
        "This is no table with one heading row: {value} blocks begin with the text {begins}, the "
        "first at {first}. Stance does not guess which cell of a block means what.",
        "Say it under `tables` in study.yaml, with addresses as if the block began at A1: "
        "{declaration}",
        checks="Whether a sheet that lacks the columns of its table repeats a label such as "
        "Participant above several small tables.",
        good="blocks: {begins_with: Participant, cells: {participant_id: B1, group: D1}, table: A3}",
        bad="Participant | P01 | Group | LBP, then a small table, then Participant | P02 | ...",
    ),
    Rule(
        "BLOCK-02",
        "STOP",
        "A block that is laid out differently",
        "The block cannot be read as study.yaml says: {problem}.",
        "{near}Lay the block out like the others, or correct `blocks` in study.yaml.",
        checks="Whether every block has the headings of the first one, rows below them, the labels "
        "that study.yaml names, and beside its head cells the labels that most blocks have; and "
        "whether inside a block the headings stand again or a cell looks like the label of another "
        "person.",
        good="Trial | Left | Right in every block",
        bad="Trial | Left | Right in the first block, Trial | Links | Right in the second",
    ),
    Rule(
        "REDCAP-01",
        "STOP",
        "An event of a REDCap export that is no visit yet",
        "The form has answers in the event {value}, and study.yaml does not say which visit that is.",
        "Say it under `redcap` in study.yaml, such as `events: {{{declaration}}}`, with your names of "
        'the visits; write "" in place of a visit to leave its event out.',
        checks="Whether every event in which the form has answers has a visit, once study.yaml "
        "names events or the form was filled in at more than one.",
        good="events: {baseline_arm_1: baseline, month_6_arm_1: month 6}",
        bad="redcap_event_name is month_6_arm_1, and events names baseline_arm_1 only",
    ),
    Rule(
        "REDCAP-02",
        "STOP",
        "A REDCap export that does not fit study.yaml",
        "{problem}",
        "{suggestion}",
        checks="Whether the export has the form that study.yaml names, and whether the data "
        "dictionary is one and has the fields of the export.",
        good="form: hold_times, and redcap_repeat_instrument holds hold_times",
        bad="form: hold_time, and no row and no field belongs to such a form",
    ),
    Rule(
        "REDCAP-03",
        "STOP",
        "A field that the data dictionary marks as an identifier",
        "The data dictionary says that the field {value} identifies people. Stance works with codes "
        "only, so that no name, birth date or record number can reach a report.",
        "Export the data again without identifiers (REDCap: remove all tagged identifier fields).",
        checks="Whether the export holds a field whose Identifier? is y in the data dictionary.",
        good="record_id, with an empty cell under Identifier?",
        bad="hospital_no, with y under Identifier?",
    ),
    Rule(
        "EXPORT-01",
        "NOTE",
        "How an export was understood",
        "{problem}",
        "Nothing to do if this is right; otherwise say it in study.yaml.",
        checks="What Stance takes from a REDCap export, a BIDS folder, an SPSS or a Stata file "
        "without having been told in study.yaml.",
        good="A plain table, in which nothing has to be understood",
        bad="n/a in participants.tsv, which BIDS defines as missing",
    ),
    Rule(
        "BIDS-01",
        "SET ASIDE",
        "An age that was capped",
        "The cell holds a group of ages, not an age: older versions of BIDS allowed 89+ in place "
        "of the ages from 89 on.",
        "Check the paper form for the age; if it must not be passed on, write n/a.",
        source="BIDS specification, participants file: 89+ is deprecated",
        checks="Whether an age in a BIDS folder ends with a plus sign.",
        good="72",
        bad="89+",
    ),
    Rule(
        "BIDS-02",
        "STOP",
        "A unit in the JSON file that does not fit",
        "The JSON file beside the table says that {column} is in {value}, but {other}.",
        "Correct `Units` in the JSON file or `units` in study.yaml, whichever is wrong.",
        checks="Whether `Units` of the JSON file is a unit that Stance can turn into its own, and "
        "agrees with study.yaml.",
        good='"height_cm": {"Units": "m"}',
        bad='"height_cm": {"Units": "kg"}',
    ),
)


TEMPLATE_RULES: Final = (
    Rule(
        "EXAMPLE-01",
        "NOTE",
        "The example row of the template was not read",
        "Rows of the participant EXAMPLE show how a row is filled in, and are not read. Here: {value}.",
        "Nothing to do. If EXAMPLE is the code of a person, give the person another code.",
        checks="Rows whose participant_id is EXAMPLE, in any capitals and with or without a number, are "
        "left out of everything, and counted nowhere.",
        good="participant_id,group\nP01,LBP",
        bad="participant_id,group\nEXAMPLE,LBP\nP01,LBP",
    ),
    Rule(
        "EXAMPLE-02",
        "WARN",
        "A row that still holds values of the example",
        "The row has the {measures} of the template's example. Perhaps the code was typed over EXAMPLE "
        "and the rest was left standing.",
        "Compare the row with the paper form, and empty every cell that is not on it.",
        source="decision: five equal measures; with twelve measures that one person in thirty shares, "
        "about 3 in 100,000 people would share five by chance",
        checks="Whether a row shares five or more measures with the example row of the template.",
        good="participant_id,age_years,height_cm,mass_kg,vas_mm,tsk\nP01,52,181,80,48,35",
        bad="participant_id,age_years,height_cm,mass_kg,vas_mm,tsk,rmdq\nP01,41,168,64.5,35,38,11",
    ),
    Rule(
        "EXAMPLE-03",
        "SET ASIDE",
        "The example of the template under a person's code",
        "All that is filled in here is the template's example: {measures}. The row is nobody's.",
        "Type the values of the paper form over it, or delete the row. If the person really has all these "
        "values, decide to keep it.",
        source="decision: as for EXAMPLE-02; with fewer measures only the row in which the template has its "
        "example counts, and every cell of it has to be the example's",
        checks="Whether all measures of a row, five or more, are those of the template's example; or all "
        "cells of row 2 of a table.",
        good="participant_id,age_years,height_cm,mass_kg,vas_mm,tsk\nP01,52,181,80,48,35",
        bad="participant_id,age_years,height_cm,mass_kg,vas_mm,tsk\nP01,41,168,64.5,35,38",
        keepable=True,
    ),
)
