"""How far a measurement is off: standard error of measurement and smallest detectable change."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from pipeline.statistics.models.agreement.icc import icc_family
from pipeline.statistics.models.agreement.repeated_values import RepeatedValues, mean_squares


@dataclass(frozen=True)
class MeasurementError:
    """SEM and MDC in the unit of the measurement.

    sem_consistency: random error only. sem_agreement: with systematic differences of the trials or
    raters. sem_from_sd: SD of all values times root of (1 - ICC(3,1)), as many papers print it.
    mdc_consistency, mdc_agreement: the change of one person that exceeds the error of two
    measurements with probability `level`. ci_low, ci_high: of sem_consistency, at `level`.
    """

    sem_consistency: float
    ci_low: float
    ci_high: float
    sem_agreement: float
    sem_from_sd: float
    mdc_consistency: float
    mdc_agreement: float
    level: float


def measurement_error(table: RepeatedValues, *, level: float = 0.95) -> MeasurementError:
    """SEM and MDC of a table of repeated measurements; raises NotEstimableError as `mean_squares`.

    Source: de Vet 2006, J Clin Epidemiol 59:1033; Weir 2005, J Strength Cond Res 19:231.
    """
    ms = mean_squares(table)
    consistency = float(np.sqrt(ms.error))
    systematic = max(0.0, (ms.columns - ms.error) / ms.n)
    agreement = float(np.sqrt(ms.error + systematic))
    df = (ms.n - 1) * (ms.k - 1)
    low, high = (df / stats.chi2.ppf(p, df) for p in ((1 + level) / 2, (1 - level) / 2))
    to_change = float(stats.norm.ppf(0.5 + level / 2) * np.sqrt(2))
    icc = icc_family(table).icc_3_1.icc
    return MeasurementError(
        sem_consistency=consistency,
        ci_low=float(consistency * np.sqrt(low)),
        ci_high=float(consistency * np.sqrt(high)),
        sem_agreement=agreement,
        sem_from_sd=float(np.sqrt(ms.total * (1 - icc))),
        mdc_consistency=to_change * consistency,
        mdc_agreement=to_change * agreement,
        level=level,
    )
