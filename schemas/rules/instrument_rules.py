"""Rules about pain, questionnaires, body measures and who counts as a case."""

from typing import Final

from schemas.instruments import IPAQ_SOURCE
from schemas.rules.rule import Rule

OWN: Final = "Threshold of Stance (docs/decisions/intake.md)"
IF_RIGHT: Final = "If it is right, leave it and write the reason in decisions.csv."
"""The place for the reason of a value that is possible but implausible."""

_ODI_SOURCE: Final = (
    "ODI: ten sections scored 0 to 5, sum / (5 x answered sections) x 100 (asir-journal "
    "1750-1164-7-12, table 1; idcafe.net). How many sections may be missing is not uniform in the "
    "literature."
)

INSTRUMENT_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "PAIN-01",
        "SET ASIDE",
        "Pain that looks like centimetres in a column of millimetres",
        "{column} runs from 0 to 100 mm, but no entry is above {limit}: the column looks like the "
        "scale read in cm, or like a rating from 0 to 10.",
        "If it was read in cm, write `units: {{vas_mm: cm}}` for this table in study.yaml; a rating "
        "from 0 to 10 belongs in the column nprs; if it is in mm, write `units: {{vas_mm: mm}}`.",
        source="VAS 0 to 100 mm, smallest important change 15 mm (Ostelo 2008); " + OWN,
        checks="Whether all entries of vas_mm together fit a scale from 0 to 10 and the unit is not declared.",
        good="vas_mm: 31, 34, 37, 12, 0",
        bad="vas_mm: 3.1, 3.4, 3.7, 1.2, 0",
        keepable=True,
    ),
    Rule(
        "PAIN-02",
        "WARN",
        "A case without pain",
        "{column} is 0 in a person of the group {value}, whose members have pain.",
        "Check the paper form and the group. " + IF_RIGHT,
        checks="Whether a person of the case group has a pain score of 0.",
        good="group LBP, vas_mm 31",
        bad="group LBP, vas_mm 0",
        keepable=True,
    ),
    Rule(
        "SCORE-01",
        "SET ASIDE",
        "A total that the version of the questionnaire cannot have",
        "{column} has to be between {low} and {high} in the {items}-item version, which {declared}.{near}",
        "Check the total on the questionnaire, or declare the version under `instruments` in study.yaml.",
        source="RMDQ 0 to 24 (Ostelo 2008) and 23 items (BMC Musculoskelet Disord 7:82); TSK 17 to "
        "68 (17 items), 11 to 44 (11 items), 7 to 28 (7 items); PCS 0 to 52, PCS-4 0 to 16",
        checks="Whether the totals of RMDQ, TSK, PCS and ODI lie in the range of the declared version.",
        good="tsk: 38 (17 items, 17 to 68)",
        bad="tsk: 14 (17 items, 17 to 68)",
    ),
    Rule(
        "SCORE-02",
        "SET ASIDE",
        "Decimals in a score of whole numbers",
        "{column} can only be {whole}.",
        "{suggestion}",
        source="NRS 0 to 10 in whole numbers, RMDQ counts ticked items (Ostelo 2008)",
        checks="Whether scores that count or tick whole numbers have decimals.",
        good="nprs: 4",
        bad="nprs: 4.3",
    ),
    Rule(
        "SCORE-03",
        "SET ASIDE",
        "A questionnaire with unanswered sections",
        "{missing}, and study.yaml does not say how many unanswered sections of the ODI are "
        "tolerated; the literature has no uniform rule.",
        "Fill in the answers from the questionnaire, or declare the rule of the study: "
        "`instruments: {{odi: {{missing_items_allowed: 2}}}}` scores over the answered sections when "
        "at most two are missing.",
        source=_ODI_SOURCE,
        checks="Whether all sections of an ODI are answered when study.yaml declares no tolerance.",
        good="odi_1 to odi_10: 1 2 2 1 0 3 1 2 1 1",
        bad="odi_1 to odi_10: 1 2 2 (empty) 0 3 1 2 1 1",
    ),
    Rule(
        "SCORE-04",
        "SET ASIDE",
        "More unanswered sections than the study tolerates",
        "{missing}; study.yaml tolerates {limit}.",
        "Fill in the answers from the questionnaire; if there are none, accept that the person has "
        "no score.",
        source=_ODI_SOURCE,
        checks="Whether more sections of an ODI are unanswered than study.yaml tolerates.",
        good="missing_items_allowed: 2; odi_1 to odi_10: 1 (empty) 2 1 0 3 1 2 1 1",
        bad="missing_items_allowed: 2; odi_1 to odi_10: 1 (empty) (empty) (empty) 0 3 1 2 1 1",
    ),
    Rule(
        "SCORE-05",
        "SET ASIDE",
        "A total that its answers do not give",
        "The answers of this person give {other}, but {column} says {value}.",
        "Check both on the questionnaire and correct the wrong one.",
        source=_ODI_SOURCE + " " + IPAQ_SOURCE + ". Tolerance of 1 for rounding: " + OWN,
        checks="Whether a total that is given agrees with the total computed from the answers.",
        good="odi_1 to odi_10: 1 2 2 1 0 3 1 2 1 1; odi_pct 28",
        bad="odi_1 to odi_10: 1 2 2 1 0 3 1 2 1 1; odi_pct 38",
    ),
    Rule(
        "SCORE-06",
        "SET ASIDE",
        "ODI sums that look like points, not percent",
        "A complete ODI in percent is always even, but {value} of {other} entries are odd and none is "
        "above 50: the column looks like the sum of points (0 to 50).",
        "Write `instruments: {{odi: {{total: points_of_50}}}}` in study.yaml if these are sums of "
        "points, or `total: percent` if they are percentages.",
        source="Follows from sum / 50 x 100; the share of odd entries: " + OWN,
        checks="Whether odi_pct as a whole looks like sums of points from 0 to 50.",
        good="odi_pct: 18, 20, 22, 2, 0",
        bad="odi_pct: 9, 10, 11, 1, 0",
        keepable=True,
    ),
    Rule(
        "SCORE-07",
        "SET ASIDE",
        "Columns of a questionnaire are missing",
        "The table has some answers of the {value} and no total, but no column {terms}.",
        "Add the missing columns or the column {column}, or map your headings under `columns` in "
        "study.yaml.",
        source=_ODI_SOURCE,
        checks="Whether all columns of the ODI or the IPAQ are there when there is no total.",
        good="headings odi_1, odi_2, ... odi_10",
        bad="headings odi_1, odi_2, ... odi_9 and neither odi_10 nor odi_pct",
    ),
    Rule(
        "ODI-01",
        "WARN",
        "Severe disability in a control",
        "{column} is above 40% in a person of the group {value}.",
        "Check the questionnaire and the group. " + IF_RIGHT,
        source="ODI above 40% is severe disability (bands 0-20, 21-40, 41-60, 61-80, 81-100)",
        checks="Whether a person of the reference group has an ODI above 40%.",
        good="group control, odi_pct 2",
        bad="group control, odi_pct 44",
        keepable=True,
    ),
    Rule(
        "ODI-02",
        "SET ASIDE",
        "An ODI that looks like a fraction",
        "{column} runs from 0 to 100%, but {found}: the column looks like a fraction (0.2 in place of "
        "20%).",
        "If these are fractions, write `units: {{odi_pct: fraction}}` for this table in study.yaml; if "
        "they are percentages, write `units: {{odi_pct: percent}}`.",
        source="One point of a complete ODI is 2%. At least five values, none above 1: " + OWN,
        checks="Whether all entries of odi_pct together are at most 1, some are above 0 and the unit is "
        "not declared.",
        good="odi_pct: 20, 32, 18, 2, 0",
        bad="odi_pct: 0.2, 0.32, 0.18, 0.02, 0",
        keepable=True,
    ),
    Rule(
        "IPAQ-01",
        "SET ASIDE",
        "IPAQ answers are missing",
        "{missing}; the IPAQ is not scored when a number of days or of minutes is missing.",
        "Fill in the answer from the questionnaire; if there is none, accept that the person has no "
        "score.",
        source=IPAQ_SOURCE,
        checks="Whether days and minutes of walking, moderate and vigorous activity are all given.",
        good="ipaq_walk_days 5, ipaq_walk_min 30, all others filled in",
        bad="ipaq_walk_days 5, ipaq_walk_min (empty)",
    ),
    Rule(
        "IPAQ-02",
        "SET ASIDE",
        "More activity than a day has hours",
        "The minutes per day of all activities add up to {value}, more than 960 min (16 h).",
        "Check the questionnaire: minutes per day are wanted, not per week.",
        source=IPAQ_SOURCE,
        checks="Whether the minutes per day of the three activities add up to more than 960.",
        good="ipaq_walk_min 60, ipaq_moderate_min 30, ipaq_vigorous_min 20",
        bad="ipaq_walk_min 600, ipaq_moderate_min 300, ipaq_vigorous_min 120",
    ),
    Rule(
        "IPAQ-03",
        "NOTE",
        "Minutes above 180 count as 180",
        "The IPAQ guidelines count more than 180 min per day of one activity as 180 min; the cell "
        "stays as it is.",
        "Nothing to do; check the questionnaire if minutes per week were entered.",
        source=IPAQ_SOURCE,
        checks="Whether minutes per day of one activity are above 180.",
        good="ipaq_walk_min 120",
        bad="ipaq_walk_min 240",
    ),
    Rule(
        "IPAQ-04",
        "WARN",
        "IPAQ outside its ages",
        "The IPAQ was made for people from 15 to 69 years, and this person is {value}.",
        "Check the age. " + IF_RIGHT,
        source=IPAQ_SOURCE,
        checks="Whether people with an IPAQ are 15 to 69 years old.",
        good="age_years 45, IPAQ filled in",
        bad="age_years 74, IPAQ filled in",
        keepable=True,
    ),
    Rule(
        "IPAQ-05",
        "SET ASIDE",
        "Minutes on 0 days",
        "{other} is 0, but {value} per day are given. One of the two answers is wrong, and the IPAQ of "
        "this person is not scored.",
        "Check both answers on the questionnaire: an activity on 0 days has no minutes.",
        source=IPAQ_SOURCE,
        checks="Whether an activity on 0 days has minutes above 0. Minutes left empty on 0 days count as "
        "0.",
        good="ipaq_walk_days 0, ipaq_walk_min (empty)",
        bad="ipaq_walk_days 0, ipaq_walk_min 90",
    ),
    Rule(
        "BODY-01",
        "WARN",
        "BMI does not fit height and mass",
        "Height and mass of this person give a BMI of {other}, not {value}.{near}",
        "Check height, mass and BMI on the paper form. " + IF_RIGHT,
        source="BMI = mass / height squared; difference of more than 1 kg/m²: " + OWN,
        checks="Whether the BMI agrees with height and mass, and if not, whether a unit explains it.",
        good="height_cm 170, mass_kg 65, bmi 22.5",
        bad="height_cm 170, mass_kg 65, bmi 27.5",
        keepable=True,
    ),
    Rule(
        "BODY-02",
        "SET ASIDE",
        "A height and a mass that cannot belong to one person",
        "Height and mass of this person give a BMI of {other}, which no person has.{near}",
        "Check height and mass on the paper form.",
        source="BMI from 8 to 90 kg/m²: " + OWN,
        checks="Whether the BMI computed from height and mass is possible.",
        good="height_cm 170, mass_kg 65",
        bad="height_cm 92, mass_kg 120",
    ),
    Rule(
        "BODY-03",
        "SET ASIDE",
        "Mass that looks like pounds in a column of kilograms",
        "Height and mass_kg give a BMI of {other} in the middle of the column: the column looks like "
        "pounds.",
        "If it is in pounds, write `units: {{mass_kg: lb}}` for this table in study.yaml; if it is in "
        "kilograms, write `units: {{mass_kg: kg}}`.",
        source="Median BMI above 42 kg/m²: " + OWN,
        checks="Whether the median BMI computed from height and mass is one that pounds would give.",
        good="mass_kg: 64.5, 80, 58.2, 71, 60",
        bad="mass_kg: 142, 176, 128, 157, 132",
        keepable=True,
    ),
    Rule(
        "BODY-04",
        "SET ASIDE",
        "Height and mass look swapped",
        "The height of {value} cm and the mass of {other} kg are hardly those of one person; the other "
        "way round they are usual.",
        "Check the paper form and put height and mass into their own columns; where all are swapped, map "
        "the two headings the other way round under `columns` in study.yaml.",
        source="Height below 130 cm, and swapped a height from 130 to 215 cm, a mass from 35 to 200 kg and "
        "a BMI from 14 to 60 kg/m²: " + OWN,
        checks="Whether height and mass of a person are implausible as they stand and plausible the other "
        "way round.",
        good="height_cm 168, mass_kg 66",
        bad="height_cm 66, mass_kg 168",
    ),
    Rule(
        "CASE-01",
        "SET ASIDE",
        "Symptom duration both in weeks and in months",
        "The table gives the duration in symptom_weeks and in symptom_months; Stance does not choose.",
        "Keep one of the two columns.",
        checks="Whether symptom_weeks and symptom_months both have entries.",
        good="symptom_months: 14, 15, 16",
        bad="symptom_months: 14, 15, 16 and symptom_weeks: 61, 65, 70",
    ),
    Rule(
        "CASE-02",
        "WARN",
        "A case with a shorter pain than the study asks for",
        "The pain of this person has lasted {value}; study.yaml asks for at least {limit} weeks in "
        "the group {other}.",
        "Check the paper form and the group. " + IF_RIGHT,
        source="case_definition of study.yaml",
        checks="Whether the symptoms of cases have lasted as long as study.yaml asks for.",
        good="minimum_symptom_weeks: 12; group LBP, symptom_months 14",
        bad="minimum_symptom_weeks: 12; group LBP, symptom_months 1",
        keepable=True,
    ),
    Rule(
        "CASE-03",
        "WARN",
        "A control who had pain too recently",
        "Months without pain of this person of the group {other}: {value}; study.yaml asks for {limit}.",
        "Check the paper form and the group. " + IF_RIGHT,
        source="case_definition of study.yaml",
        checks="Whether controls have been free of pain as long as study.yaml asks for.",
        good="control_pain_free_months: 12; group control, pain_free_months 24",
        bad="control_pain_free_months: 12; group control, pain_free_months 3",
        keepable=True,
    ),
    Rule(
        "CASE-04",
        "WARN",
        "A control with more pain than the study allows",
        "{column} is above {limit}, the most that study.yaml allows in the group {other}.",
        "Check the paper form and the group. " + IF_RIGHT,
        source="case_definition of study.yaml; controls have some pain too (Penney 2014: VAS 1.77 mm)",
        checks="Whether the pain of controls is above the limit that study.yaml declares.",
        good="control_maximum_vas_mm: 10; group control, vas_mm 2",
        bad="control_maximum_vas_mm: 10; group control, vas_mm 35",
        keepable=True,
    ),
)
