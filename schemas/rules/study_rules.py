"""Rules about study.yaml and plan.yaml."""

from typing import Final

from schemas.rules.rule import Rule

STUDY_RULES: Final = (
    Rule(
        "STUDY-01",
        "STOP",
        "study.yaml or plan.yaml has a key or value that Stance cannot use",
        "{problem}",
        "{suggestion}",
        checks="Whether both files are plain YAML 1.2 with keys that Stance knows, values of the right "
        "kind, and names of columns, tasks, units and outcomes that exist. The finding gives the line.",
        good="groups:\n  case:\n    label: LBP",
        bad="groups:\n  case:\n    lable: LBP",
    ),
    Rule(
        "STUDY-02",
        "STOP",
        "study.yaml is missing",
        "Stance needs to know which group label means cases and which means controls.",
        "Run `stance new` for a commented example and copy its study.yaml into this folder.",
        checks="Whether the cohort folder has a file study.yaml.",
        good="study.yaml\nparticipants.csv\nhold_times.csv",
        bad="study.yml\nparticipants.csv\nhold_times.csv",
    ),
    Rule(
        "PLAN-01",
        "WARN",
        "A planned covariate that the tables do not have",
        "plan.yaml adjusts for {covariate}, but {no_values}: the models will not be adjusted for it.",
        "Add the values to the participants table, or take the covariate out of the plan and say why in "
        "the paper.",
        checks="Whether every covariate in plan.yaml has values in the participants table (dom needs "
        "dominant_leg). The default plan is not checked: the report says which of its covariates it used.",
        good="covariates: [age_years, sex]    (participants: participant_id, group, age_years, sex)",
        bad="covariates: [age_years, bmi]    (participants: participant_id, group, age_years)",
    ),
    Rule(
        "PLAN-02",
        "NOTE",
        "plan.yaml plans nothing",
        "The file sets nothing, so the default plan is used and the report calls it the default plan.",
        "Nothing to do, or write the outcomes and covariates of the study into plan.yaml.",
        checks="Whether a plan.yaml has at least one setting.",
        good="covariates: [age_years, sex]",
        bad="# outcomes and covariates: to be written",
    ),
)
