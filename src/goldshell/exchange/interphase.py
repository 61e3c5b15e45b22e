"""The interphase as a row of cells: a graded grid, the solvent profile, and what each species feels in each cell."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import AnalysisError, InputError
from goldshell.exchange.experiment import Experiment
from goldshell.exchange.models import interphase_film as model
from goldshell.exchange.models.interphase_film import Parameters
from goldshell.exchange.models.well_mixed import SMALLEST_PARTITION

Array = NDArray[np.float64]

# Share of the cells in the zone where the solvents mix, and in each film.
_ZONE_SHARE, _FILM_SHARE = 0.4, 0.3
SMALLEST_GRID = 10


@dataclass(frozen=True, slots=True)
class Interphase:
    """Geometry and local properties; cells count from the water, without the two bulks.

    Parameters
    ----------
    edges_m : faces of the cells, from 0 at the water bulk to L at the organic bulk, (cells + 1,) [m]
    zone : first cell of the mixed zone, and the cell after its last
    area_m2 : of the drops [m²]
    bulk_mL : volumes of the well-mixed water and organic phase, without their films [mL]
    organic_share : phi at the middles, (cells,) [1]
    diffusivity : (3, cells) of incoming, outgoing ligand and cluster [m²/s]
    solubility : (N + 3, cells) relative to water, of clusters n = 0..N, incoming and outgoing ligand [1]
    bulk_solubility : (N + 3, 2) the same in the two bulks [1]
    rate_factor : rates of the laws relative to water, (cells,) [1]
    """

    edges_m: Array
    zone: tuple[int, int]
    area_m2: float
    bulk_mL: tuple[float, float]
    organic_share: Array
    diffusivity: Array
    solubility: Array
    bulk_solubility: Array
    rate_factor: Array

    @property
    def middles_m(self) -> Array:
        """Middles of the cells, (cells,) [m]."""
        return 0.5 * (self.edges_m[1:] + self.edges_m[:-1])

    @property
    def widths_m(self) -> Array:
        """Widths of the cells, (cells,) [m]."""
        return np.diff(self.edges_m)

    @property
    def volumes_mL(self) -> Array:
        """Volumes of water bulk, cells, organic bulk, (cells + 2,) [mL]."""
        return np.concatenate(([self.bulk_mL[0]], self.area_m2 * self.widths_m * 1e6, [self.bulk_mL[1]]))

    def conductances(self) -> Array:
        """Of the faces, those to the bulks included, (cells + 1, N + 3) [mL/h].

        area / (sum of the resistances dz / (2 D S) of the two half cells; a bulk has none). Times the difference of
        c / S it is the flow [umol/h].
        """
        by_species = np.concatenate(
            [np.repeat(self.diffusivity[2:], self.solubility.shape[0] - 2, axis=0), self.diffusivity[:2]]
        )
        half = 0.5 * self.widths_m / (by_species * self.solubility)
        padded = np.pad(half, ((0, 0), (1, 1)))
        return np.ascontiguousarray((self.area_m2 * 3.6e9 / (padded[:, 1:] + padded[:, :-1])).T)


def make_interphase(experiment: Experiment, parameters: Parameters, cells: int) -> Interphase:
    """Lay the grid and evaluate the profiles of one experiment.

    Parameters
    ----------
    experiment : conditions, with an organic phase
    parameters : of the interphase film
    cells : number of cells between the bulks [1]

    Raises
    ------
    InputError : one phase only, too few cells, films that need more volume than the phases have
    """
    if experiment.organic_mL <= 0.0:
        raise InputError("the interphase film needs an organic phase", hint="give phases.organic, or use well_mixed")
    if cells < SMALLEST_GRID:
        raise InputError(f"{cells} cells are too few", hint=f"{SMALLEST_GRID} or more; 200 is usual")
    p = parameters
    area = 6e-6 * min(experiment.water_mL, experiment.organic_mL) / p.drop_diameter
    bulk = (experiment.water_mL - area * p.film_water * 1e6, experiment.organic_mL - area * p.film_organic * 1e6)
    for name, left, thickness in zip(("water", "organic"), bulk, (p.film_water, p.film_organic), strict=True):
        if left <= 0.0:
            raise InputError(
                f"the {name} film of {thickness:g} m on {area:.3g} m² of drops holds more than the {name} phase",
                where=f"film_{name}",
                hint="thinner films or larger drops (drop_diameter)",
            )
    edges, zone = grid(p.film_water, p.interphase_thickness, p.film_organic, cells)
    middles = 0.5 * (edges[1:] + edges[:-1])
    start, end = p.film_water, p.film_water + p.interphase_thickness
    first = model.step(middles, start, p.boundary_width)
    second = model.step(middles, end, p.boundary_width)
    chi = p.interphase_character
    share = chi * first + (1.0 - chi) * second
    fraction = model.mole_fraction(share, molar_volume_ratio(experiment.solvent))
    slowing = viscosity_ratio(experiment.solvent, experiment.temperature_K)
    _, in_water, in_organic = zip(experiment.incoming_transport, experiment.outgoing_transport, strict=True)
    diffusivity = np.stack(
        [
            model.mixture_diffusivity(*pair, fraction, p.viscosity_interaction)
            for pair in (
                *zip(in_water, in_organic, strict=True),
                (p.cluster_diffusivity, p.cluster_diffusivity / slowing),
            )
        ]
    )
    n = np.arange(experiment.sites + 1.0)
    ion = p.counter_ion_factor if experiment.counter_ion else 1.0
    log_zone = (
        np.log(max(p.cluster_partition, SMALLEST_PARTITION) * ion) + p.cluster_partition_growth * n / experiment.sites
    )
    log_organic = math.log(p.cluster_organic)
    clusters = np.exp(first * log_zone[:, None] + second * (log_organic - log_zone[:, None]))
    ratios = (experiment.incoming_transport[0], experiment.outgoing_transport[0])
    ligands = np.stack([model.local_solubility(ratio, share) for ratio in ratios])
    ends = np.ones((len(n) + 2, 2))
    ends[:-2, 1] = p.cluster_organic
    ends[-2:, 1] = ratios
    return Interphase(
        edges_m=edges,
        zone=zone,
        area_m2=area,
        bulk_mL=bulk,
        organic_share=share,
        diffusivity=diffusivity,
        solubility=np.concatenate([clusters, ligands]),
        bulk_solubility=ends,
        rate_factor=1.0 + (p.interphase_rate - 1.0) * first,
    )


def grid(film_water: float, zone: float, film_organic: float, cells: int) -> tuple[Array, tuple[int, int]]:
    """Faces of a grid that is even in the zone and widens geometrically into the films.

    x(s) = delta (e^(b s) - 1) / (e^b - 1) with s even from 0 to 1 across a film, b such that its first cell is as wide
    as those of the zone. As b does not depend on the number of cells, a finer grid is finer everywhere alike.

    Parameters
    ----------
    film_water, zone, film_organic : thicknesses [m]
    cells : number of cells [1]

    Returns
    -------
    edges : (cells + 1,) [m], and the first cell of the zone and the one after its last
    """
    in_film = round(_FILM_SHARE * cells)
    in_zone = cells - 2 * in_film
    left = film_water - _stretched(film_water, zone / _ZONE_SHARE * _FILM_SHARE, in_film)[::-1]
    middle = film_water + zone * np.arange(in_zone + 1) / in_zone
    right = film_water + zone + _stretched(film_organic, zone / _ZONE_SHARE * _FILM_SHARE, in_film)
    left[0] = 0.0
    return np.concatenate([left[:-1], middle, right[1:]]), (in_film, in_film + in_zone)


def _stretched(thickness: float, beginning: float, cells: int) -> Array:
    """Faces from 0 to ``thickness``; ``beginning`` is dx/ds at 0."""
    s = np.arange(cells + 1) / cells
    if beginning >= (1.0 - 1e-8) * thickness:  # b would be 0 within rounding
        return thickness * s
    from scipy.optimize import brentq

    b = brentq(lambda b: b / math.expm1(b) - beginning / thickness, 1e-9, 700.0)
    return thickness * (np.expm1(b * s) / math.expm1(b))


@functools.cache
def molar_volume_ratio(solvent: str) -> float:
    """Molar volume of a solvent over that of water, from molar masses and densities of the solvent table [1]."""
    from goldshell.transport import solvent_property

    volumes = [
        solvent_property(name, "molar_mass").value / solvent_property(name, "density").value
        for name in (solvent, "water")
    ]
    return volumes[0] / volumes[1]


@functools.cache
def viscosity_ratio(solvent: str, temperature_K: float) -> float:
    """Viscosity of a solvent over that of water [1]."""
    from goldshell.transport import viscosity

    return viscosity(solvent, temperature_K).value / viscosity("water", temperature_K).value


def solvent_volume_share(solvent: str, organic_share: Any) -> Array:
    """Volume share of solvent when water and organic phase have saturated each other.

    Parameters
    ----------
    solvent : name in the solvent table
    organic_share : phi, share of organic phase [1]

    Returns
    -------
    array like ``organic_share`` [1]; phi itself where the table has no mutual solubilities
    """
    from goldshell.transport import solvent_property

    phi = np.asarray(organic_share, dtype=float)
    try:
        in_water = solvent_property(solvent, "solubility_in_water").value / 100.0
        of_water = solvent_property(solvent, "solubility_of_water").value / 100.0
        density = solvent_property(solvent, "density").value / solvent_property("water", "density").value
    except AnalysisError:
        return phi
    low = in_water / density / (in_water / density + 1.0 - in_water)
    high = (1.0 - of_water) / density / ((1.0 - of_water) / density + of_water)
    return low + (high - low) * phi
