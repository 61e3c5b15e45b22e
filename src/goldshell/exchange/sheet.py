"""A protocol sheet as data: amounts, numbered steps that name their literature rows, checks, and all of it as text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldshell.errors import UnknownNameError
from goldshell.exchange.weighing import volume_text

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a protocol.

    Parameters
    ----------
    text : what to do
    rows : ids of the literature rows that its numbers come from; empty where they follow from the design
    """

    text: str
    rows: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {"text": self.text, "rows": list(self.rows)}


@dataclass(frozen=True, slots=True)
class Amount:
    """What is put in of one substance.

    Parameters
    ----------
    substance, role : name and what it is there for
    volume_mL : of the solution or liquid [mL]
    concentration_mM : of the solution, NaN for a pure liquid [mM]
    amount_umol : NaN for a solvent [umol]
    mass_mg : NaN for a solvent [mg]
    rows : ids of literature rows
    """

    substance: str
    role: str
    volume_mL: float
    concentration_mM: float = math.nan
    amount_umol: float = math.nan
    mass_mg: float = math.nan
    rows: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {name: list(item) if isinstance(item := getattr(self, name), tuple) else item for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Protocol:
    """A recipe at one scale.

    Parameters
    ----------
    kind : "synthesis", "two-phase" or "one-phase"
    title : what is made
    scale : factor on the published amounts [1]
    amounts : what is put in
    steps : in order
    concentrations_mM : after everything is in, by substance and region [mM]
    ratios : "ligand_to_gold", "feed_ratio" ... [1]
    clusters_umol, clusters_mg : theoretical yield (synthesis) or clusters put in (exchange)
    limited_by : what the theoretical yield is limited by
    checks : statements about solubility, dilution, weighing
    warnings : advice to the user
    """

    kind: str
    title: str
    scale: float
    amounts: tuple[Amount, ...]
    steps: tuple[Step, ...]
    concentrations_mM: dict[str, float]
    ratios: dict[str, float]
    clusters_umol: float
    clusters_mg: float
    limited_by: str
    checks: tuple[str, ...]
    warnings: tuple[str, ...]

    def amount(self, substance: str, role: str = "") -> Amount:
        """The amount of a substance; of several, that with this role.

        Raises
        ------
        UnknownNameError : not in the recipe
        """
        for item in self.amounts:
            if item.substance == substance and role in ("", item.role):
                return item
        raise UnknownNameError("substance of the protocol", substance, [item.substance for item in self.amounts])

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output."""
        return {
            "kind": self.kind,
            "title": self.title,
            "scale": self.scale,
            "amounts": [item.to_dict() for item in self.amounts],
            "steps": [{"number": number, **step.to_dict()} for number, step in enumerate(self.steps, start=1)],
            "concentrations_mM": dict(self.concentrations_mM),
            "ratios": dict(self.ratios),
            "clusters_umol": self.clusters_umol,
            "clusters_mg": self.clusters_mg,
            "limited_by": self.limited_by,
            "checks": list(self.checks),
            "warnings": list(self.warnings),
            "sheet": self.to_text(),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per substance."""
        import pandas as pd

        return pd.DataFrame([item.to_dict() for item in self.amounts])

    def to_text(self) -> str:
        """The protocol sheet."""
        lines = [self.title, "=" * len(self.title), ""]
        for item in self.amounts:
            parts = [volume_text(item.volume_mL)]
            if math.isfinite(item.concentration_mM):
                parts.append(f"{item.concentration_mM:.4g} mM")
            if math.isfinite(item.amount_umol):
                parts.append(f"{item.amount_umol:.4g} umol")
            if math.isfinite(item.mass_mg):
                parts.append(f"{item.mass_mg:.3g} mg")
            lines.append(f"  {item.substance} ({item.role}): {', '.join(parts)}")
        lines.append("")
        for number, step in enumerate(self.steps, start=1):
            rows = f" [{', '.join(step.rows)}]" if step.rows else ""
            lines.append(f"{number}. {step.text}{rows}")
        lines += ["", *(f"- {text}" for text in (*self.checks, *self.warnings))]
        return "\n".join(lines) + "\n"
