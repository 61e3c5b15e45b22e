"""Ligand ratio and mean composition from NMR integrals.

    I_r = sum over ligands of h_rl a_l

I_r the integral of region r, h_rl the protons that ligand l has in it, a_l its amount. Weighted least squares over all
regions, so that several environments of a ligand check each other and regions that two ligands share are used. The
share of a ligand is a ratio of two such amounts: its interval is Fieller's, exact for normal errors. Mean n is the
share of the incoming ligand times the ligands of the cluster.

Limits: full relaxation between pulses and no lines lost to broadening (bound ligands of clusters have broad lines);
free ligand must have been washed out, or it counts as bound.

References
----------
Fieller, J. R. Stat. Soc. B 16 (1954) 175-185, doi:10.1111/j.2517-6161.1954.tb00159.x
Zhang et al., Nat. Commun. (2026), doi:10.1038/s41467-026-68345-z (p-ATP feeds of 4, 20, 50, 150 gave 3, 4, 8, 9)
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from goldshell.chemistry import find_ligand, parse_cluster
from goldshell.errors import AnalysisError, InputError
from goldshell.numerics import Estimate
from goldshell.spectra.nmr_io import NmrSample

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

RELATIVE_ERROR = 0.05
"""Standard error of an integral where none is given, of its value [1]; an assumption, stated with the result."""

_LEAST_ERROR = 0.005  # of the largest integral: baseline
_ALARM = 0.01


@dataclass(frozen=True, slots=True)
class LigandShare:
    """One ligand.

    Parameters
    ----------
    ligand : name
    amount : integral per proton [unit of the integrals]
    share : of all ligands [1]
    count : per cluster; None without a cluster [1]
    """

    ligand: str
    amount: Estimate
    share: Estimate
    count: Estimate | None

    def to_dict(self) -> dict[str, Any]:
        """JSON types."""
        return {
            "ligand": self.ligand,
            "amount": self.amount.to_dict(),
            "share": self.share.to_dict(),
            "count": self.count.to_dict() if self.count else None,
        }


@dataclass(frozen=True, slots=True, eq=False)
class NmrResult:
    """Composition of one sample.

    Parameters
    ----------
    sample : with its integrals
    ligands : shares, the starting ligand first
    incoming : which ligand n counts; "" when unknown
    ratio : incoming over starting ligand [1]; None with one ligand
    mean_n : incoming ligands per cluster [1]; None without a cluster
    composition : rounded to whole ligands; "" without a cluster
    errors : standard errors of the integrals as used
    fitted : integrals of the fit
    consistency_p : probability of such differences between a ligand's regions; None where nothing is left to test
    inflation : factor on errors for regions that disagree
    warnings : advice
    """

    sample: NmrSample
    ligands: tuple[LigandShare, ...]
    incoming: str
    ratio: Estimate | None
    mean_n: Estimate | None
    composition: str
    errors: tuple[float, ...]
    fitted: tuple[float, ...]
    consistency_p: float | None
    inflation: float
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON types."""
        return {
            "sample": self.sample.name,
            "incoming": self.incoming,
            "ligands": [one.to_dict() for one in self.ligands],
            "ratio": self.ratio.to_dict() if self.ratio else None,
            "mean_n": self.mean_n.to_dict() if self.mean_n else None,
            "composition": self.composition,
            "integrals": [
                {**one.to_dict(), "sd": sd, "fitted": fitted}
                for one, sd, fitted in zip(self.sample.integrals, self.errors, self.fitted, strict=True)
            ],
            "regions_agree_p": self.consistency_p,
            "error_inflation": self.inflation,
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per ligand."""
        import pandas as pd

        rows = []
        for one in self.ligands:
            row: dict[str, Any] = {"sample": self.sample.name, "ligand": one.ligand}
            for name, estimate in (("share", one.share), ("count", one.count)):
                if estimate is not None:
                    row |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
            rows.append(row)
        return pd.DataFrame(rows)


def composition_from_nmr(
    sample: NmrSample,
    *,
    cluster: str = "",
    incoming: str = "",
    relative_error: float = RELATIVE_ERROR,
    level: float = 0.95,
) -> NmrResult:
    """Ligand ratio and mean composition of a sample.

    Parameters
    ----------
    sample : of `read_nmr`
    cluster : starting cluster, for example "Au25(p-MBSA)18"; that of the file when ""
    incoming : the ligand that n counts; that of the file, else the one that is not on the starting cluster, when ""
    relative_error : standard error of integrals that state none, of their value [1]
    level : probability of the intervals

    Returns
    -------
    NmrResult

    Raises
    ------
    InputError : more protons than a ligand has, no regions, or an incoming ligand without a region
    UnknownNameError : unknown ligand
    AnalysisError : regions that cannot tell the ligands apart, or amounts that are not positive
    """
    from scipy import stats
    from scipy.optimize import nnls

    if not 0 < level < 1:
        raise InputError(f"level {level:g} is not between 0 and 1", hint="0.95 gives 95 % intervals")
    if not (math.isfinite(relative_error) and 0 < relative_error < 1):
        raise InputError(f"relative error {relative_error:g}", hint="between 0 and 1, for example 0.05")
    warnings = list(sample.warnings)
    names, start = _ligands(sample, cluster or sample.cluster, incoming or sample.incoming)
    values = np.array([one.value for one in sample.integrals])
    if not np.any(values > 0):
        raise AnalysisError("no integral is above zero", where=sample.name, hint="check the integrals")
    given = np.array([one.sd for one in sample.integrals])
    assumed = np.hypot(relative_error * np.abs(values), _LEAST_ERROR * np.abs(values).max())
    spectrum = sample.intensity is not None
    errors = np.where(np.isnan(given), assumed, np.hypot(given, assumed) if spectrum else given)
    if np.any(np.isnan(given)) or spectrum:
        warnings.append(f"integrals without a stated error are taken to {100 * relative_error:g} % (--relative-error)")
    design = np.array([[_matched(one.protons, name) for name in names] for one in sample.integrals])
    if np.linalg.matrix_rank(design) < len(names):
        raise AnalysisError(
            f"the regions cannot tell {' and '.join(names)} apart",
            where=sample.name,
            hint="every ligand needs a region of its own, or shared regions in another proportion",
        )
    weighted = design / errors[:, None]
    amounts: Array = np.linalg.lstsq(weighted, values / errors, rcond=None)[0].astype(float)
    covariance: Array = np.linalg.inv(weighted.T @ weighted).astype(float)
    if np.any(amounts < 0):
        amounts = nnls(weighted, values / errors)[0]
        warnings.append("a ligand's amount would be negative and is set to zero: check baseline and regions")
    if amounts.sum() <= 0:
        raise AnalysisError("no ligand has a positive amount", where=sample.name, hint="check the integrals")
    fitted = design @ amounts
    freedom = len(values) - len(names)
    chi = float(np.sum(((values - fitted) / errors) ** 2))
    agree = float(stats.chi2.sf(chi, freedom)) if freedom > 0 else None
    inflation = 1.0
    if agree is not None and agree < _ALARM:
        inflation = math.sqrt(chi / freedom)
        worst = sample.integrals[int(np.argmax(np.abs((values - fitted) / errors)))]
        warnings.append(
            f"regions of one ligand disagree (p = {agree:.1g}), {worst.environment!r} most: errors are widened "
            f"{inflation:.2g}-fold; overlap with solvent or free ligand?"
        )
    quantile = float(stats.norm.ppf(0.5 + level / 2))
    if inflation > 1:
        quantile = float(stats.t.ppf(0.5 + level / 2, freedom))
    covariance = covariance * inflation**2
    shell = parse_cluster(start) if start else None
    total = np.ones(len(names))
    shares = []
    for i, name in enumerate(names):
        pick = np.eye(len(names))[i]
        share = _fieller(pick, total, amounts, covariance, quantile, 0.0, 1.0)
        half = quantile * math.sqrt(covariance[i, i])
        count = None
        if shell is not None:
            n = shell.ligand_count
            count = Estimate(n * share.value, n * share.low, n * share.high)
        amount = Estimate(float(amounts[i]), float(amounts[i] - half), float(amounts[i] + half))
        shares.append(LigandShare(name, amount, share, count))
    ratio = None
    if len(names) == 2:
        ratio = _fieller(np.array([0.0, 1.0]), np.array([1.0, 0.0]), amounts, covariance, quantile, 0.0, math.inf)
    last = shares[-1]
    known_incoming = names[-1] if len(names) > 1 else ""
    text = ""
    if shell is not None:
        text = f"{start.split('(')[0]}" + "".join(
            f"({one.ligand}){count}" for one, count in zip(shares, _rounded(shares, shell.ligand_count), strict=True)
            if count
        )  # fmt: skip
    if len(names) == 1:
        warnings.append("one ligand only: nothing to compare it with")
    return NmrResult(
        sample=sample,
        ligands=tuple(shares),
        incoming=known_incoming,
        ratio=ratio,
        mean_n=last.count if known_incoming else None,
        composition=text,
        errors=tuple(errors.tolist()),
        fitted=tuple(fitted.tolist()),
        consistency_p=agree,
        inflation=inflation,
        warnings=tuple(warnings),
    )


def carbon_protons(ligand: str) -> int:
    """Protons on carbon, which D2O does not exchange.

    Raises
    ------
    UnknownNameError : unknown ligand
    """
    return _carbon_protons(find_ligand(ligand).smiles)


@functools.cache
def _carbon_protons(smiles: str) -> int:
    from rdkit import Chem

    molecule = Chem.MolFromSmiles(smiles)
    return sum(atom.GetTotalNumHs() for atom in molecule.GetAtoms() if atom.GetSymbol() == "C")


def _ligands(sample: NmrSample, cluster: str, incoming: str) -> tuple[list[str], str]:
    """Names of the ligands, the starting one first and the incoming one last; protons checked."""
    names: list[str] = []
    for one in sample.integrals:
        for written, protons in one.protons.items():
            ligand = find_ligand(written)
            most = carbon_protons(written)
            if protons > most:
                raise InputError(
                    f"{protons:g} protons of {ligand.name}, which has {most} on carbon",
                    where=one.where or sample.name,
                    hint="protons on N, O and S exchange with D2O",
                )
            if ligand.name not in names:
                names.append(ligand.name)
    if not names:
        raise InputError("no regions", where=sample.name)
    on_start = [ligand.name for ligand, _ in parse_cluster(cluster).ligands] if cluster else []
    if incoming:
        wanted = find_ligand(incoming).name
        if wanted not in names:
            raise InputError(
                f"no region of the incoming ligand {wanted}", where=sample.name, hint=f"regions of: {', '.join(names)}"
            )
        names = [name for name in names if name != wanted] + [wanted]
    elif on_start:
        names.sort(key=lambda name: name not in on_start)
    if on_start and not any(name in on_start for name in names):
        raise InputError(
            f"no region of {' or '.join(on_start)}, the ligand of {cluster}",
            where=sample.name,
            hint=f"regions of: {', '.join(names)}",
        )
    return names, cluster


def _matched(protons: dict[str, float], name: str) -> float:
    return sum(count for written, count in protons.items() if find_ligand(written).name == name)


def _rounded(shares: list[LigandShare], total: int) -> list[int]:
    """Whole ligands that add up to the total, by largest remainder."""
    exact = [one.share.value * total for one in shares]
    counts = [math.floor(value) for value in exact]
    for i in sorted(range(len(exact)), key=lambda i: counts[i] - exact[i])[: total - sum(counts)]:
        counts[i] += 1
    return counts


def _fieller(
    top: Array, bottom: Array, amounts: Array, covariance: Array, quantile: float, lowest: float, highest: float
) -> Estimate:
    """Ratio of two sums of amounts with Fieller's interval: (u - r v)^2 <= q^2 (Vuu - 2 r Vuv + r^2 Vvv)."""
    u, v = float(top @ amounts), float(bottom @ amounts)
    uu, uv, vv = (float(a @ covariance @ b) for a, b in ((top, top), (top, bottom), (bottom, bottom)))
    if v <= 0:
        return Estimate(highest, lowest, highest)
    a, b, c = v**2 - quantile**2 * vv, u * v - quantile**2 * uv, u**2 - quantile**2 * uu
    if a <= 0:
        return Estimate(u / v, lowest, highest)
    root = math.sqrt(max(b**2 - a * c, 0.0))
    return Estimate(u / v, max((b - root) / a, lowest), min((b + root) / a, highest))
