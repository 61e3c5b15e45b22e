"""Ionisation, shell charge, buffers and ionic strength in Zhang et al."""

from __future__ import annotations

import functools
import math

from goldshell.audit.check import Finding, claim, claims_in
from goldshell.audit.verdict import (
    Number,
    Reading,
    Statement,
    above,
    below,
    exact,
    exactly,
    left_open,
    order_reading,
    printed,
    reading,
    states,
    states_order,
)
from goldshell.chemistry import Pka, find_ligand, parse_cluster, shell_charge
from goldshell.chemistry.ligands import ionised_charge
from goldshell.chemistry.titration import hill_coefficient, pka_shift
from goldshell.literature import Row
from goldshell.transport import neutral_fraction

_claim = functools.partial(claim, theme="pH and charge")

_PH = "zhang2026-ph-standard"
_AMINE = "zhang2026-pka-p-atp-amine"
_CARBOXYL = "zhang2026-pka-p-mba-carboxylic"
_NEUTRAL_SHELL = Statement("charges balance", -0.5, 0.5)
_ATOM_CONTRIBUTION_ERROR = 0.677  # standard deviation of log P, Wildman & Crippen 1999, doi:10.1021/ci990307l


@_claim(
    "p-mba-neutral-at-ph-5",
    "At pH 5 the carboxyl of p-MBA is extensively neutral",
    inputs=("zhang2026-ph5-p-mba-neutral", _CARBOXYL, "zhang2026-ph-tested-5"),
    unit="%",
)
def neutral_at_ph_5(said: Row, carboxyl: Row, ph: Row) -> Finding:
    """Neutral fraction under the paper's pKa and under published ones; extensively is read as more than half."""

    def neutral(pka: float) -> float:
        return 100 * float(neutral_fraction(exact(ph).value, (pka,))[0])

    readings = [reading(f"pKa {carboxyl.value} of the paper", neutral, printed(carboxyl))]
    readings += [
        reading(f"pKa {pka.value:g} ({pka.source})", neutral, pka.value) for pka in _others("p-MBA", "carboxyl")
    ]
    return Finding(
        Statement("extensively neutral (more than 50 %)", above(50.0).low, 100.0),
        readings,
        f"1 / (1 + 10^({ph.value} - {carboxyl.value})) = {readings[0].value:.0f} % neutral, "
        f"{100 - readings[0].value:.0f} % ionised; with a measured pKa of {_others('p-MBA', 'carboxyl')[0].value:g}, "
        f"{readings[1].value:.0f} % neutral.",
    )


@_claim(
    "ph-trend-from-carboxyl-ionisation",
    "Ionisation of the carboxyl explains exchange at pH 5, 7 and 9",
    inputs=(
        "zhang2026-ph5-exchange",
        "zhang2026-ph9-exchange",
        _CARBOXYL,
        "zhang2026-ph-tested-5",
        "zhang2026-ph-tested-9",
    ),
)
def ph_trend(low_n: Row, high_n: Row, carboxyl: Row, low_ph: Row, high_ph: Row) -> Finding:
    """Exchange at pH 5 relative to pH 9 against what the carboxyl does: its charge, or the water-side concentration."""
    pka, ligand = printed(carboxyl), find_ligand("p-MBA")
    at = exact(low_ph).value, exact(high_ph).value

    def ionised(value: float) -> float:
        shares = 1 - neutral_fraction(at, (value,))
        return float(shares[0] / shares[1])

    def in_water(value: float, log_p: float) -> float:
        ratios = 10**log_p * neutral_fraction(at, (value,))
        return float((1 + ratios[1]) / (1 + ratios[0]))

    width = 2 * _ATOM_CONTRIBUTION_ERROR
    readings = [
        reading("rate follows the ionised share", ionised, pka),
        reading(
            "rate follows the share in water (log P calculated)",
            in_water,
            pka,
            Number(ligand.logp, ligand.logp - width, ligand.logp + width),
        ),
    ]
    # "negligible" is less than half a ligand; the other count is a whole number
    most = 0.5 / high_n.number
    return Finding(
        Statement(f"below {most:g}", 0.0, most),
        readings,
        f"n is negligible (below 0.5) at pH {low_ph.value} and {high_n.value} at pH {high_ph.value}, a ratio below "
        f"{most:g}. The ionised share has a ratio of {readings[0].value:.2f} only, the share of p-MBA in the water "
        f"{readings[1].value:.2f} ({readings[1].low:.2f} to {readings[1].high:.2f}): partition, not charge, can "
        "carry the "
        "trend.",
    )


@_claim(
    "p-atp-amine-pka",
    "The pKa of the amine of p-ATP is 10.46",
    inputs=(_AMINE,),
)
def amine_pka(said: Row) -> Finding:
    """Published values for this arylamine and its nearest relatives."""
    others = _others("p-ATP", "amine")
    return Finding(
        states(said),
        [reading(_named(pka), lambda pka=pka: pka.value) for pka in others],
        f"Arylamines are far weaker bases: {' and '.join(f'{pka.value:g} ({_named(pka)})' for pka in others)}. "
        f"{said.value} is that of an alkylamine, 10^{said.number - others[0].value:.0f} stronger.",
    )


@_claim(
    "p-atp-shell-zwitterionic",
    "p-ATP on the cluster is positive at pH 7 (zwitterionic shell)",
    inputs=(_AMINE, _PH),
    unit="%",
)
def zwitterionic(quoted: Row, ph: Row) -> Finding:
    """Protonated share of the amine at pH 7 under each pKa."""

    def protonated(pka: float) -> float:
        return 100 / (1 + 10 ** (exact(ph).value - pka))

    def in_dense_shell(pka: float) -> float:
        return 100 * ionised_charge("base", pka + pka_shift(), exact(ph).value, hill_coefficient())

    readings = [reading(f"pKa {quoted.value} as quoted", protonated, printed(quoted))]
    readings += [
        reading(f"pKa {pka.value:g} ({_named(pka)})", protonated, pka.value) for pka in _others("p-ATP", "amine")
    ]
    strongest = max(_others("p-ATP", "amine"), key=lambda pka: pka.value)
    readings.append(
        reading(
            f"pKa {strongest.value:g}, shifted and broadened as in the shell of Au102(p-MBA)44",
            in_dense_shell,
            strongest.value,
        )
    )
    return Finding(
        Statement("positive (more than 50 %)", above(50.0).low, 100.0),
        readings,
        f"At pH {ph.value}, "
        + ", ".join(f"{item.value:.3g} % is protonated with {item.name}" for item in readings)
        + ": the shell is zwitterionic only under the quoted value.",
    )


@_claim(
    "p-atp-shell-charge-balanced",
    "The p-ATP shells balance positive and negative charges",
    inputs=(
        "zhang2026-p-atp-mean-r4",
        "zhang2026-p-atp-mean-r20",
        "zhang2026-p-atp-mean-r50",
        "zhang2026-p-atp-mean-r150",
        _AMINE,
        _PH,
    ),
)
def charge_balance(r4: Row, r20: Row, r50: Row, r150: Row, quoted: Row, ph: Row) -> Finding:
    """Net charge of the four shells at pH 7 under each pKa of the amine."""
    shells = [_shell(int(row.number), ph) for row in (r4, r20, r50, r150)]
    readings = [
        Reading(f"n = {int(row.number)}, pKa of {source}", charge, charge, charge)
        for row, charges in zip((r150, r50, r20, r4), reversed(shells), strict=True)
        for source, charge in sorted(charges.items(), key=lambda item: item[0] != "zhang2026")
    ]
    reference = next(source for source in shells[0] if source != "zhang2026")
    return Finding(
        _NEUTRAL_SHELL,
        readings,
        f"With pKa {quoted.value} the shells of n = 3, 4, 8, 9 carry "
        + ", ".join(_signed(charges["zhang2026"]) for charges in shells)
        + ": only the last is balanced. With an arylamine's pKa they carry "
        + ", ".join(_signed(charges[reference]) for charges in shells)
        + ".",
    )


@_claim(
    "p-atp-shifts-charge-positive",
    "More p-ATP shifts the surface charge gradually positive",
    inputs=(
        "zhang2026-p-atp-charge-order",
        "zhang2026-p-atp-mean-r4",
        "zhang2026-p-atp-mean-r20",
        "zhang2026-p-atp-mean-r50",
        "zhang2026-p-atp-mean-r150",
        _PH,
    ),
)
def charge_shift(said: Row, r4: Row, r20: Row, r50: Row, r150: Row, ph: Row) -> Finding:
    """The order holds whether the amine is charged or not: a sulfonate leaves either way."""
    rows = {"feed 4": r4, "feed 20": r20, "feed 50": r50, "feed 150": r150}
    charges = {feed: _shell(int(row.number), ph) for feed, row in rows.items()}
    charges["feed 0"] = _shell(0, ph)
    sources = list(charges["feed 4"])
    readings = [
        order_reading(
            f"pKa of {source}",
            said,
            {feed: found.get(source, next(iter(found.values()))) for feed, found in charges.items()},
        )
        for source in sources
    ]
    return Finding(
        states_order(said),
        readings,
        "Each exchange removes one sulfonate: the shell gains 2 charges per p-ATP if the amine is protonated and 1 "
        "if not, so the observed shift does not tell the two apart; zeta potentials are not in the text.",
    )


@_claim(
    "charge-explains-p-atp-against-mp",
    "Charge explains why -NH2 and -OH shells differ in the mouse",
    inputs=("zhang2026-mp-charge-order", _AMINE, _PH),
)
def amine_against_hydroxyl(said: Row, quoted: Row, ph: Row) -> Finding:
    """Charge of bound p-ATP minus that of bound MP."""
    phenol = find_ligand("MP").charge(exact(ph).value, bound=True)

    def difference(pka: float) -> float:
        return 1 / (1 + 10 ** (exact(ph).value - pka)) - phenol

    readings = [reading(f"pKa {quoted.value} as quoted", difference, printed(quoted))]
    readings += [
        reading(f"pKa {pka.value:g} ({_named(pka)})", difference, pka.value) for pka in _others("p-ATP", "amine")
    ]
    return Finding(
        Statement(said.value, 0.5, math.inf),
        readings,
        f"Per ligand at pH {ph.value}, p-ATP is {readings[0].value:.2f} charges above MP with the quoted pKa but "
        f"{readings[1].value:.3f} with an arylamine's: then both shells have the same charge, and something else must "
        "differ.",
    )


@_claim(
    "p-mbsa-carboxylate",
    "Au25(p-MBSA)18 bears exclusively carboxylate groups",
    inputs=("zhang2026-p-mbsa-called-carboxylate", "zhang2026-au25-ligand-count"),
)
def carboxylate(said: Row, sites: Row) -> Finding:
    """Carboxyl and sulfonate groups in the structure of p-MBSA."""
    groups = [pka.group for pka in find_ligand("p-MBSA").pka if not pka.on_donor]
    return Finding(
        exactly(said.number),
        (reading("structure of p-MBSA", lambda: sites.number * groups.count("carboxyl")),),
        f"p-MBSA, {find_ligand('p-MBSA').formula.hill()}, has {groups.count('sulfonate')} sulfonate and "
        f"{groups.count('carboxyl')} carboxyl: {sites.value} ligands bring "
        f"{sites.number * groups.count('sulfonate'):g} sulfonates and no carboxylate.",
    )


@_claim(
    "ntp-and-mp-neutral",
    "NTP and MP are neutral on the cluster",
    inputs=("zhang2026-ligand-charge-order", _PH),
)
def neutral_ligands(said: Row, ph: Row) -> Finding:
    """Charge of the bound ligands."""
    charges = {name: find_ligand(name).charge(exact(ph).value, bound=True) for name in ("NTP", "MP")}
    return Finding(
        Statement("neutral", -0.5, 0.5),
        [reading(name, lambda charge=charge: charge) for name, charge in charges.items()],
        f"At pH {ph.value}, bound: "
        + ", ".join(f"{name} {_signed(charge, 3)}" for name, charge in charges.items())
        + " charges.",
        every=True,
    )


@_claim(
    "ntp-p-atp-mp-hydrophilic",
    "NTP, p-ATP and MP are hydrophilic",
    inputs=("zhang2026-ligand-hydrophilicity-order", _AMINE, _PH),
)
def hydrophilic(said: Row, quoted: Row, ph: Row) -> Finding:
    """Calculated log P: below 0, or below that of TP, which the paper calls hydrophobic."""
    log_p = {name: find_ligand(name).logp for name in ("NTP", "p-ATP", "MP", "TP")}
    highest = max(value for name, value in log_p.items() if name != "TP")
    width = 2 * _ATOM_CONTRIBUTION_ERROR
    charged = log_p["p-ATP"] - math.log10(1 + 10 ** (quoted.number - exact(ph).value))
    return Finding(
        Statement("hydrophilic (log P below 0)", -math.inf, below(0.0).high),
        (
            Reading("prefers water: highest log P", highest, highest - width, highest + width),
            reading("less lipophilic than TP: highest log P minus that of TP", lambda: highest - log_p["TP"]),
        ),
        "Calculated log P: "
        + ", ".join(f"{name} {value:.2f}" for name, value in log_p.items())
        + ": all prefer the organic phase and lie little below TP; p-ATP would be hydrophilic "
        f"(log D {charged:.1f}) only with pKa {quoted.value}.",
    )


@_claim(
    "buffer-ph-4",
    "pH 4 was held by a sodium tetraborate buffer",
    inputs=("zhang2026-stability-ph4", "buffer-ph-tetraborate"),
)
def tetraborate(said: Row, buffer: Row) -> Finding:
    """pH of the tetraborate standard, with one unit on either side as its useful range."""
    return _buffer(said, buffer, "sodium tetraborate")


@_claim(
    "buffer-ph-9",
    "pH 9 was held by a potassium hydrogen phthalate buffer",
    inputs=("zhang2026-stability-ph9", "buffer-ph-phthalate"),
)
def phthalate(said: Row, buffer: Row) -> Finding:
    """pH of the phthalate standard, with one unit on either side as its useful range."""
    return _buffer(said, buffer, "potassium hydrogen phthalate")


@_claim(
    "buffered-at-ph-7",
    "The aqueous phase is buffered at pH 7.0",
    inputs=(_PH, "zhang2026-two-phase-ph", "buffer-pka-acetic-acid"),
)
def buffered(said: Row, method: Row, pka: Row) -> Finding:
    """Acetic acid is the only reagent named for the pH; it buffers near its pKa."""
    free = 1 / (1 + 10 ** (exact(said).value - pka.number))
    capacity = 4 * free * (1 - free)
    return Finding(
        states(said),
        (Reading("acetic acid, within one unit of its pKa", pka.number, pka.number - 1, pka.number + 1),),
        f"Methods set pH {method.value} with dilute acetic acid (pKa {pka.value}), of which {100 * free:.1f} % is "
        f"left as acid at pH {said.value}: {100 * capacity:.0f} % of its capacity at pH {pka.value}. No other buffer "
        "is named.",
    )


@_claim(
    "ph-7-holds-at-100-to-1",
    "The water stays at pH 7 with 2.5 mM p-MBA (100:1)",
    inputs=("zhang2026-fig3-ph", "zhang2026-fig3-thiol-concentration", _CARBOXYL),
    wanted=("zhang2026-buffer-concentration",),
)
def acidified(said: Row, thiol: Row, carboxyl: Row, buffer: Row | None) -> Finding:
    """pH of unbuffered water with that much of a carboxylic acid; the buffer is not stated."""

    def unbuffered(pka: float) -> float:
        ka, acid = 10**-pka, exact(thiol, "M").value
        return -math.log10((-ka + math.sqrt(ka**2 + 4 * ka * acid)) / 2)

    acid_ph = reading("no buffer", unbuffered, printed(carboxyl))
    readings = [acid_ph]
    if buffer is None:
        readings.append(left_open("a buffer of unstated strength", acid_ph.value, 7.0))
    else:
        # each mole of acid turns one of buffer; half of it is available at its pKa
        enough = exact(buffer, "mM").value / 2 > exact(thiol, "mM").value
        readings = [reading("buffer as stated", lambda: said.number)] if enough else readings
    return Finding(
        states(said),
        readings,
        f"{thiol.value} mM of an acid of pKa {carboxyl.value} takes unbuffered water to pH {acid_ph.value:.1f}; "
        f"holding pH {said.value} needs several mM of a buffer, and its concentration is not stated.",
    )


def _others(ligand: str, group: str) -> list[Pka]:
    """Values of a group's pKa from other sources than the paper."""
    return [pka for pka in find_ligand(ligand).pka if pka.group == group and pka.source != "zhang2026"]


def _named(pka: Pka) -> str:
    return f"{pka.analogue}, {pka.source}" if pka.analogue else pka.source


def _signed(charge: float, digits: int = 0) -> str:
    """A charge with its sign, and 0 without."""
    text = f"{charge:+.{digits}f}"
    return text if float(text) else "0"


def _shell(n: int, ph: Row) -> dict[str, float]:
    """Charge of the shell Au25(p-MBSA)18-n(p-ATP)n at a pH by source of the amine's pKa, sites independent."""
    shell = "(p-MBSA)18" if n == 0 else f"(p-MBSA){18 - n}(p-ATP){n}"
    found = shell_charge(parse_cluster(f"[Au25{shell}]-"), exact(ph).value)
    return {item.pka_source: item.independent for item in found.charges}


def _buffer(said: Row, buffer: Row, name: str) -> Finding:
    return Finding(
        states(said),
        (Reading(f"{name}, within one unit of its standard", buffer.number, buffer.number - 1, buffer.number + 1),),
        f"{name[0].upper()}{name[1:]} is the pH standard of {buffer.value} at 25 degC and buffers within about one "
        f"unit of it, not at pH {said.value}: the buffers of pH 4 and pH 9 look swapped.",
    )


CLAIMS = claims_in(globals())
