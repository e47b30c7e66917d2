"""Rules about who a row belongs to, its group and leg, whether it stands twice, and its matched set."""

from typing import Final

from schemas.rules.instrument_rules import IF_RIGHT
from schemas.rules.rule import Rule

KEY_RULES: Final = (
    Rule(
        "KEY-01",
        "SET ASIDE",
        "The same row twice",
        "{keys} stand in {places}, so it is not clear which row counts.",
        "Keep the row that the paper form has, or number the trials; a person gets one row only.",
        checks="Whether two rows of a table have the same key: in the participants table the code of "
        "the person (capitals and outer spaces do not make another person), elsewhere the code, visit, "
        "task, leg, condition and trial.",
        good="participant_id  leg   trial  hold_time_s\n"
        "P04             left  1      12.4\n"
        "P04             left  2      14.1",
        bad="participant_id  leg   trial  hold_time_s\n"
        "P04             left  1      12.4\n"
        "P04             left  1      14.1",
        keepable=True,
    ),
    Rule(
        "KEY-02",
        "SET ASIDE",
        "A participant without a row in the participants table",
        "{value} is not in the participants table, so the group is not known.{near}",
        "Add the person to the participants table or correct the code.",
        checks="Whether every code in a table of measurements stands in the participants table.",
        good="participants: P01, P02, P03\nstrength:     P01, P03",
        bad="participants: P01, P02, P03\nstrength:     P01, P003",
    ),
    Rule(
        "KEY-03",
        "WARN",
        "A participant without data",
        "{value} is in the participants table but has no rows in {other}.",
        "Add the rows, or note in the study log why there are none.",
        checks="Whether every participant has at least one row in the hold-time table.",
        good="participants: P01, P02\nhold_times:   P01, P01, P02, P02",
        bad="participants: P01, P02\nhold_times:   P01, P01",
    ),
    Rule(
        "KEY-04",
        "SET ASIDE",
        "Repeated trials without numbers",
        "{rows_without_trial}, so repeated trials or visits cannot be told from rows entered twice.",
        "Add a column trial with 1, 2, 3 from the paper form, or fill in its empty cells; where people "
        "came more than once, add a column visit. Remove rows that were pasted twice.",
        source="A decision of Stance: rows stand twice throughout when at least half of the entries, and "
        "no fewer than three, stand exactly twice.",
        checks="Whether a table with more than one row for a person, leg and condition numbers its "
        "trials (an empty trial cell, or no trial column, means trial 1), and whether so many numbered "
        "rows stand twice that a visit seems to be missing.",
        good="participant_id  leg   trial  hold_time_s\n"
        "P04             left  1      12.4\n"
        "P04             left  2      14.1",
        bad="participant_id  leg   hold_time_s\n"
        "P04             left  12.4\n"
        "P04             left  14.1",
    ),
    Rule(
        "KEY-05",
        "SET ASIDE",
        "A person in both groups",
        "{code} stands in both groups: {places}. Nobody can be a case and a control at once, and all "
        "data of this code leave the analysis.",
        "Find out which row is right and remove the other; two people need two codes.",
        checks="Whether a code stands in the participants table once with each group. The finding "
        "names both places; the person leaves the analysis, the rest of the cohort stays.",
        good="participant_id  group\nP04             LBP\nP05             control",
        bad="participant_id  group\nP04             LBP\nP04             control",
    ),
    Rule(
        "KEY-06",
        "SET ASIDE",
        "A summary row among the people",
        "{value} in the column of the participants' codes names a mean, a spread or a count and nobody; "
        "such a row would count as one more person.",
        "Move means and counts into another sheet. If this is the code of a "
        "person, give the person another code in every table.",
        source="A decision of Stance: the words that spreadsheets and papers use, alone or with the name "
        "of a group. Two-letter words such as SD count only where most other codes have a digit.",
        checks="Whether a code of a participant is a word for a summary, such as mean, SD, total, MW or "
        "n = 12. These rows leave before anything else is looked at.",
        good="participant_id  group    age_years\nP04             LBP      41",
        bad="participant_id  group    age_years\nP04             LBP      41\nMean LBP        LBP      43.2",
    ),
    Rule(
        "GROUP-01",
        "SET ASIDE",
        "An unknown group",
        "The group is not one of the labels or spellings in study.yaml: {terms}.{near}",
        "Correct the cell, or add the spelling under `groups` in study.yaml.",
        checks="Whether every group is a label or a spelling that study.yaml declares; capitals and "
        "outer spaces do not matter. A likely meaning is named, never taken.",
        good="group    (study.yaml: label: control, spellings: [HC])\nHC",
        bad="group    (study.yaml: label: control)\nHC",
    ),
    Rule(
        "GROUP-02",
        "WARN",
        "A group without participants",
        "No participant who can be used is in the group {group}; groups cannot be compared.{near}",
        "Correct what took rows out first; otherwise check the group column and the labels in "
        "study.yaml.",
        checks="Whether both groups of study.yaml have participants whose rows can be used. Where rows "
        "left the analysis, the finding names the rules that took them out.",
        good="group\nLBP\ncontrol",
        bad="group\nLBP\nLBP",
    ),
    Rule(
        "GROUP-03",
        "STOP",
        "Groups written as numbers that nobody explained",
        "The groups are written as {numbers}, and study.yaml does not say which of them are the cases. "
        "Taken the wrong way round, every result would change its sign.",
        "Look the numbers up in the codebook and add each one to the spellings of its group under "
        "`groups` in study.yaml.",
        checks="Whether a group column that holds nothing but numbers has its numbers declared as "
        "spellings in study.yaml. 1 is never taken for cases.",
        good="group    (study.yaml: case: spellings: ['2'], reference: spellings: ['1'])\n2\n1",
        bad="group    (study.yaml without these spellings)\n1\n0",
    ),
    Rule(
        "GROUP-04",
        "STOP",
        "No participant can be used",
        "All rows of the participants table ({value}) left the analysis: {terms}. There is nobody to "
        "analyse.",
        "Correct the findings of these rules in the participants table; they name the cells.",
        checks="Whether the participants table has at least one row that can be used after all other "
        "rules. Groups written as numbers are reported as GROUP-03 alone.",
        good="participant_id  group\nP01             LBP\nP02             control",
        bad="participant_id  group\nP01             arm A\nP02             arm B",
    ),
    Rule(
        "LEG-01",
        "SET ASIDE",
        "Dominant and non-dominant where left and right are expected",
        "{column} says dominant or non-dominant, and study.yaml does not say that this table names legs "
        "by dominance.{near}",
        "Write left or right from the paper form; if all legs of the table are named by dominance, set "
        "`leg_coding: {{{table}: dominance}}` in study.yaml.",
        checks="Whether the leg column holds words for dominance although study.yaml declares no such "
        "coding. Stance never mixes the two ways to name a leg.",
        good="leg\nleft\nright",
        bad="leg\nleft\nnon-dominant",
    ),
    Rule(
        "LEG-02",
        "SET ASIDE",
        "A leg that is not named by dominance in a table that names legs so",
        "study.yaml says that this table names legs by dominance, but {column} says something else; two "
        "ways to name a leg in one column are easily mistaken for one another.",
        "Write dominant or non-dominant from the paper form in every row of the table, or left and right "
        "in every row and remove the table from `leg_coding` in study.yaml.",
        checks="Whether all legs of a table with `leg_coding: dominance` are named by dominance.",
        good="leg    (study.yaml: leg_coding: {hold_times: dominance})\ndominant\nnon-dominant",
        bad="leg    (study.yaml: leg_coding: {hold_times: dominance})\ndominant\nleft",
    ),
    Rule(
        "LEG-03",
        "SET ASIDE",
        "A leg named by dominance whose side is not known",
        "The participants table does not say which leg of {person} is dominant, so the side of the leg "
        "cannot be told.",
        "Fill in dominant_leg of the person in the participants table from the paper form.",
        checks="Whether dominant_leg is known for every person whose legs are named by dominance. The "
        "painful side is another thing and never stands in for it.",
        good="participant_id  dominant_leg    participant_id  leg\n"
        "P04             right           P04             dominant",
        bad="participant_id  dominant_leg    participant_id  leg\n"
        "P04                             P04             dominant",
    ),
    Rule(
        "DATE-01",
        "SET ASIDE",
        "A date that is not written as year-month-day",
        "{column} has to be a day written as year-month-day, such as 2024-03-31; other orders can be "
        "read in two ways.",
        "Type the day as year-month-day, or format the cell as a date in Excel.",
        source="ISO 8601-1:2019, calendar dates.",
        checks="Whether every cell of a date column is a real day in the form year-month-day or a date "
        "cell of Excel.",
        good="date\n2024-03-31",
        bad="date\n03/04/24",
    ),
)


_DECLARED: Final = (
    "matching of study.yaml; in print e.g. age within 5 years, same sex, BMI within 2 (Sadler 2019), "
    "two cases for each control (Cooper 2016)"
)

MATCHING_RULES: Final = (
    Rule(
        "MATCH-01",
        "WARN",
        "A matched set without a case or without a control",
        "The set {value} has {found}; nobody is matched in it.",
        "Check pair_id and group of its members. " + IF_RIGHT,
        checks="Whether every set of pair_id has at least one case and one control.",
        good="P01 LBP M01; P04 control M01",
        bad="P01 LBP M01; P02 LBP M01",
        keepable=True,
    ),
    Rule(
        "MATCH-02",
        "WARN",
        "A matched set with other numbers than the study's ratio",
        "The set {value} has {found}; study.yaml says {limit} (cases : controls).",
        "Check pair_id and group of its members. " + IF_RIGHT,
        source=_DECLARED,
        checks="Whether every set has as many cases and controls as the ratio of study.yaml says.",
        good="ratio: 1:1; P01 LBP M01; P04 control M01",
        bad="ratio: 1:1; P01 LBP M01; P04 control M01; P05 control M01",
        keepable=True,
    ),
    Rule(
        "MATCH-03",
        "WARN",
        "A matched set whose members differ too much",
        "Case and control of the set {value} differ in {column}: {found}; study.yaml allows {limit}.",
        "Check pair_id and {column} of its members. " + IF_RIGHT,
        source=_DECLARED,
        checks="Whether members of a set differ by no more than `within` and are equal in `same`.",
        good="within: {age_years: 5}; M01: 41 and 44 years",
        bad="within: {age_years: 5}; M01: 41 and 52 years",
        keepable=True,
    ),
    Rule(
        "MATCH-04",
        "WARN",
        "People without a matched set",
        "{value} of {other} people are in no set: {terms}. A matched analysis leaves them out.",
        "Fill in pair_id where the person was matched; otherwise nothing to do.",
        source=_DECLARED,
        checks="Whether everybody has a pair_id when the study is matched.",
        good="pair_id filled in for everybody",
        bad="pair_id empty for two people",
        keepable=True,
    ),
    Rule(
        "MATCH-05",
        "SET ASIDE",
        "One person in two matched sets",
        "The cell names more than one set; a person can be matched once.",
        "Keep the one set in which the person was matched.",
        checks="Whether a cell of pair_id names two sets.",
        good="pair_id: M01",
        bad="pair_id: M01, M02",
    ),
)
