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
        "STUDY-03",
        "WARN",
        "The study does not say what activation is divided by",
        "{problem}",
        "Write `normalisation:` under `emg:` in study.yaml, with the word that fits: {terms}. "
        "mvc_isometric is an MVIC in a standard position, mvc_same_task one in the position of the task.",
        source="The amplitude normalisation matrix of the CEDE project (Besomi et al. 2020).",
        checks="Whether study.yaml declares `emg.normalisation` when the cohort has recordings or "
        "activation in %MVIC.",
        good="emg:\n  normalisation: mvc_isometric",
        bad="emg:\n  emg_unit: uV",
    ),
    Rule(
        "STUDY-04",
        "WARN",
        "A normalisation by which groups cannot be compared",
        "{problem} Percentages are given under a name of their own, never as %MVIC, and are not compared.",
        "Nothing to do if the study means it; otherwise record MVICs and declare `normalisation: "
        "mvc_isometric` or `mvc_same_task`.",
        source="The amplitude normalisation matrix of the CEDE project (Besomi et al. 2020).",
        checks="Whether `emg.normalisation` is a submaximal contraction, or the peak or mean of the stance "
        "trials themselves, while the cohort has recordings or activation in %MVIC.",
        good="emg:\n  normalisation: mvc_isometric",
        bad="emg:\n  normalisation: task_peak",
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
