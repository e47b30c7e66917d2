"""Observer ratings of the single-leg stance: one row per person, leg, rater and session."""

import pandera.pandas as pa
from pandera.typing import Series

from schemas.columns import column
from schemas.terms import LEGS, SLS_RATINGS


class ClinicalTest(pa.DataFrameModel):
    """One rating. Key: participant, leg, rater, session.

    The observer's rating (positive or negative) and the hold time are two measurements that share
    a name; they are never mixed.
    """

    participant_id: Series[str] = column(
        "Code of the person.", label="Participant", identifies=True
    )
    leg: Series[str] = column("Stance leg.", label="Leg", isin=LEGS, identifies=True)
    rater: Series[str] = column("Code of the observer.", label="Rater", identifies=True)
    session: Series[int] = column(
        "Number of the session.", label="Session", ge=1, le=100, identifies=True
    )
    sls_test: Series[str] = column(
        "Rating of the single-leg stance.", label="SLS rating", isin=SLS_RATINGS, nullable=True
    )

    class Config:
        """Unknown columns are reported by intake and do not travel on."""

        strict = True
        coerce = True
        unique = ["participant_id", "leg", "rater", "session"]
