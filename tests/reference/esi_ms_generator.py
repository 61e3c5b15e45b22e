"""Synthetic ESI mass spectra of mixed-ligand clusters, made without goldshell: feeds tests/spectra and peers_esims.

Isotope fine structure comes from IsoSpecPy with IsoSpec's own isotope table (34S set by hand), every fine peak is
broadened by an exponentially modified or pseudo-Voigt peak of its own width (area kept), charges and adducts follow
distributions of their own that depend on n, and baseline, chemical noise, counting and electronic noise and a
miscalibration in ppm (offset, slope, curvature) are added.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import IsoSpecPy
import numpy as np
from scipy.special import erfcx

ELECTRON = 0.000548579909
GOLD, CARBON, HYDROGEN, OXYGEN, SULFUR, SODIUM, POTASSIUM, NITROGEN = "Au", "C", "H", "O", "S", "Na", "K", "N"
LIGANDS = {
    "p-MBSA": {"C": 6, "H": 5, "O": 3, "S": 2},
    "p-MBA": {"C": 7, "H": 5, "O": 2, "S": 1},
}
MASSES = {  # AME2020
    "C": [12.0, 13.00335483534], "H": [1.00782503190, 2.01410177784],
    "O": [15.99491461926, 16.99913175595, 17.99915961214],
    "S": [31.97207117354, 32.97145890862, 33.967867011, 35.967080692],
    "Au": [196.966570103], "Na": [22.98976928], "K": [38.9637064848, 39.963998165, 40.9618252561],
    "N": [14.00307400425, 15.00010889827],
}  # fmt: skip
ABUNDANCES = {
    "C": [0.9893, 0.0107], "H": [0.999885, 0.000115], "O": [0.99757, 0.00038, 0.00205], "Au": [1.0], "Na": [1.0],
    "K": [0.932581, 0.000117, 0.067302], "N": [0.99636, 0.00364],
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What a synthetic spectrum is made from.

    ``fractions`` P(0)..P(18); ``charges`` charge -> share; ``adducts`` Na count -> share at the charge 5;
    ``neutral_core`` share of core charge 0; ``noise`` electronic noise as a fraction of the base peak;
    ``counting`` counts at the base peak (0: none); ``chemical`` height of chemical noise as a fraction of the base
    peak; ``offset_ppm`` and ``slope_ppm`` miscalibration; ``tail`` of the exponential in widths (0: Gaussian).
    """

    name: str
    fractions: np.ndarray
    resolution: float = 15000.0
    charges: dict[int, float] = field(default_factory=lambda: {4: 0.2, 5: 0.5, 6: 0.3})
    adducts: dict[int, float] = field(default_factory=lambda: {0: 0.6, 1: 0.3, 2: 0.1})
    potassium: float = 0.0
    neutral_core: float = 0.1
    noise: float = 0.002
    counting: float = 0.0
    chemical: float = 0.0
    baseline: float = 0.01
    offset_ppm: float = 0.0
    slope_ppm: float = 0.0
    curve_ppm: float = 0.0
    tail: float = 0.0
    lorentz: float = 0.0
    sulfur34: float = 0.0425
    exponent: float = 0.0
    points: int = 60000
    seed: int = 1


@dataclass(frozen=True)
class Made:
    mz: np.ndarray
    intensity: np.ndarray
    case: Case
    species: int


def atoms(n: int, start: str = "p-MBSA", incoming: str = "p-MBA", gold: int = 25, sites: int = 18) -> dict[str, int]:
    counts = {"Au": gold}
    for ligand, number in ((start, sites - n), (incoming, n)):
        for element, per in LIGANDS[ligand].items():
            counts[element] = counts.get(element, 0) + per * number
    return {element: count for element, count in counts.items() if count}


def isotopes(counts: dict[str, int], sulfur34: float) -> tuple[np.ndarray, np.ndarray]:
    sulfur = [0.0, 0.0075, sulfur34, 0.0001]
    sulfur[0] = 1.0 - sum(sulfur)
    table = {**ABUNDANCES, "S": sulfur}
    found = IsoSpecPy.IsoTotalProb(
        0.9999,
        atomCounts=list(counts.values()),
        isotopeMasses=[MASSES[element] for element in counts],
        isotopeProbabilities=[table[element] for element in counts],
    )
    return np.frombuffer(found.masses, dtype=float).copy() if not hasattr(
        found, "np_masses"
    ) else found.np_masses().copy(), found.np_probs().copy()


def peak(x: np.ndarray, centre: float, fwhm: float, tail: float, lorentz: float) -> np.ndarray:
    """Unit-area peak: Gaussian convolved with an exponential towards high m/z, mixed with a Lorentzian."""
    sigma = fwhm / 2.354820045
    u = (x - centre) / sigma
    if tail > 0:
        tau = tail  # in sigma
        u = u + tau  # keep the centroid
        argument = (1 / tau - u) / np.sqrt(2)
        with np.errstate(all="ignore"):
            gauss = np.where(argument < 20, np.exp(-0.5 * u**2) * erfcx(np.minimum(argument, 20)), 0.0) / (
                2 * tau * sigma
            )
            gauss = np.where(argument < -5, np.exp(0.5 / tau**2 - u / tau) / (tau * sigma), gauss)
    else:
        gauss = np.exp(-0.5 * u**2) / (sigma * np.sqrt(2 * np.pi))
    if lorentz:
        gauss = (1 - lorentz) * gauss + lorentz * (fwhm / (2 * np.pi)) / ((x - centre) ** 2 + fwhm**2 / 4)
    return gauss


def make(case: Case, *, mz_range: tuple[float, float] | None = None) -> Made:
    """The spectrum of a case on a time-of-flight axis (spacing grows with the root of m/z)."""
    random = np.random.default_rng(case.seed)
    top, bottom = 8326.0 + 60, 7679.0 - 10
    low = mz_range[0] if mz_range else bottom / max(case.charges) - 15
    high = mz_range[1] if mz_range else top / min(case.charges) + 25
    x = np.linspace(np.sqrt(low), np.sqrt(high), case.points) ** 2
    clean = np.zeros(len(x))
    species = 0
    middle = 0.5 * (low + high)
    for n in np.flatnonzero(case.fractions):
        heavy = {sodium: atoms(int(n)) for sodium in case.adducts}
        for z, share in case.charges.items():
            # sulfonates hold more charge than carboxylates: the charge distribution leans with n
            lean = 1.0 + 0.03 * (z - 5) * (9 - n) / 9
            for q, core in ((-1, 1 - case.neutral_core), (0, case.neutral_core)):
                for (sodium, potassium), part in _adducts(case, z).items():
                    amount = case.fractions[n] * share * lean / _lean_total(case, int(n)) * core * part
                    if amount <= 0:
                        continue
                    counts = dict(heavy.get(sodium, atoms(int(n))))
                    lost = z + q + sodium + potassium
                    counts["H"] -= lost
                    if sodium:
                        counts["Na"] = sodium
                    if potassium:
                        counts["K"] = potassium
                    masses, probabilities = isotopes(counts, case.sulfur34)
                    mz = (masses + z * ELECTRON) / z
                    t = (mz - middle) / (0.5 * (high - low))
                    mz = mz * (1 + 1e-6 * (case.offset_ppm + case.slope_ppm * t + case.curve_ppm * (t**2 - 1 / 3)))
                    width = mz / (case.resolution * (mz / middle) ** case.exponent)
                    # fine structure finer than a twentieth of a width is binned, centroids kept
                    bins = np.round(mz / (width.mean() / 20)).astype(int)
                    _, inverse = np.unique(bins, return_inverse=True)
                    p = np.bincount(inverse, probabilities)
                    centre = np.bincount(inverse, probabilities * mz) / p
                    w = np.bincount(inverse, probabilities * width) / p
                    reach = 25 if case.lorentz else 9
                    for c, f, a in zip(centre, w, p, strict=True):
                        i, j = np.searchsorted(x, [c - reach * f, c + reach * f])
                        clean[i:j] += amount * a * peak(x[i:j], c, f, case.tail, case.lorentz)
                    species += 1
    base = clean.max()
    clean /= base
    t = (x - low) / (high - low)
    total = clean + case.baseline * (0.4 + np.exp(-3 * t) + 0.3 * np.exp(-0.5 * ((t - 0.45) / 0.12) ** 2))
    if case.chemical:
        # solvent and salt clusters: singly to triply charged peaks anywhere, exponentially distributed heights
        for centre in random.uniform(low, high, size=int((high - low) / 8)):
            f = centre / case.resolution
            height = case.chemical * random.exponential() * f / 0.94
            charge = random.integers(1, 4)
            for k, p in enumerate((0.6, 0.28, 0.12)):
                c = centre + k * 1.00335 / charge
                i, j = np.searchsorted(x, [c - 9 * f, c + 9 * f])
                total[i:j] += height * p * peak(x[i:j], c, f, case.tail, 0.0)
    if case.counting:
        total = random.poisson(np.maximum(total, 0) * case.counting) / case.counting
    total = total + case.noise * random.normal(size=len(x))
    return Made(x, total * 1e4, case, species)


def _lean_total(case: Case, n: int) -> float:
    return sum(share * (1.0 + 0.03 * (z - 5) * (9 - n) / 9) for z, share in case.charges.items())


def _adducts(case: Case, z: int) -> dict[tuple[int, int], float]:
    """Higher charges have fewer protons left to swap for sodium, lower ones more."""
    weights = {(sodium, 0): share * (5 / z) ** sodium for sodium, share in case.adducts.items()}
    if case.potassium:
        weights[(0, 1)] = case.potassium * 5 / z
    total = sum(weights.values())
    return {key: value / total for key, value in weights.items()}


def binomial(p: float, sites: int = 18) -> np.ndarray:
    from scipy.stats import binom

    return binom.pmf(np.arange(sites + 1), sites, p)


def trimmed(fractions: np.ndarray, threshold: float = 0.002) -> np.ndarray:
    kept = np.where(fractions >= threshold, fractions, 0.0)
    return kept / kept.sum()


def single(n: int, sites: int = 18) -> np.ndarray:
    fractions = np.zeros(sites + 1)
    fractions[n] = 1.0
    return fractions


def cases(seed: int = 20260101, count: int = 40) -> list[Case]:
    """The benchmark: narrow, broad, bimodal and pure shells over resolution, charges, noise and miscalibration."""
    random = np.random.default_rng(seed)
    narrow = np.zeros(19)
    narrow[[15, 16, 17, 18]] = [0.009, 0.367, 0.424, 0.2]
    low = np.zeros(19)
    low[[0, 1, 2, 3]] = [0.25, 0.4, 0.25, 0.1]
    shapes = {
        "narrow": trimmed(narrow),
        "low": trimmed(low),
        "binomial": trimmed(binomial(0.35)),
        "broad": trimmed(np.full(19, 1.0) + np.sin(np.arange(19))),
        "bimodal": trimmed(0.55 * binomial(0.15) + 0.45 * binomial(0.8)),
        "pure0": single(0),
        "pure18": single(18),
        "pure5": single(5),
    }
    ranges = [
        {4: 0.2, 5: 0.5, 6: 0.3},
        {3: 0.15, 4: 0.35, 5: 0.35, 6: 0.15},
        {5: 0.2, 6: 0.4, 7: 0.3, 8: 0.1},
        {6: 1.0},
    ]
    salts = [{0: 0.6, 1: 0.3, 2: 0.1}, {0: 1.0}, {0: 0.35, 1: 0.35, 2: 0.2, 3: 0.1}, {0: 0.8, 1: 0.2}]
    made = []
    for index in range(count):
        name, fractions = list(shapes.items())[index % len(shapes)]
        made.append(
            Case(
                name=f"{index:02d}-{name}",
                fractions=fractions,
                resolution=float(random.choice([8000, 12000, 16000, 22000, 30000])),
                charges=ranges[int(random.integers(len(ranges)))],
                adducts=salts[int(random.integers(len(salts)))],
                potassium=float(random.choice([0, 0, 0.08])),
                neutral_core=float(random.choice([0, 0.1, 0.45])),
                noise=float(random.choice([0.001, 0.003, 0.01])),
                counting=float(random.choice([0, 0, 3000])),
                chemical=float(random.choice([0, 0.01, 0.03])),
                baseline=float(random.choice([0, 0.02, 0.05])),
                offset_ppm=float(random.uniform(-15, 15)),
                slope_ppm=float(random.uniform(-3, 3)),
                tail=float(random.choice([0, 0.4, 0.8])),
                lorentz=float(random.choice([0, 0, 0.1])),
                sulfur34=float(random.uniform(0.0415, 0.0437)),
                exponent=float(random.choice([0, 0.2])),
                points=int(random.choice([50000, 80000])),
                seed=1000 + index,
            )
        )
    return made
