"""Rules about files that are no plain tables: blocks per person, REDCap, BIDS, SPSS and Stata."""

from typing import Final

from schemas.rules.rule import Rule

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
