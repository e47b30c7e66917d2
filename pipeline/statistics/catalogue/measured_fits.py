"""Fits of outcomes measured on a scale by the models of the catalogue: of participant means, or of all rows."""

import numpy as np

from pipeline.statistics.estimates.design import Asked
from pipeline.statistics.models.linear.ancova import Ancova
from pipeline.statistics.models.linear.clustered import ClusteredOLS
from pipeline.statistics.models.linear.estimating_equations import ParticipantGEE
from pipeline.statistics.models.linear.robust import MedianRegression
from pipeline.statistics.models.regression_results import Found
from pipeline.statistics.models.resampling import REPORT_SEED


def participant_means(asked: Asked) -> Found:
    """Linear regression of one value per participant, HC3."""
    return Found.of(Ancova(asked.values, asked.design.exog).fit("HC3"), asked)


def participant_medians(asked: Asked) -> Found:
    """Median regression of one value per participant, interval from a bootstrap."""
    model = MedianRegression(asked.values, asked.design.exog, asked.participants)
    return Found.of(model.fit(np.random.default_rng(REPORT_SEED)), asked)


def clustered_rows(asked: Asked) -> Found:
    """Linear regression of all rows, CR2 by participant."""
    return Found.of(ClusteredOLS(asked.values, asked.design.exog, asked.participants).fit(), asked)


def alike_rows(asked: Asked) -> Found:
    """Estimating equations of all rows, rows of a participant alike."""
    return Found.of(
        ParticipantGEE(asked.values, asked.design.exog, asked.participants).fit(), asked
    )
