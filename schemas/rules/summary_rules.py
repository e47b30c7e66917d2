"""Rules about printed group means: figures that no data can have."""

from typing import Final

from schemas.rules.instrument_rules import IF_RIGHT, OWN
from schemas.rules.rule import Rule

_CHECK: Final = "Check the figure in its source; if it is printed so, leave the row out and say so."

SUMMARY_RULES: Final = (
    Rule(
        "SUM-01",
        "SET ASIDE",
        "A mean outside its scale",
        "The mean {value} lies outside the scale from {low} to {high}.",
        _CHECK,
        source="A hand-timed norm of 45.1 s at a ceiling of 45 s is in print (Springer 2007), so a mean of "
        "hold times may lie above the ceiling by `ceiling_tolerance_s`",
        checks="Whether a printed mean lies between the lowest and the highest possible value.",
        good="mean 24.6, scale_min 0, scale_max 25",
        bad="mean 26.4, scale_min 0, scale_max 25",
    ),
    Rule(
        "SUM-02",
        "SET ASIDE",
        "A standard deviation that is too large for the scale",
        "With a mean of {other} on a scale from {low} to {high} and {n} people, no standard deviation is "
        "larger than {limit}; {value} is printed.",
        "Check the figure and the scale in the source: a hold time of 25 s at most may not have been stopped "
        "at 25 s. If it is printed so, leave the row out and say so.",
        source="Bhatia-Davis inequality, times n / (n - 1) for a sample; rounding of mean and SD allowed",
        checks="Whether a printed SD (or SE x root of n) is possible for its mean, scale and n.",
        good="n 28, mean 20.5, sd 6.7, scale_min 0, scale_max 25",
        bad="n 28, mean 24.6, sd 4.2, scale_min 0, scale_max 25",
    ),
    Rule(
        "SUM-03",
        "SET ASIDE",
        "A mean that whole numbers cannot have",
        "{n} people with whole-number scores cannot have a mean of {value}: the nearest possible means "
        "are {low} and {high}.",
        _CHECK + " Missing answers change n.",
        source="GRIM: Brown & Heathers 2017, Soc Psychol Personal Sci; only where n x items is below 10 to "
        "the power of the decimals printed",
        checks="Whether a mean of whole-number scores can come from n people.",
        good="n 20, mean 3.45, whole_items 1",
        bad="n 20, mean 3.48, whole_items 1",
    ),
    Rule(
        "SUM-04",
        "SET ASIDE",
        "A standard deviation that is too small for whole numbers",
        "{n} whole numbers with a mean of {other} have a standard deviation of at least {limit}; {value} "
        "is printed.",
        "Check the figure in its source: a standard error may have been printed as SD.",
        source="Whole numbers with a mean between two of them differ: at least root of f (1 - f) n / (n - 1), "
        "f the decimal part of the mean",
        checks="Whether the SD of whole-number scores is as large as their mean demands.",
        good="n 20, mean 3.5, sd 0.9, whole_items 1",
        bad="n 20, mean 3.5, sd 0.2, whole_items 1",
    ),
    Rule(
        "SUM-05",
        "WARN",
        "A standard deviation that looks like a standard error",
        "{found}, so {value} looks like a standard error.",
        "Check in the source what the figure is, and move it to the column se if it is one. "
        + IF_RIGHT,
        source="Caffaro 2014 (PMC3960445): brackets are standard errors, as SD t would be 12; difference of "
        "more than 3 SD: " + OWN,
        checks="Whether an SD equals the standard error of its interval, or two groups lie more than 3 SD "
        "apart.",
        good="group A: mean 20.5, sd 6.7; group B: mean 24.6, sd 4.2",
        bad="group A: mean 1432.82, sd 73.27; group B: mean 1187.77, sd 60.30",
        keepable=True,
    ),
    Rule(
        "SUM-06",
        "SET ASIDE",
        "SD and SE that contradict each other",
        "An SD of {value} in {n} people gives a standard error of {other}, not {limit}.",
        _CHECK,
        source="SE = SD / root of n; rounding allowed",
        checks="Whether SD, SE and n agree where all are given.",
        good="n 25, sd 5, se 1",
        bad="n 25, sd 5, se 2",
    ),
    Rule(
        "SUM-07",
        "WARN",
        "An interval whose centre is not the mean",
        "The interval from {low} to {high} has its centre at {other}, not at {value}.",
        "Check the figures in the source: an interval may have been copied from another row. "
        + IF_RIGHT,
        source="Brazil 2023 (BMC Musculoskelet Disord 24, s12891-023-06920-x): a mean difference of 21.1 with "
        "the interval 6.2 to 31.2 of another row; rounding allowed",
        checks="Whether the mean is in the middle of its confidence interval.",
        good="mean 28.1, ci_low 9.4, ci_high 46.9",
        bad="mean 21.1, ci_low 6.2, ci_high 31.2",
        keepable=True,
    ),
    Rule(
        "SUM-08",
        "SET ASIDE",
        "A mean outside its own interval",
        "The mean {value} is not between {low} and {high}.",
        "Check the signs and the figures in the source.",
        source="J-KEMA 5(2):59, table 2: a change of 1.10 with the interval -2.33 to 0.12",
        checks="Whether the mean lies within its confidence interval.",
        good="mean -1.10, ci_low -2.33, ci_high 0.12",
        bad="mean 1.10, ci_low -2.33, ci_high 0.12",
    ),
)
