"""Works that the methods text may cite. Only works whose bibliographic data were seen are listed."""

from dataclasses import dataclass
from typing import Final

_OTHERS: Final = "others"
_FIRST_AUTHORS: Final = 3
"""Authors named before "et al." where a work has more than six."""


@dataclass(frozen=True)
class Citation:
    """One work, from which the text, the reference list and BibTeX are made.

    authors: "Family, G. H." each, "others" last where only the first ones were seen. kind: BibTeX type.
    venue: journal, proceedings or publisher, as in the reference list. volume, number, pages, doi: empty
    where the work has none.
    """

    key: str
    authors: tuple[str, ...]
    title: str
    venue: str
    year: int
    volume: str = ""
    number: str = ""
    pages: str = ""
    doi: str = ""
    kind: str = "article"

    @property
    def short(self) -> str:
        """The in-text form: "Holm 1979", "Brunner and Munzel 2000", "Penney et al. 2014"."""
        families = [author.split(",")[0] for author in self.authors]
        if len(families) == 2 and families[1] != _OTHERS:
            return f"{families[0]} and {families[1]} {self.year}"
        return f"{families[0]}{' et al.' if len(families) > 1 else ''} {self.year}"

    @property
    def full(self) -> str:
        """The entry of the reference list: authors, title, venue, year, volume, pages, DOI."""
        named = [author for author in self.authors if author != _OTHERS]
        shown = [f"{family} {given}".strip() for family, given in map(_initials, named)]
        cut = len(named) < len(self.authors) or len(shown) > 2 * _FIRST_AUTHORS
        if cut:
            shown = [*shown[:_FIRST_AUTHORS], "et al"]
        volume = f";{self.volume}" if self.volume else ""
        number = f"({self.number})" if self.number else ""
        pages = f":{self.pages}" if self.pages else ""
        doi = f". doi:{self.doi}" if self.doi else ""
        stop = "" if self.title.endswith("?") else "."
        work = f"{', '.join(shown)}. {self.title}{stop} {self.venue} {self.year}"
        return f"{work}{volume}{number}{pages}{doi}"


def _initials(author: str) -> tuple[str, str]:
    """Family name and initials, as reference lists print them: Penney, T. J. -> Penney, TJ."""
    family, _, given = author.partition(", ")
    return family, "".join(part[0] for part in given.replace(".", " ").split())


CITATIONS: Final[dict[str, Citation]] = {
    item.key: item
    for item in (
        Citation(
            "penney2014",
            ("Penney, T.", "Ploughman, M.", "Austin, M. W.", "Behm, D. G.", "Byrne, J. M."),
            "Determining the activation of gluteus medius and the validity of the single leg stance test in "
            "chronic, nonspecific low back pain",
            "Arch Phys Med Rehabil",
            2014,
            "95",
            "10",
            "1969-76",
            "10.1016/j.apmr.2014.06.009",
        ),
        Citation(
            "besomi2020",
            ("Besomi, M.", "others"),
            "Consensus for experimental design in electromyography (CEDE) project: amplitude "
            "normalization matrix",
            "J Electromyogr Kinesiol",
            2020,
            "53",
            "",
            "102438",
        ),
        Citation(
            "tenan2017",
            ("Tenan, M. S.", "others"),
            "Analysis of statistical and standard algorithms for detecting muscle onset with surface "
            "electromyography",
            "PLoS One",
            2017,
            "12",
            "",
            "e0177312",
            "10.1371/journal.pone.0177312",
        ),
        Citation(
            "merletti1999",
            ("Merletti, R.",),
            "Standards for reporting EMG data",
            "J Electromyogr Kinesiol",
            1999,
            "9",
            "1",
            "III-IV",
        ),
        Citation(
            "schubert2014",
            ("Schubert, P.", "Kirchner, M."),
            "Ellipse area calculations and their applicability in posturography",
            "Gait Posture",
            2014,
            "39",
            "1",
            "518-22",
            "10.1016/j.gaitpost.2013.09.001",
        ),
        Citation(
            "duarte2015",
            ("Duarte, M.",),
            "Comments on Ellipse area calculations and their applicability in posturography",
            "Gait Posture",
            2015,
            "41",
            "",
            "44-5",
        ),
        Citation(
            "sinderby1995",
            ("Sinderby, C.", "Lindstrom, L.", "Grassino, A. E."),
            "Automatic assessment of electromyogram quality",
            "J Appl Physiol",
            1995,
            "79",
            "5",
            "1803-15",
        ),
        Citation(
            "falconer1985",
            ("Falconer, K.", "Winter, D."),
            "Quantitative assessment of co-contraction at the ankle joint in walking",
            "Electromyogr Clin Neurophysiol",
            1985,
            "25",
            "",
            "135-49",
        ),
        Citation(
            "rudolph2000",
            ("Rudolph, K. S.", "others"),
            "Dynamic stability after ACL injury: who can hop?",
            "Knee Surg Sports Traumatol Arthrosc",
            2000,
            "8",
            "",
            "262-9",
        ),
        Citation(
            "seabold2010",
            ("Seabold, S.", "Perktold, J."),
            "statsmodels: econometric and statistical modeling with Python",
            "Proceedings of the 9th Python in Science Conference",
            2010,
            kind="inproceedings",
        ),
        Citation(
            "kenward1997",
            ("Kenward, M. G.", "Roger, J. H."),
            "Small sample inference for fixed effects from restricted maximum likelihood",
            "Biometrics",
            1997,
            "53",
            "3",
            "983-97",
        ),
        Citation(
            "holm1979",
            ("Holm, S.",),
            "A simple sequentially rejective multiple test procedure",
            "Scand J Stat",
            1979,
            "6",
            "2",
            "65-70",
        ),
        Citation(
            "benjamini1995",
            ("Benjamini, Y.", "Hochberg, Y."),
            "Controlling the false discovery rate: a practical and powerful approach to multiple testing",
            "J R Stat Soc Series B",
            1995,
            "57",
            "1",
            "289-300",
            "10.1111/j.2517-6161.1995.tb02031.x",
        ),
        Citation(
            "brunner2000",
            ("Brunner, E.", "Munzel, U."),
            "The nonparametric Behrens-Fisher problem: asymptotic theory and a small-sample approximation",
            "Biom J",
            2000,
            "42",
            "1",
            "17-25",
            "10.1002/(SICI)1521-4036(200001)42:1<17::AID-BIMJ17>3.0.CO;2-U",
        ),
        Citation(
            "cox1972",
            ("Cox, D. R.",),
            "Regression models and life-tables",
            "J R Stat Soc Series B",
            1972,
            "34",
            "2",
            "187-220",
            "10.1111/j.2517-6161.1972.tb00899.x",
        ),
        Citation(
            "hedges1981",
            ("Hedges, L. V.",),
            "Distribution theory for Glass's estimator of effect size and related estimators",
            "J Educ Stat",
            1981,
            "6",
            "2",
            "107-28",
            "10.3102/10769986006002107",
        ),
        Citation(
            "newcombe1998",
            ("Newcombe, R. G.",),
            "Interval estimation for the difference between independent proportions: comparison of eleven "
            "methods",
            "Stat Med",
            1998,
            "17",
            "8",
            "873-90",
            "10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I",
        ),
        Citation(
            "wilson1927",
            ("Wilson, E. B.",),
            "Probable inference, the law of succession, and statistical inference",
            "J Am Stat Assoc",
            1927,
            "22",
            "158",
            "209-12",
        ),
        Citation(
            "bell2002",
            ("Bell, R. M.", "McCaffrey, D. F."),
            "Bias reduction in standard errors for linear regression with multi-stage samples",
            "Surv Methodol",
            2002,
            "28",
            "2",
            "169-81",
        ),
        Citation(
            "andersen2004",
            ("Andersen, P. K.", "Hansen, M. G.", "Klein, J. P."),
            "Regression analysis of restricted mean survival time based on pseudo-observations",
            "Lifetime Data Anal",
            2004,
            "10",
            "4",
            "335-50",
            "10.1007/s10985-004-4771-0",
        ),
        Citation(
            "bonett2000",
            ("Bonett, D. G.", "Wright, T. A."),
            "Sample size requirements for estimating Pearson, Kendall and Spearman correlations",
            "Psychometrika",
            2000,
            "65",
            "1",
            "23-8",
            "10.1007/BF02294183",
        ),
        Citation(
            "breslow1980",
            ("Breslow, N. E.", "Day, N. E."),
            "Statistical methods in cancer research. Volume I: the analysis of case-control studies",
            "IARC Sci Publ",
            1980,
            "",
            "32",
            "5-338",
        ),
        Citation(
            "fisher1924",
            ("Fisher, R. A.",),
            "The distribution of the partial correlation coefficient",
            "Metron",
            1924,
            "3",
            "",
            "329-32",
        ),
        Citation(
            "janssen1997",
            ("Janssen, A.",),
            "Studentized permutation tests for non-i.i.d. hypotheses and the generalized Behrens-Fisher problem",
            "Stat Probab Lett",
            1997,
            "36",
            "1",
            "9-21",
            "10.1016/S0167-7152(97)00043-6",
        ),
        Citation(
            "kalbfleisch2002",
            ("Kalbfleisch, J. D.", "Prentice, R. L."),
            "The statistical analysis of failure time data",
            "Wiley",
            2002,
            kind="book",
        ),
        Citation(
            "koenker1978",
            ("Koenker, R.", "Bassett, G."),
            "Regression quantiles",
            "Econometrica",
            1978,
            "46",
            "1",
            "33-50",
            "10.2307/1913643",
        ),
        Citation(
            "liang1986",
            ("Liang, K. Y.", "Zeger, S. L."),
            "Longitudinal data analysis using generalized linear models",
            "Biometrika",
            1986,
            "73",
            "1",
            "13-22",
            "10.1093/biomet/73.1.13",
        ),
        Citation(
            "liu1994",
            ("Liu, Q.", "Pierce, D. A."),
            "A note on Gauss-Hermite quadrature",
            "Biometrika",
            1994,
            "81",
            "3",
            "624-9",
            "10.1093/biomet/81.3.624",
        ),
        Citation(
            "long2000",
            ("Long, J. S.", "Ervin, L. H."),
            "Using heteroscedasticity consistent standard errors in the linear regression model",
            "Am Stat",
            2000,
            "54",
            "3",
            "217-24",
            "10.1080/00031305.2000.10474549",
        ),
        Citation(
            "mantel1966",
            ("Mantel, N.",),
            "Evaluation of survival data and two new rank order statistics arising in its consideration",
            "Cancer Chemother Rep",
            1966,
            "50",
            "3",
            "163-70",
        ),
        Citation(
            "schuirmann1987",
            ("Schuirmann, D. J.",),
            "A comparison of the two one-sided tests procedure and the power approach for assessing the equivalence of average bioavailability",
            "J Pharmacokinet Biopharm",
            1987,
            "15",
            "6",
            "657-80",
            "10.1007/BF01068419",
        ),
        Citation(
            "student1908",
            ("Student",),
            "The probable error of a mean",
            "Biometrika",
            1908,
            "6",
            "1",
            "1-25",
            "10.1093/biomet/6.1.1",
        ),
        Citation(
            "tobin1958",
            ("Tobin, J.",),
            "Estimation of relationships for limited dependent variables",
            "Econometrica",
            1958,
            "26",
            "1",
            "24-36",
            "10.2307/1907382",
        ),
        Citation(
            "welch1947",
            ("Welch, B. L.",),
            "The generalization of Student's problem when several different population variances are involved",
            "Biometrika",
            1947,
            "34",
            "1-2",
            "28-35",
            "10.2307/2332510",
        ),
        Citation(
            "hochberg1988",
            ("Hochberg, Y.",),
            "A sharper Bonferroni procedure for multiple tests of significance",
            "Biometrika",
            1988,
            "75",
            "4",
            "800-2",
            "10.1093/biomet/75.4.800",
        ),
        Citation(
            "hommel1988",
            ("Hommel, G.",),
            "A stagewise rejective multiple test procedure based on a modified Bonferroni test",
            "Biometrika",
            1988,
            "75",
            "2",
            "383-6",
            "10.1093/biomet/75.2.383",
        ),
        Citation(
            "benjamini2001",
            ("Benjamini, Y.", "Yekutieli, D."),
            "The control of the false discovery rate in multiple testing under dependency",
            "Ann Stat",
            2001,
            "29",
            "4",
            "1165-88",
            "10.1214/aos/1013699998",
        ),
        Citation(
            "kaplan1958",
            ("Kaplan, E. L.", "Meier, P."),
            "Nonparametric estimation from incomplete observations",
            "J Am Stat Assoc",
            1958,
            "53",
            "282",
            "457-81",
        ),
    )
}
"""By key; the keys stand in published files."""
