"""Works that the methods text may cite. Only works whose bibliographic data were seen are listed."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Citation:
    """One work; `short` is the in-text form, `full` the reference-list entry."""

    key: str
    short: str
    full: str


CITATIONS: Final[dict[str, Citation]] = {
    item.key: item
    for item in (
        Citation(
            "penney2014",
            "Penney et al. 2014",
            "Penney T, Ploughman M, Austin MW, Behm DG, Byrne JM. Arch Phys Med Rehabil "
            "2014;95(10):1969-76. doi:10.1016/j.apmr.2014.06.009",
        ),
        Citation(
            "besomi2020",
            "Besomi et al. 2020",
            "Besomi M, et al. Consensus for experimental design in electromyography (CEDE) project: "
            "amplitude normalization matrix. J Electromyogr Kinesiol 2020;53:102438",
        ),
        Citation(
            "tenan2017",
            "Tenan et al. 2017",
            "Tenan MS, et al. PLoS One 2017;12:e0177312. doi:10.1371/journal.pone.0177312",
        ),
        Citation(
            "merletti1999",
            "Merletti 1999",
            "Merletti R. Standards for reporting EMG data. J Electromyogr Kinesiol 1999;9(1):III-IV",
        ),
        Citation(
            "schubert2014",
            "Schubert and Kirchner 2014",
            "Schubert P, Kirchner M. Ellipse area calculations and their applicability in "
            "posturography. Gait Posture 2014;39(1):518-22. doi:10.1016/j.gaitpost.2013.09.001",
        ),
        Citation(
            "duarte2015",
            "Duarte 2015",
            "Duarte M. Comments on Ellipse area calculations and their applicability in "
            "posturography. Gait Posture 2015;41:44-5",
        ),
        Citation(
            "sinderby1995",
            "Sinderby et al. 1995",
            "Sinderby C, Lindstrom L, Grassino AE. Automatic assessment of electromyogram quality. "
            "J Appl Physiol 1995;79(5):1803-15",
        ),
        Citation(
            "falconer1985",
            "Falconer and Winter 1985",
            "Falconer K, Winter D. Quantitative assessment of co-contraction at the ankle joint in walking. "
            "Electromyogr Clin Neurophysiol 1985;25:135-49",
        ),
        Citation(
            "rudolph2000",
            "Rudolph et al. 2000",
            "Rudolph et al. Dynamic stability after ACL injury: who can hop? Knee Surg Sports Traumatol "
            "Arthrosc 2000;8:262-9",
        ),
        Citation(
            "seabold2010",
            "Seabold and Perktold 2010",
            "Seabold S, Perktold J. statsmodels: econometric and statistical modeling with Python. "
            "Proc 9th Python in Science Conf 2010",
        ),
        Citation(
            "andersen2004",
            "Andersen et al. 2004",
            "Andersen PK, Hansen MG, Klein JP. Regression analysis of restricted mean survival time based "
            "on pseudo-observations. Lifetime Data Anal 2004;10(4):335-50",
        ),
        Citation(
            "bell2002",
            "Bell and McCaffrey 2002",
            "Bell RM, McCaffrey DF. Bias reduction in standard errors for linear regression with "
            "multi-stage samples. Surv Methodol 2002;28(2):169-81",
        ),
        Citation(
            "bonett2000",
            "Bonett and Wright 2000",
            "Bonett DG, Wright TA. Sample size requirements for estimating Pearson, Kendall and Spearman "
            "correlations. Psychometrika 2000;65(1):23-8",
        ),
        Citation(
            "breslow1980",
            "Breslow and Day 1980",
            "Breslow NE, Day NE. Statistical Methods in Cancer Research. Volume I: The Analysis of "
            "Case-Control Studies. IARC Scientific Publications 32, 1980",
        ),
        Citation(
            "brunner2000",
            "Brunner and Munzel 2000",
            "Brunner E, Munzel U. The nonparametric Behrens-Fisher problem: asymptotic theory and a "
            "small-sample approximation. Biom J 2000;42(1):17-25",
        ),
        Citation(
            "cox1972",
            "Cox 1972",
            "Cox DR. Regression models and life-tables. J R Stat Soc B 1972;34(2):187-220",
        ),
        Citation(
            "fisher1924",
            "Fisher 1924",
            "Fisher RA. The distribution of the partial correlation coefficient. Metron 1924;3:329-32",
        ),
        Citation(
            "hedges1981",
            "Hedges 1981",
            "Hedges LV. Distribution theory for Glass's estimator of effect size and related estimators. "
            "J Educ Stat 1981;6(2):107-28",
        ),
        Citation(
            "janssen1997",
            "Janssen 1997",
            "Janssen A. Studentized permutation tests for non-i.i.d. hypotheses and the generalized "
            "Behrens-Fisher problem. Stat Probab Lett 1997;36(1):9-21",
        ),
        Citation(
            "kalbfleisch2002",
            "Kalbfleisch and Prentice 2002",
            "Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data. 2nd ed. Wiley 2002",
        ),
        Citation(
            "kenward1997",
            "Kenward and Roger 1997",
            "Kenward MG, Roger JH. Small sample inference for fixed effects from restricted maximum "
            "likelihood. Biometrics 1997;53(3):983-97",
        ),
        Citation(
            "koenker1978",
            "Koenker and Bassett 1978",
            "Koenker R, Bassett G. Regression quantiles. Econometrica 1978;46(1):33-50",
        ),
        Citation(
            "liang1986",
            "Liang and Zeger 1986",
            "Liang KY, Zeger SL. Longitudinal data analysis using generalized linear models. Biometrika "
            "1986;73(1):13-22",
        ),
        Citation(
            "liu1994",
            "Liu and Pierce 1994",
            "Liu Q, Pierce DA. A note on Gauss-Hermite quadrature. Biometrika 1994;81(3):624-9",
        ),
        Citation(
            "long2000",
            "Long and Ervin 2000",
            "Long JS, Ervin LH. Using heteroscedasticity consistent standard errors in the linear "
            "regression model. Am Stat 2000;54(3):217-24",
        ),
        Citation(
            "mantel1966",
            "Mantel 1966",
            "Mantel N. Evaluation of survival data and two new rank order statistics arising in its "
            "consideration. Cancer Chemother Rep 1966;50(3):163-70",
        ),
        Citation(
            "schuirmann1987",
            "Schuirmann 1987",
            "Schuirmann DJ. A comparison of the two one-sided tests procedure and the power approach for "
            "assessing the equivalence of average bioavailability. J Pharmacokinet Biopharm "
            "1987;15(6):657-80",
        ),
        Citation(
            "student1908",
            "Student 1908",
            "Student. The probable error of a mean. Biometrika 1908;6(1):1-25",
        ),
        Citation(
            "tobin1958",
            "Tobin 1958",
            "Tobin J. Estimation of relationships for limited dependent variables. Econometrica "
            "1958;26(1):24-36",
        ),
        Citation(
            "welch1947",
            "Welch 1947",
            "Welch BL. The generalization of Student's problem when several different population "
            "variances are involved. Biometrika 1947;34(1-2):28-35",
        ),
    )
}
