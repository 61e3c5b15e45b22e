"""The result of an ESI-MS analysis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from goldshell.numerics import Estimate
from goldshell.spectra.esi_ms.envelopes import Instrument

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Assignment:
    """One ion found in the spectrum.

    Parameters
    ----------
    ion : ``[Au25(p-MBA)18 - 4H]5-``
    formula : of all atoms of the ion, Hill order
    charge : signed
    n : incoming ligands; -1 for a species outside the composition
    core_charge : q
    hydrogens_lost : x
    mz : of the most intense isotope peak, calculated [Th]
    mz_monoisotopic : calculated [Th]
    intensity, intensity_sd : area [intensity Th]
    """

    ion: str
    formula: str
    charge: int
    n: int
    core_charge: int
    hydrogens_lost: int
    mz: float
    mz_monoisotopic: float
    intensity: float
    intensity_sd: float

    def to_dict(self) -> dict[str, Any]:
        """JSON types; ``z`` is the number of charges."""
        return {
            "formula": self.formula,
            "ion": self.ion,
            "z": abs(self.charge),
            "mz": self.mz,
            "intensity": self.intensity,
            "intensity_sd": self.intensity_sd,
            "mz_monoisotopic": self.mz_monoisotopic,
            "n": self.n if self.n >= 0 else None,
            "core_charge": self.core_charge,
            "hydrogens_lost": self.hydrogens_lost,
        }


@dataclass(frozen=True, slots=True, eq=False)
class EsiMsResult:
    """Composition of the ligand shell from an ESI mass spectrum.

    Parameters
    ----------
    cluster, incoming : what was looked for
    fractions : P(0)..P(N) as estimates [1]
    mean_n, dispersion_index : with intervals [1]
    dispersion_reading : against the binomial
    core_charge : charge -> share of all ions of the cluster
    dopants : metal and number in place of gold, as ``Ag1`` -> share of all ions of the cluster
    per_charge : for each number of charges z: mean n, its interval, share of the intensity
    consistency : test that all charges share one mean n: probability, None with one charge
    instrument : calibration, resolution, peak shape, abundances of 34S and 13C
    resolution_mz : where the resolution is given [Th]
    response : signal of the fully exchanged over that of the starting cluster, as used [1]
    unexplained_fraction : share of the signal above baseline that no ion explains [1]
    unexplained_peaks : the largest of it, (m/z, height) pairs
    r_squared : of the fit to the points
    assignments : ions found, most intense first
    merged : groups of n whose shares the resolution cannot separate
    merged_ions : the ions of those groups
    confusable : modifications that with other numbers of ligands weigh the same within a tenth of a peak width
    mz, intensity, model, baseline : points of the fit [Th], [instrument's unit]
    warnings : advice
    """

    cluster: str
    incoming: str
    fractions: tuple[Estimate, ...]
    mean_n: Estimate
    dispersion_index: Estimate
    dispersion_reading: str
    core_charge: dict[int, Estimate]
    dopants: dict[str, Estimate]
    per_charge: tuple[dict[str, Any], ...]
    consistency: float | None
    instrument: Instrument
    resolution_mz: float
    response: float
    unexplained_fraction: float
    unexplained_peaks: tuple[tuple[float, float], ...]
    r_squared: float
    assignments: tuple[Assignment, ...]
    merged: tuple[tuple[int, ...], ...]
    merged_ions: tuple[tuple[str, ...], ...]
    confusable: tuple[dict[str, Any], ...]
    mz: np.ndarray
    intensity: np.ndarray
    model: np.ndarray
    baseline: np.ndarray
    warnings: tuple[str, ...]

    @property
    def resolution(self) -> float:
        """m/z over FWHM at `resolution_mz`."""
        return math.exp(self.instrument.log_resolution) * (
            (self.resolution_mz / self.instrument.centre) ** self.instrument.exponent
        )

    @property
    def calibration_ppm(self) -> float:
        """Measured minus calculated m/z at `resolution_mz` [ppm]."""
        place = (self.resolution_mz - self.instrument.centre) / self.instrument.half_span
        return self.instrument.shift + self.instrument.slope * place

    def to_dict(self) -> dict[str, Any]:
        """Everything but the points, as JSON types."""
        return {
            "cluster": self.cluster,
            "incoming": self.incoming,
            "composition": [
                {"n": n, "fraction": item.value, "low": item.low, "high": item.high}
                for n, item in enumerate(self.fractions)
            ],
            "mean_n": self.mean_n.to_dict(),
            "dispersion_index": {**self.dispersion_index.to_dict(), "reading": self.dispersion_reading},
            "core_charge": {str(charge): item.value for charge, item in self.core_charge.items()},
            "core_charge_intervals": {
                str(charge): {"low": item.low, "high": item.high} for charge, item in self.core_charge.items()
            },
            "dopants": {text: item.to_dict() for text, item in self.dopants.items()},
            "calibration_ppm": self.calibration_ppm,
            "calibration_slope_ppm": self.instrument.slope,
            "resolution": self.resolution,
            "resolution_mz": self.resolution_mz,
            "peak_shape": {"asymmetry": self.instrument.asymmetry, "lorentzian": self.instrument.lorentzian},
            "abundance_34S": self.instrument.sulfur34,
            "abundance_13C": self.instrument.carbon13,
            "response": self.response,
            "unexplained_fraction": self.unexplained_fraction,
            "unexplained_peaks": [{"mz": mz, "intensity": height} for mz, height in self.unexplained_peaks],
            "r_squared": self.r_squared,
            "per_charge": list(self.per_charge),
            "charges_agree_p": self.consistency,
            "assignments": [item.to_dict() for item in self.assignments],
            "merged": [list(group) for group in self.merged],
            "merged_ions": [list(group) for group in self.merged_ions],
            "confusable": list(self.confusable),
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per n."""
        import pandas as pd

        return pd.DataFrame(self.to_dict()["composition"])
