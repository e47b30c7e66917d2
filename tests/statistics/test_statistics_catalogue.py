"""Every entry of the catalogue of models is complete, and entries and what ran agree."""

import inspect

import pytest

from pipeline.statistics.catalogue.fitted_models import read_address
from pipeline.statistics.diagnostics.checks import CHECKS
from pipeline.statistics.methods_text import SENTENCES
from schemas.citations import CITATIONS
from schemas.model_entries.comparisons import COMPARISONS
from schemas.model_entries.designs import DESIGNS
from schemas.model_entries.hold_regressions import HOLD_REGRESSIONS
from schemas.model_entries.measured_regressions import MEASURED_REGRESSIONS
from schemas.models import (
    ANALYSIS_MODELS,
    MODEL_SENTENCES,
    plannable_models,
    stands_in,
    usual_sensitivity,
)
from schemas.plan import DEFAULT_PLAN, kind_of

ENTRIES = (*HOLD_REGRESSIONS, *MEASURED_REGRESSIONS, *COMPARISONS, *DESIGNS)
WITHIN_THE_PLANNED_MODEL = {one.id for one in DESIGNS} - {"matched_pairs", "conditional_logit"}
USES = [(model, kind, use) for model in ENTRIES for kind, use in model.uses.items()]
OF_USES = pytest.mark.parametrize(
    ("model", "kind", "use"), USES, ids=[f"{model.id}-{kind}" for model, kind, _ in USES]
)


def test_no_entry_hides_another():
    assert len(ENTRIES) == len(ANALYSIS_MODELS)
    assert len(MODEL_SENTENCES) == sum(len(one.sentences) for one in ENTRIES)
    places = [sentence.place for sentence in SENTENCES.values()]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("model", ENTRIES, ids=lambda model: model.id)
def test_an_entry_is_complete(model):
    assert model.label and model.quantity
    assert (model.reference in CITATIONS) != (model.id in WITHIN_THE_PLANNED_MODEL)
    assert (model.told_as or model.id) in SENTENCES
    assert {kind for name in model.stands_in for kind in ANALYSIS_MODELS[name].kinds} <= {
        *model.kinds
    }
    assert (
        all("{outcomes}" in one.text.lower() for one in model.sentences.values()) or not model.uses
    )


@OF_USES
def test_an_address_stands_for_what_it_says(model, kind, use):
    (address,) = [one for one in (use.fitted_by, use.part_by, use.made_by) if one]
    assert callable(read_address(address)), address
    if not use.made_by:
        assert len(inspect.signature(read_address(address)).parameters) == 1
    if use.second_by:
        assert callable(read_address(use.second_by))
    if use.fitted_by:
        assert use.second_by, "each fitted model is computed a second time"
        assert len(inspect.signature(read_address(use.second_by)).parameters) == 2


@OF_USES
def test_a_use_names_diagnostics_and_a_sentence_that_exist(model, kind, use):
    assert set(use.diagnostics) <= set(CHECKS[kind])
    assert model.method(kind) in SENTENCES
    assert not use.is_plannable or use.second_by


def test_every_diagnostic_belongs_to_a_model():
    used = {(kind, name) for _, kind, use in USES for name in use.diagnostics}
    assert used == {(kind, name) for kind, checks in CHECKS.items() for name in checks}


def test_what_a_plan_may_name():
    """The order is the one that templates and messages print; the first of a kind is the usual one."""
    assert plannable_models("hold") == (
        "censored_lognormal",
        "censored_lognormal_spreads",
        "censored_weibull",
        "censored_loglogistic",
        "censored_normal",
        "censored_lognormal_random_intercept",
        "cox_breslow",
        "rmst",
        "brunner_munzel",
    )
    assert plannable_models("measured") == (
        "mixed_nested",
        "mixed_random_intercept",
        "ancova_hc3",
        "ols_cluster",
        "gee_exchangeable",
        "welch",
        "quantile_median",
        "brunner_munzel",
    )
    assert usual_sensitivity("hold") == (
        "censored_lognormal_spreads",
        "censored_weibull",
        "censored_loglogistic",
        "censored_lognormal_random_intercept",
        "cox_breslow",
        "rmst",
        "gee_exchangeable",
        "brunner_munzel",
        "permutation",
        "matched_pairs",
        "interaction_condition",
    )
    assert usual_sensitivity("measured") == (
        "ancova_hc3",
        "quantile_median",
        "brunner_munzel",
        "matched_pairs",
    )
    assert stands_in("mixed_nested") == ("mixed_random_intercept", "ancova_hc3")
    assert stands_in("mixed_random_intercept") == ("ancova_hc3",)


def test_entries_and_what_ran_agree(result):
    """Models, contrasts, second opinions, diagnostics and sentences of a run are those of the entries."""
    rows = result.estimates
    compared = rows[rows["role"].isin(["primary", "secondary", "sensitivity"])]
    usual = compared[(compared["status"] == "ok") & (compared["variant"] == "adjusted")]
    for row in usual.to_dict("records"):
        model, kind = ANALYSIS_MODELS[row["model"]], kind_of(row["outcome"])
        if model.uses and not model.id.startswith("interaction"):
            assert (row["unit"] == "ratio") == model.is_ratio(kind), row["estimate_id"]
            planned = DEFAULT_PLAN.model_of(row["outcome"]) == model.id
            use = model.uses[kind]
            expected = bool(use.second_by) and (planned or not use.is_second_slow)
            assert bool(row["second_route"]) == expected, row["estimate_id"]
    looked = result.diagnostics.groupby(["outcome", "model"])["diagnostic"].agg(list)
    for (outcome, model), names in looked.items():
        expected = ANALYSIS_MODELS[model].uses[kind_of(outcome)].diagnostics
        assert names == list(expected) * (len(names) // len(expected)), (outcome, model)
    checked = set(looked.index.get_level_values("model"))
    done = compared[compared["status"] != "not_estimable"]
    assert checked <= set(done["model"])
    told = " ".join(step.text for step in result.steps)
    for outcome, name in set(zip(done["outcome"], done["model"], strict=True)):
        model, kind = ANALYSIS_MODELS[name], kind_of(outcome)
        text = SENTENCES[model.method(kind) if kind in model.uses else name].text
        fixed = [words.rpartition("}")[2] for words in text.split("{")]
        assert max(fixed, key=len).strip() in told, name
