"""Rules about recordings and their MVIC references."""

from typing import Final

from schemas.rules.rule import Rule

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
