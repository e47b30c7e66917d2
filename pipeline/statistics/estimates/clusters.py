"""Who is alike with whom: rows of one participant, and participants of one matched set.

People who were matched are more alike than others (age, sex, clinic), so that the set, not the person, is
what is independent. A set that has lost its members of the other group, and people in no set, count alone.
"""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Clusters:
    """What counts as independent in one analysis.

    codes: one label per row, in the order of the rows. n: different ones. n_sets: matched sets with members
    of both groups among the rows; n_broken: sets with members of one group only; n_unmatched: participants
    in no set. The last three are 0 where no participant of the rows is matched.
    """

    codes: pd.Series
    n: int
    n_sets: int = 0
    n_broken: int = 0
    n_unmatched: int = 0

    @classmethod
    def of(cls, rows: pd.DataFrame, is_case: pd.Series) -> "Clusters":
        """rows: with participant_id and, in a matched design, pair_id. is_case: group of each row."""
        people = rows["participant_id"].astype(str)
        if "pair_id" not in rows or rows["pair_id"].isna().all():
            return cls(people, int(people.nunique()))
        sets = rows["pair_id"]
        both = is_case.groupby(sets).nunique()
        complete = set(both.index[both == 2])
        # A person may not be called as a set is.
        codes = ("set " + sets.astype("str")).where(sets.isin(complete), "person " + people)
        return cls(
            codes,
            int(codes.nunique()),
            n_sets=len(complete),
            n_broken=int(sets.nunique()) - len(complete),
            n_unmatched=int(people[sets.isna()].nunique()),
        )

    @property
    def is_matched(self) -> bool:
        """Whether participants of one set are alike in this analysis."""
        return self.n_sets > 0

    @property
    def in_model(self) -> pd.Series | None:
        """The same labels for a model with an intercept of the set; None where there are no sets."""
        return self.codes if self.is_matched else None

    @property
    def noted(self) -> str:
        """The sets in a sentence, or ""."""
        if not self.is_matched:
            return ""
        left = []
        if self.n_broken:
            left.append(f"sets without a member of the other group: {self.n_broken}")
        if self.n_unmatched:
            left.append(f"participants in no set: {self.n_unmatched}")
        rest = f" ({'; '.join(left)}; they count as single participants)" if left else ""
        return f"Matched sets: {self.n_sets}{rest}. Participants of one set are taken as alike."
