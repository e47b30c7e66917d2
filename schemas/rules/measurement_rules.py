"""Rules about hold times and balance tasks, strength, recordings and their MVIC references."""

from typing import Final

from schemas.rules.instrument_rules import OWN
from schemas.rules.rule import Rule

HOLD_RULES: Final = (
    Rule(
        "HOLD-01",
        "SET ASIDE",
        "A hold above the ceiling",
        "The hold is above the ceiling of {limit} s, at which the clock is stopped.",
        "Check the paper form; if the test was stopped at the ceiling, record the ceiling and "
        "write `ceiling` in ended_by.",
        source="The ceiling is that of the study (`holds: ceiling_s` or the column ceiling_s). A clock "
        "stopped up to `ceiling_tolerance_s` late counts as the ceiling; the default of 0.5 s is a "
        "decision of Stance (a hand-timed norm of 45.1 s at a ceiling of 45 s is in print), and the "
        "methods text counts the holds that it was used for.",
        checks="Whether a hold, or its lower bound, is longer than the ceiling of its row plus the "
        "tolerance of the study.",
        good="hold_time_s  ended_by    (ceiling_s: 30)\n30           ceiling\n30.4         ceiling",
        bad="hold_time_s  ended_by    (ceiling_s: 30)\n61.2         foot_touch",
        keepable=True,
    ),
    Rule(
        "HOLD-02",
        "WARN",
        "A hold at the ceiling without a reason",
        "The hold equals the ceiling with {no_ending}; it is analysed as stopped by the ceiling.",
        "Write what ended the hold in ended_by.",
        checks="Whether every hold as long as the ceiling says in ended_by what ended it. A table "
        "without the column ended_by gives one finding.",
        good="hold_time_s  ended_by\n30           ceiling",
        bad="hold_time_s  ended_by\n30",
    ),
    Rule(
        "HOLD-03",
        "SET ASIDE",
        "A hold that ended by ceiling below the ceiling",
        "ended_by says ceiling, but the hold is shorter than the ceiling of {limit} s.",
        "Check the paper form: either the time or ended_by is wrong.",
        source="`ceiling_tolerance_s` of the study (default 0.5 s, a decision of Stance): a clock stopped "
        "this much early still counts as the ceiling.",
        checks="Whether a hold that ended by ceiling is as long as the ceiling of its row.",
        good="hold_time_s  ended_by    (ceiling_s: 30)\n30           ceiling",
        bad="hold_time_s  ended_by    (ceiling_s: 30)\n12.4         ceiling",
    ),
    Rule(
        "HOLD-04",
        "SET ASIDE",
        "A hold without a time",
        "There is neither a time nor a bound above 0 s, and ended_by is neither `ceiling` nor "
        "`not_done`.",
        "Fill in the time from the paper form, or write in ended_by what happened.",
        checks="Whether every hold has a time or bounds, or says that it reached the ceiling or was not "
        "done. 0 s is a time: the person could not hold the position.",
        good="hold_time_s  ended_by\n12.4         foot_touch\n             not_done",
        bad="hold_time_s  ended_by\n             foot_touch",
    ),
    Rule(
        "HOLD-05",
        "SET ASIDE",
        "Bounds of a hold that contradict each other",
        "The lower bound is not below the upper bound.",
        "Check the paper form and correct the bounds.",
        checks="Whether hold_low_s is below hold_high_s where both are given.",
        good="hold_low_s  hold_high_s\n5           10",
        bad="hold_low_s  hold_high_s\n10          5",
    ),
    Rule(
        "HOLD-06",
        "STOP",
        "No ceiling is known",
        "Neither the table nor study.yaml says at which time the clock is stopped for {task_and_condition}.",
        "Put the ceiling of the protocol in study.yaml under `holds`.",
        checks="Whether every task and condition in the table has a ceiling, from the column ceiling_s or "
        "from study.yaml. A usual ceiling is never assumed.",
        good="holds:\n  ceiling_s: 30",
        bad="holds:\n  ceilings_s: {eyes_closed: 30}    (the table has eyes_open as well)",
    ),
    Rule(
        "HOLD-07",
        "SET ASIDE",
        "A trial marked as not done that has a time",
        "ended_by says `not_done`, but there is a time or a bound: the two contradict each other.",
        "Check the paper form: either the time or ended_by is wrong.",
        checks="Whether a trial that was not done has neither a time nor a bound.",
        good="hold_time_s  ended_by\n             not_done",
        bad="hold_time_s  ended_by\n12.4         not_done",
    ),
    Rule(
        "HOLD-08",
        "WARN",
        "Times that are rounded more often than chance allows",
        "{rounded_times}; by chance there would be {fewer}. Some of the holds seem to be rounded or read from another "
        "clock, which hides small differences.",
        "Look at how these times were taken (tester, clock, day); type more digits only where the paper "
        "form has them.",
        source="A decision of Stance: the last digits of free times are evenly spread, so 1 of 10 times "
        "taken to 0.1 s, 1 of 100 taken to 0.01 s and 1 of 5 of whole seconds from 10 s up (multiples of "
        "5 s, as in Whipple's measure for ages) are round. Reported when at least 10 % of the times are round beyond that, at least 5 of "
        "them, and an even spread would give so many in fewer than 1 of 1,000 tables (Chernoff's bound of "
        "the binomial tail).",
        checks="Whether the holds of a table that ended below the ceiling have whole seconds among "
        "fractions, or multiples of 5 s among whole seconds, more often than free times have. One "
        "finding per column.",
        good="hold_time_s\n12.4\n7.9\n21.3\n9.6\n14.1\n18.0",
        bad="hold_time_s\n12.4\n8\n21.3\n10\n14\n18",
    ),
    Rule(
        "HOLD-09",
        "WARN",
        "One time that occurs too often",
        "{one_time_too_often}, which free times do not do. The clock may have been stopped there: an unnoticed "
        "ceiling would make these holds too short.",
        "Check the protocol; if the clock was stopped there, give these rows their ceiling in ceiling_s "
        "and write `ceiling` in ended_by.",
        source="A decision of Stance: from 10 s up, times within 2.5 s of each other are about equally "
        "frequent at the resolution of the table. Reported when one time makes up at least 10 % of the "
        "holds below the ceiling, at least 5 of them, and such a peak would stand among its neighbours in "
        "fewer than 1 of 1,000 tables (Chernoff's bound of the binomial tail, times the number of "
        "different times).",
        checks="Whether one time of 10 s or more and below the ceiling occurs far more often than the "
        "times around it. One finding per column.",
        good="hold_time_s    (ceiling_s: 60)\n27.4\n30\n60\n31.9\n33.2",
        bad="hold_time_s    (ceiling_s: 60)\n30\n30\n60\n30\n30\n30",
    ),
    Rule(
        "TASK-01",
        "SET ASIDE",
        "An unknown balance task",
        "The task is not one of: {terms}.{near}",
        "Correct the cell, or add the task under `tasks` in study.yaml.",
        checks="Whether every task is a rung of the balance ladder or a task that study.yaml declares.",
        good="task\nsingle_leg_stance",
        bad="task\none-leg standing",
    ),
)


STRENGTH_RULES: Final = (
    Rule(
        "STR-01",
        "SET ASIDE",
        "Strength on two scales",
        "The strength table has values of {terms}. Scales of strength are never mixed or converted, and "
        "Stance does not choose.",
        "Keep one of the columns, or say which one is analysed: `instruments: {{strength: {{scale: "
        "{value}}}}}` in study.yaml.",
        source="Seven incompatible scales in print; %BW = N / (kg x 9.81) x 100; side-lying is 30% "
        "higher than standing (PMC6101381)",
        checks="Whether more than one measured scale of strength has values, in one file or over files.",
        good="abd_strength_n_kg: 1.15, 1.26, 1.60",
        bad="abd_strength_n_kg: 1.15, (empty), (empty) and abd_strength_n: (empty), 82, 104",
        keepable=False,
    ),
    Rule(
        "STR-02",
        "SET ASIDE",
        "Strength that looks like another unit",
        "{column} is in {unit}, but {found}: the column looks like {looks_like}.",
        "If it is {looks_like}, {suggestion}; if the heading is right, write `units: {{{column}: "
        "{unit}}}` for this table in study.yaml.",
        source="Hip abduction of 1.0 to 1.7 N/kg and Nm/kg in print (PMC6454257, table 3); above 10 N/kg "
        "is rarely reached. Limits for whole columns: " + OWN,
        checks="Whether a whole column of strength fits the unit of its heading.",
        good="abd_strength_n_kg: 1.15, 1.26, 1.60",
        bad="abd_strength_n_kg: 75, 101, 96",
        keepable=True,
    ),
    Rule(
        "STR-03",
        "NOTE",
        "Grades of the manual muscle test are kept, not compared",
        "A grade from 0 to 5 is an order, not a measured force: {value} grades are kept and counted, and "
        "no mean or group difference is computed from them.",
        "Nothing to do.",
        source="Rating scales are ordinal (J Rehabil Med, statistics for authors)",
        checks="Whether the strength table has grades of the manual muscle test.",
        good="abd_mmt: 5, 4+, 3",
        bad="abd_mmt: 3.4 (a mean of grades)",
    ),
)


RECORDING_RULES: Final = (
    Rule(
        "REC-01",
        "SET ASIDE",
        "A recording file is missing",
        "The file is not in the cohort folder.{near}",
        "Copy the file into the cohort folder or correct its name in the recordings table.",
        checks="Whether every file of the recordings table is a plain file inside the cohort folder.",
        good="file             (the folder emg has P01_left.csv)\nemg/P01_left.csv",
        bad="file             (the folder emg has P01_left.csv)\nemg/P01-left.csv",
    ),
    Rule(
        "REC-02",
        "SET ASIDE",
        "A recording cannot be used",
        "{problem}",
        "{suggestion}",
        source="The limits for cut-off peaks, mains hum, gaps and flat channels stand with their reasons "
        "in `pipeline/signals/quality/limits.py`.",
        checks="Whether a recording can be opened, has the channels, units and sampling rate that it "
        "needs, and whether its signal is whole: not flat, cut off, full of mains hum or gaps.",
        good="time,emg_left_uV,fz_left_N\n0.000,2.1,0.4\n0.001,-3.4,0.3",
        bad="time,emg_left_uV,fz_left_N\n0.000,0,0.4\n0.001,0,0.3",
    ),
    Rule(
        "REC-03",
        "WARN",
        "A stance trial without an MVIC reference",
        "There is no usable MVIC recording of this leg, so %MVIC cannot be given.",
        "Add the MVIC recording of this leg; microvolts are reported without it.",
        checks="Whether every person and leg with stance trials has a usable MVIC recording, unless "
        "study.yaml says `normalisation: none`.",
        good="leg   role\nleft  mvic\nleft  task",
        bad="leg    role\nright  mvic\nleft   task",
    ),
    Rule(
        "REC-04",
        "WARN",
        "Stopwatch and force plate disagree",
        "The stopwatch gave {value} s, the force plate {other} s.",
        "Check which of the two is right.",
        source="0.3 s, the reaction time with the stopwatch at both ends of a hold; a decision of Stance.",
        checks="Whether the hold in the hold-time table and the time between lift-off and touch-down in "
        "the recording of the same trial differ by more than 0.3 s. A recording that ends before the "
        "hold, or a clock stopped at the ceiling, contradicts on one side only.",
        good="hold_time_s 12.4, recorded on the plate 12.5 s",
        bad="hold_time_s 31.0, recorded on the plate 8.2 s",
    ),
    Rule(
        "REC-05",
        "WARN",
        "A stance trial that does not fit its MVIC reference",
        "{problem}",
        "{suggestion}",
        source="The limit stands with its reason in `pipeline/signals/quality/reference_limits.py`.",
        checks="Whether the activation of a stance trial is possible next to the MVIC of the same leg.",
        good="mvic 310 µV, stance 105 µV",
        bad="mvic 40 µV, stance 105 µV",
    ),
    Rule(
        "REC-06",
        "SET ASIDE",
        "One recording stands for two",
        "The same signal stands in {places}, so it is not clear whose it is.",
        "Give every row its own file, or say with start_s and end_s which part of the file it is.",
        checks="Whether two rows of the recordings table use the same content (also under two file names) "
        "for the same part of it.",
        good="participant_id  file         start_s  end_s\n"
        "P01             emg/all.csv  0        40\n"
        "P02             emg/all.csv  60       100",
        bad="participant_id  file\nP01             emg/P01.csv\nP02             emg/P01.csv",
        keepable=True,
    ),
    Rule(
        "REC-07",
        "NOTE",
        "Recording files that no row names",
        "No row of the recordings table names {files}; a file that no row names is not analysed.",
        "Nothing to do if this is right; otherwise add the rows to the recordings table.",
        checks="Whether the folders that hold recordings have files of the same kind that no row of the "
        "recordings table names.",
        good="folder emg: P01.c3d\nrecordings: emg/P01.c3d",
        bad="folder emg: P01.c3d, P02.c3d\nrecordings: emg/P01.c3d",
    ),
    Rule(
        "REC-08",
        "SET ASIDE",
        "A part of a recording that ends before it starts",
        "end_s is not above start_s, so there is no part of the file to use.",
        "Check where the part starts and ends, in seconds from the start of the file.",
        checks="Whether end_s is above start_s; an empty start means the start of the file.",
        good="start_s  end_s\n5        35",
        bad="start_s  end_s\n35       5",
    ),
)
