"""Rules about hold times and balance tasks."""

from typing import Final

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
