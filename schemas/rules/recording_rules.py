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
    ),
    Rule(
        "REC-02",
        "SET ASIDE",
        "A recording cannot be used",
        "{problem}",
        "{suggestion}",
    ),
    Rule(
        "REC-03",
        "WARN",
        "A stance trial without an MVIC reference",
        "There is no usable MVIC recording of this leg, so %MVIC cannot be given.",
        "Add the MVIC recording of this leg; microvolts are reported without it.",
    ),
    Rule(
        "REC-04",
        "WARN",
        "Stopwatch and force plate disagree",
        "The stopwatch gave {value} s, the force plate {other} s.",
        "Check which of the two is right.",
    ),
    Rule(
        "REC-05",
        "WARN",
        "A stance trial that does not fit its MVIC reference",
        "{problem}",
        "{suggestion}",
    ),
    Rule(
        "REC-06",
        "SET ASIDE",
        "One recording stands for two",
        "The same signal is used in {other} as well, so it is not clear whose it is.",
        "Give every row its own file, or say with start_s and end_s which part of the file it is.",
    ),
)
