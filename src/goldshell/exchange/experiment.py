"""One exchange experiment in working units: what is in the vial, what is added or taken out, when it is looked at."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Addition:
    """Liquid added at a constant rate.

    Parameters
    ----------
    start_h, duration_h : when and for how long [h]
    volume_mL : volume added in all [mL]
    region : "water" or "organic"
    incoming_mM, outgoing_mM, cluster_mM : what the added liquid holds [mM]; clusters only into water
    """

    start_h: float
    duration_h: float
    volume_mL: float
    region: str = "water"
    incoming_mM: float = 0.0
    outgoing_mM: float = 0.0
    cluster_mM: float = 0.0


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An aliquot taken at once from one region.

    Parameters
    ----------
    time_h : when [h]
    volume_mL : volume taken [mL]
    region : "water" or "organic"
    """

    time_h: float
    volume_mL: float
    region: str = "water"


@dataclass(frozen=True, slots=True)
class Experiment:
    """Conditions of one exchange experiment.

    Parameters
    ----------
    cluster : notation as given
    incoming, outgoing : names of the ligands B and A
    gold_atoms, sites : of the cluster [1]
    site_classes : sizes of the site classes, adding to ``sites`` [1]
    initial_shell : P(n) at the start, (N + 1,) [1]
    cluster_mM : clusters in the water [mM]
    water_mL, organic_mL : volumes; organic 0 for one phase [mL]
    pH : of the water [1]
    solvent : organic solvent, "" for one phase
    water_ligand_mM, organic_ligand_mM : incoming ligand at the start [mM]
    water_outgoing_mM : free outgoing ligand at the start [mM]
    solid : the incoming ligand of the water is there as undissolved solid
    counter_ion : hydrophobic counter-ion, "" for none
    counter_ion_mM : its concentration [mM]
    temperature_K : [K]
    incoming_transport, outgoing_transport : organic/water distribution ratio at the pH [1], diffusivity in water and in
        the organic phase [m²/s]
    times_h : output times, increasing from 0 or later [h]
    schedule : additions and withdrawals
    exchange_law, etching_law : "mass_action", "power_law" or "langmuir"
    exposure_classes : classes of exposure when micromixing is above 0
    """

    cluster: str
    incoming: str
    outgoing: str
    gold_atoms: int
    sites: int
    site_classes: tuple[int, ...]
    initial_shell: tuple[float, ...]
    cluster_mM: float
    water_mL: float
    organic_mL: float = 0.0
    pH: float = 7.0
    solvent: str = ""
    water_ligand_mM: float = 0.0
    organic_ligand_mM: float = 0.0
    water_outgoing_mM: float = 0.0
    solid: bool = False
    counter_ion: str = ""
    counter_ion_mM: float = 0.0
    temperature_K: float = 298.15
    incoming_transport: tuple[float, float, float] = (1.0, 1e-9, 1e-9)
    outgoing_transport: tuple[float, float, float] = (1.0, 1e-9, 1e-9)
    times_h: tuple[float, ...] = tuple(i / 60 for i in range(61))
    schedule: tuple[Addition | Withdrawal, ...] = field(default=())
    exchange_law: str = "langmuir"
    etching_law: str = "power_law"
    exposure_classes: int = 12

    @property
    def feed_ratio(self) -> float:
        """Incoming ligand per cluster, both as put in at the start [1]."""
        total = self.water_ligand_mM * self.water_mL + self.organic_ligand_mM * self.organic_mL
        clusters = self.cluster_mM * self.water_mL
        return total / clusters if clusters else float("inf")
