"""Whether the assumed distribution fits: quantiles of censored residuals against the expected ones."""

import numpy as np
import pandas as pd

from pipeline.statistics.models.censored.censored_results import CensoredResults
from pipeline.statistics.models.survival.interval_curve import interval_curve


def residual_quantiles(results: CensoredResults) -> pd.DataFrame:
    """Points of a QQ plot of (bounds - fitted) / sigma; on a straight line when the model fits.

    Residuals of trials at the ceiling are known only from below, so that their shares come from the
    Kaplan-Meier curve (Turnbull's with other bounds). Returns rows of `residual` (in units of
    sigma), `share_below` (half of the own step counted) and `expected` (the quantile of the
    error's distribution at that share). Steps to infinity are left out.
    """
    curve = interval_curve(*results.standardised_bounds())
    share_below = 1 - curve["survival"] - curve["share"] / 2
    is_point = np.isfinite(curve["time"]) & (curve["share"] > 0) & (share_below < 1)
    share = share_below[is_point].to_numpy()
    return pd.DataFrame(
        {
            "residual": curve.loc[is_point, "time"].to_numpy(),
            "share_below": share,
            "expected": results.model.distribution.error.quantile(share),
        }
    )
