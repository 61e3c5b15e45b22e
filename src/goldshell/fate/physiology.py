"""Physiology of animals: named, cited sets of organ volumes, blood flows, filtration, urine, bile and residual blood.

Sets differ: the two of the mouse by 5-fold in the spleen and 1.8-fold in the cardiac output. Values stand as printed
in the table ``physiology``; here they are scaled to a body weight, volumes with it, flows with its power 0.75.
Organ volumes are those of excised organs, residual blood included. What a set does not name is ``rest``, so that the
organs fill the body (1 g/mL) and their flows add up to the cardiac output; a negative rest is refused. All blood that
enters the liver, by its artery or through gut and spleen, leaves by the hepatic veins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from goldshell.errors import InputError, UnknownNameError
from goldshell.literature import records

_HEAVIEST = 1e6  # [g], beyond which a unit was mistaken

BODY_DENSITY = 1.0  # g/mL, of body and organs alike, as the sources take it
FLOW_EXPONENT = 0.75
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Physiology:
    """An animal of one body weight.

    Parameters
    ----------
    species, set : names, as in the table
    body_weight : [g]
    plasma_volume, blood_volume : [mL]
    hematocrit : [1]
    cardiac_output : [mL/h]
    glomerular_filtration_rate, urine_flow, bile_flow : [mL/h]
    volumes : organ -> volume with its residual blood, and "rest" [mL]
    flows : organ -> arterial blood flow ("liver": hepatic artery only), and "rest" [mL/h]
    residual_blood_fraction : organ -> blood left in the excised organ, of its volume; empty where not known [1]
    measured : organs whose volume was measured in the animal, not taken from the set
    sources : keys of the bibliography
    """

    species: str
    set: str
    body_weight: float
    plasma_volume: float
    blood_volume: float
    hematocrit: float
    cardiac_output: float
    glomerular_filtration_rate: float
    urine_flow: float
    bile_flow: float
    volumes: Mapping[str, float]
    flows: Mapping[str, float]
    residual_blood_fraction: Mapping[str, float] = field(default_factory=dict)
    measured: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def portal_flow(self) -> float:
        """Blood flow of the portal vein, gut and spleen together [mL/h]."""
        return self.flows["gut"] + self.flows["spleen"]

    @property
    def liver_flow(self) -> float:
        """Blood flow through the liver, hepatic artery and portal vein [mL/h]."""
        return self.flows["liver"] + self.portal_flow

    @property
    def residual_blood(self) -> dict[str, float]:
        """Blood left in each excised organ [mL]."""
        return {organ: fraction * self.volumes[organ] for organ, fraction in self.residual_blood_fraction.items()}

    def circulation(self) -> dict[tuple[str, str], float]:
        """Blood flow along every vessel, (from, to) -> [mL/h]: arteries, portal vein, veins, lungs.

        Every organ passes on what it receives; the spleen and the gut drain into the liver.
        """
        edges = {("vein", "lung"): self.cardiac_output, ("lung", "artery"): self.cardiac_output}
        for organ, flow in self.flows.items():
            edges["artery", organ] = flow
            edges[organ, "liver" if organ in {"gut", "spleen"} else "vein"] = flow
        edges["liver", "vein"] = self.liver_flow
        return edges

    def to_dict(self) -> dict[str, Any]:
        """Names, volumes [mL], flows [mL/h] and sources."""
        return {
            "species": self.species,
            "set": self.set,
            "body_weight_g": self.body_weight,
            "plasma_volume_mL": self.plasma_volume,
            "blood_volume_mL": self.blood_volume,
            "hematocrit": self.hematocrit,
            "cardiac_output_mL_h": self.cardiac_output,
            "glomerular_filtration_rate_mL_h": self.glomerular_filtration_rate,
            "urine_flow_mL_h": self.urine_flow,
            "bile_flow_mL_h": self.bile_flow,
            "liver_flow_mL_h": self.liver_flow,
            "portal_flow_mL_h": self.portal_flow,
            "volumes_mL": dict(self.volumes),
            "flows_mL_h": dict(self.flows),
            "residual_blood_fraction": dict(self.residual_blood_fraction),
            "measured": list(self.measured),
            "sources": list(self.sources),
        }


def physiology_sets() -> tuple[tuple[str, str], ...]:
    """The (species, set) pairs of the table."""
    return tuple(dict.fromkeys((row["species"], row["set"]) for row in records("physiology")))


def physiology(
    species: str = "mouse",
    set: str | None = None,
    *,
    body_weight: float | None = None,
    organ_weights: Mapping[str, float] | None = None,
) -> Physiology:
    """An animal from a named set, scaled to its body weight.

    V = V0 (W / W0),  Q = Q0 (W / W0)^0.75

    Parameters
    ----------
    species : "mouse", "rat" or "human"
    set : name of the set; the first of the species when None ("httk")
    body_weight : W; that of the set when None [g]
    organ_weights : measured weights of organs, which replace the set's (1 g/mL) [g]

    Returns
    -------
    Physiology

    Raises
    ------
    UnknownNameError : no such species, set or organ
    InputError : a weight is not above 0, or the organs are heavier than the body

    References
    ----------
    Pearce et al., J. Stat. Softw. 79 (2017) 1-26, doi:10.18637/jss.v079.i04
    Davies & Morris, Pharm. Res. 10 (1993) 1093-1095, doi:10.1023/A:1018943613122
    Brown et al., Toxicol. Ind. Health 13 (1997) 407-484, doi:10.1177/074823379701300401
    """
    known = physiology_sets()
    names = [name for kind, name in known if kind == species]
    if not names:
        raise UnknownNameError("species", species, {kind for kind, _ in known})
    chosen = names[0] if set is None else set
    if chosen not in names:
        raise UnknownNameError(f"physiology set of the {species}", chosen, names)
    rows = [row for row in records("physiology") if (row["species"], row["set"]) == (species, chosen)]
    printed = {(row["quantity"], row["organ"]): (float(row["value"]), row["unit"]) for row in rows}
    reference = printed["body_weight", ""][0]
    weight = reference if body_weight is None else body_weight
    if not 0.0 < weight <= _HEAVIEST:
        hint = f"write a weight above 0 and up to {_HEAVIEST:g} g"
        raise InputError(f"a body weight of {weight:g} g", where="body_weight", hint=hint)
    scale = weight / reference

    def read(quantity: str, organ: str = "", *, cardiac_output: float = 0.0) -> float:
        number, unit = printed[quantity, organ]
        return number * _factor(unit, reference, cardiac_output)

    cardiac_output = read("cardiac_output") * scale**FLOW_EXPONENT
    volumes = {organ: read("volume", organ) * scale for kind, organ in printed if kind == "volume"}
    for organ, measured_weight in (organ_weights or {}).items():
        if organ not in volumes:
            raise UnknownNameError("organ", organ, volumes, where="organ_weights")
        if not 0.0 < measured_weight < float("inf"):
            raise InputError(
                f"{organ} of {measured_weight:g} g", where="organ_weights", hint="write a weight above 0 g"
            )
        volumes[organ] = measured_weight / BODY_DENSITY

    vessels = {
        organ: read("flow", organ, cardiac_output=read("cardiac_output")) * scale**FLOW_EXPONENT
        for kind, organ in printed
        if kind == "flow"
    }
    portal = vessels.pop("portal")
    flows = vessels | {"liver": vessels["liver"] - portal, "gut": portal - vessels["spleen"]}

    hematocrit = read("hematocrit")
    if ("plasma_volume", "") in printed:
        plasma = read("plasma_volume") * scale
        blood = plasma / (1.0 - hematocrit)
    else:
        blood = read("blood_volume") * scale
        plasma = blood * (1.0 - hematocrit)
    fractions = {organ: read(kind, organ) for kind, organ in printed if kind == "residual_blood_fraction"}
    in_organs = sum(fraction * volumes[organ] for organ, fraction in fractions.items())
    volumes["rest"] = weight / BODY_DENSITY - sum(volumes.values()) - max(blood - in_organs, 0.0)
    flows["rest"] = cardiac_output - sum(flows.values())
    if volumes["rest"] < -_TOLERANCE * weight:
        heavy = sum(volumes.values()) - volumes["rest"]
        raise InputError(
            f"organs of {heavy:.3g} mL and blood of {blood:.3g} mL in a body of {weight:.3g} g",
            where="organ_weights" if organ_weights else f"physiology set {chosen}",
            hint="check the unit of the weights",
        )
    return Physiology(
        species=species,
        set=chosen,
        body_weight=weight,
        plasma_volume=plasma,
        blood_volume=blood,
        hematocrit=hematocrit,
        cardiac_output=cardiac_output,
        glomerular_filtration_rate=read("glomerular_filtration_rate") * scale**FLOW_EXPONENT,
        urine_flow=read("urine_flow") * scale**FLOW_EXPONENT,
        bile_flow=read("bile_flow") * scale**FLOW_EXPONENT,
        volumes=MappingProxyType(volumes),
        flows=MappingProxyType(flows),
        residual_blood_fraction=MappingProxyType(fractions),
        measured=tuple(organ_weights or ()),
        sources=tuple(sorted({row["source"] for row in rows})),
    )


def _factor(unit: str, weight: float, cardiac_output: float) -> float:
    """What turns a printed number into mL, mL/h or a fraction, at the set's body weight [g]."""
    factors = {
        "g": 1.0,
        "1": 1.0,
        "mL/kg": weight / 1000.0,
        "mL/min": 60.0,
        "mL/day": 1.0 / 24.0,
        "mL/min/kg^0.75": 60.0 * (weight / 1000.0) ** FLOW_EXPONENT,
        "% body weight": weight / 100.0 / BODY_DENSITY,
        "% cardiac output": cardiac_output / 100.0,
    }
    return factors[unit]
