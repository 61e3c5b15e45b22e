"""Table 1 of Sang et al.: biodistribution and tumour uptake of seven gold and eight other particles, row by row."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Mapping, Sequence

from goldshell.audit.check import Finding, claim, claims_in
from goldshell.audit.sang2024.organs import MICE
from goldshell.audit.verdict import (
    Reading,
    Statement,
    exact,
    exactly,
    left_open,
    printed,
    reading,
    states,
)
from goldshell.fate.physiology import physiology
from goldshell.literature import Row

_claim = functools.partial(claim, theme="Table 1 by itself")
_claim_of_text = functools.partial(claim, theme="Table 1 against the text")

GOLD = ("gs-aunps", "gs-198au-aunps", "cy-psma-1-au25-ncs", "au-dtdtpa", "02pmiz-aunps", "peg-aunps", "gs-au-ncs")
OTHERS = (
    "inas-inp-znse-qds", "ag2s-qds-bsa", "cu2xs-nds", "ti2n-qds", "ag2s-qds-gsh", "bi-nps", "wo3x-nps", "pvp-zrc-nds",
)  # fmt: skip
_NO_URINE = ("gs-au-ncs", "inas-inp-znse-qds", "ag2s-qds-bsa", "ti2n-qds", "ag2s-qds-gsh", "bi-nps", "wo3x-nps")
_NO_TUMOUR = ("gs-aunps", "gs-198au-aunps", "ag2s-qds-bsa")
_NO_HD = ("inas-inp-znse-qds", "ag2s-qds-bsa", "ti2n-qds", "ag2s-qds-gsh", "bi-nps", "pvp-zrc-nds")
_BODY_WEIGHT = 20.0  # g; the table states no animal

_LIVER, _SPLEEN, _TUMOUR, _URINE = "liver-uptake", "spleen-uptake", "tumour-uptake", "urine-excretion"


def _cells(particles: Sequence[str], *columns: str) -> tuple[str, ...]:
    """Ids of the cells that hold a number."""
    absent = {_URINE: _NO_URINE, _TUMOUR: _NO_TUMOUR, "hydrodynamic-diameter": _NO_HD, "core-diameter": _NO_HD[:1]}
    return tuple(
        f"sang2024-table1-{particle}-{column}"
        for particle in particles
        for column in columns
        if particle not in absent.get(column, ())
    )


def interval(row: Row) -> tuple[float, float]:
    """What a cell allows: the number itself, below it down to 0, or above it (urine: up to 100 %)."""
    if row.relation == "<":
        return 0.0, row.number
    if row.relation == ">":
        return row.number, 100.0 if row.unit == "%" else math.inf
    return row.number, row.number


def _by_particle(rows: Sequence[Row]) -> dict[str, dict[str, Row]]:
    """Particle -> column -> row, from the ids."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        name = row.id.removeprefix("sang2024-table1-")
        particle = next(item for item in (*GOLD, *OTHERS) if name.startswith(item))
        found.setdefault(particle, {})[name.removeprefix(f"{particle}-")] = row
    return found


def _recovered(cells: Mapping[str, Row], mouse: str) -> tuple[float, float]:
    """Limits of urine, liver and spleen together in a mouse [%ID]."""
    volumes = physiology("mouse", mouse, body_weight=_BODY_WEIGHT).volumes  # mL, which is g at 1 g/mL
    grams = {_URINE: 1.0, _LIVER: volumes["liver"], _SPLEEN: volumes["spleen"]}
    limits = [(interval(row), grams[column]) for column, row in cells.items()]
    return sum(low * gram for (low, _), gram in limits), sum(high * gram for (_, high), gram in limits)


def _recovery(rows: Sequence[Row]) -> Finding:
    readings, least = [], {}
    for cells in _by_particle(rows).values():
        for mouse in MICE:
            low, high = _recovered(cells, mouse)
            readings.append(Reading(f"{cells[_LIVER].subject}, mouse set {mouse}", low, low, high))
            least[cells[_LIVER].subject, mouse] = low
    (name, mouse), top = max(least.items(), key=lambda item: item[1])
    unsure = {one.name.partition(", mouse")[0] for one in readings if one.high > 100.0}
    return Finding(
        Statement("at most 100", 0.0, 100.0),
        sorted(readings, key=lambda one: -one.value),
        f"Urine, plus %ID/g times the organs of a {_BODY_WEIGHT:g} g mouse, is at least {top:.0f} %ID for {name} (set "
        f"{mouse}), the most of these rows. The bounds of {len(unsure)} of {len(_by_particle(rows))} rows would also "
        "allow more than 100 %ID; body weights and doses are not in the table.",
        every=True,
    )


@_claim(
    "table1-recovery-gold",
    "Gold rows of Table 1 stay within the injected dose",
    inputs=_cells(GOLD, _URINE, _LIVER, _SPLEEN),
    unit="%ID",
)
def recovery_gold(*rows: Row) -> Finding:
    """Urine and organs of every gold row, in both mouse sets."""
    return _recovery(rows)


@_claim(
    "table1-recovery-others",
    "The other rows of Table 1 stay within the injected dose",
    inputs=_cells(OTHERS, _URINE, _LIVER, _SPLEEN),
    unit="%ID",
)
def recovery_others(*rows: Row) -> Finding:
    """Urine and organs of every other row, in both mouse sets."""
    return _recovery(rows)


@_claim(
    "table1-gold-accounted-for",
    "The gold of GS-AuNPs is accounted for at 24 h",
    inputs=_cells(("gs-aunps",), _URINE, _LIVER, _SPLEEN),
    wanted=("sang2024-table1-gs-aunps-rest-of-the-body",),
    unit="%ID",
)
def accounted(urine: Row, liver: Row, spleen: Row, rest: Row | None) -> Finding:
    """Urine, liver and spleen; faeces, blood and carcass are not columns of the table."""
    found = {name: _recovered({_URINE: urine, _LIVER: liver, _SPLEEN: spleen}, name)[0] for name in MICE}
    readings = (
        [] if rest is None else [reading(f"with the rest, {n}", lambda x=x: x + rest.number) for n, x in found.items()]
    )
    return Finding(
        Statement("100 %ID (within 10)", 90.0, 110.0),
        readings,
        f"Urine {urine.value} %, liver {liver.value} and spleen {spleen.value} %ID/g make "
        + " or ".join(f"{x:.0f} %ID ({name})" for name, x in found.items())
        + f" in a {_BODY_WEIGHT:g} g mouse; the other {100 - max(found.values()):.0f} %ID have no column.",
    )


@_claim(
    "table1-core-within-particle",
    "No core of Table 1 exceeds its hydrodynamic diameter",
    inputs=(
        *_cells(GOLD, "core-diameter", "hydrodynamic-diameter"),
        *_cells(("cu2xs-nds", "wo3x-nps"), "core-diameter", "hydrodynamic-diameter"),
    ),
    unit="nm",
)
def core_within(*rows: Row) -> Finding:
    """HD less core of every row that has both."""
    shells = []
    for cells in _by_particle(rows).values():
        core, whole = interval(cells["core-diameter"]), interval(cells["hydrodynamic-diameter"])
        shells.append(
            Reading(cells["core-diameter"].subject, whole[0] - core[1], whole[0] - core[1], whole[1] - core[0])
        )
    shells.sort(key=lambda one: one.value)
    return Finding(
        Statement("above 0", 0.0, math.inf),
        shells,
        "HD less core: " + ", ".join(f"{one.name} {one.value:.1f}" for one in shells) + " nm.",
        every=True,
    )


@_claim(
    "table1-gsh-shell",
    "One ligand, GSH, adds the same to every core (our hypothesis)",
    inputs=_cells(("gs-aunps", "gs-198au-aunps", "gs-au-ncs"), "core-diameter", "hydrodynamic-diameter"),
    unit="nm",
)
def gsh_shell(*rows: Row) -> Finding:
    """HD less core of the three GSH rows, against the first of them."""
    found = {}
    for cells in _by_particle(rows).values():
        core, whole = cells["core-diameter"], cells["hydrodynamic-diameter"]
        label = f"{core.subject}, core {core.value} nm"
        found[label] = reading(label, lambda a, b: round(a - b, 9), printed(whole), printed(core))
    first, *others = found.values()
    return Finding(
        Statement(first.value, first.low, first.high),
        others,
        "HD less core is "
        + ", ".join(f"{one.value:.1f} nm ({one.name})" for one in found.values())
        + ": more than twice as thick on the smallest core. Different HD methods, or a size that is not the core.",
        every=True,
    )


@_claim(
    "table1-ultrasmall",
    "The other particles of Table 1 are ultrasmall (below 3 nm)",
    inputs=("sang2024-ultrasmall-core-diameter-intro", *_cells(OTHERS, "core-diameter")),
    unit="nm",
)
def ultrasmall(limit: Row, *cores: Row) -> Finding:
    """Cores of the rows that the table's title calls ultrasmall inorganic nanoparticles."""
    readings = []
    for row in cores:
        low, high = interval(row)
        readings.append(Reading(row.subject, high, low, high))
    readings.sort(key=lambda one: -one.value)
    larger = [one for one in readings if one.low >= limit.number]
    return Finding(
        states(limit),
        readings,
        f"{len(larger)} of {len(cores)} cores are {limit.value} nm or more ("
        + ", ".join(f"{one.name} {one.value:g}" for one in larger)
        + "), while every gold core is smaller: the comparison mixes material and size.",
        every=True,
    )


@_claim(
    "table1-one-time-per-row",
    "Urine and organs of a row share one time",
    inputs=("sang2024-table1-cu2xs-nds-time-post-injection", "sang2024-table1-cu2xs-nds-urine-time"),
    unit="h",
)
def one_time(row_time: Row, urine_time: Row) -> Finding:
    """The time column against the time in the urine cell."""
    return Finding(
        states(row_time),
        (reading("urine cell", float, exact(urine_time)),),
        f"Cu2-xS NDs: the row is of {row_time.value} h, its urine cell of {urine_time.value} h; at {row_time.value} h "
        "urine is less than printed, so urine and organs of this row cannot be added.",
    )


@_claim(
    "table1-au25-spleen",
    "The Au25 row has a low spleen, as other gold rows have",
    inputs=_cells(("cy-psma-1-au25-ncs", *(name for name in GOLD if name != "cy-psma-1-au25-ncs")), _SPLEEN),
    unit="%ID/g",
)
def au25_spleen(cell: Row, *others: Row) -> Finding:
    """The bound of the Au25 cell against the largest of the other gold rows."""
    largest = max(interval(row)[1] for row in others)
    return Finding(
        Statement(f"below {largest:g}, the largest other bound", 0.0, largest),
        (
            left_open("as printed", *interval(cell)),
            left_open("a decimal point lost", 0.0, cell.number / 10),
        ),
        f"< {cell.value} %ID/g is {cell.number / largest:.0f} times the largest bound of the other gold rows (< "
        f"{largest:g}), and the liver of the same row is < 3. As a bound it excludes nothing; < {cell.number / 10:g} "
        "would fit the row.",
    )


@_claim_of_text(
    "table1-liver-lower-than-others",
    "Gold stays less in liver than the other particles",
    inputs=("sang2024-tumour-table1-claim-liver", *_cells((*GOLD, *OTHERS), _LIVER)),
)
def liver_lower(said: Row, *rows: Row) -> Finding:
    """Every gold row against every other row, with the signs of the cells."""
    return _compared(said, rows, _LIVER, gold_higher=False)


@_claim_of_text(
    "table1-spleen-lower-than-others",
    "Gold stays less in spleen than the other particles",
    inputs=("sang2024-tumour-table1-claim-spleen", *_cells((*GOLD, *OTHERS), _SPLEEN)),
)
def spleen_lower(said: Row, *rows: Row) -> Finding:
    """As for liver."""
    return _compared(said, rows, _SPLEEN, gold_higher=False)


@_claim_of_text(
    "table1-urine-higher-than-others",
    "Gold is cleared by the kidney faster than the others",
    inputs=("sang2024-tumour-table1-claim-renal-clearance", *_cells((*GOLD, *OTHERS), _URINE)),
)
def urine_higher(said: Row, *rows: Row) -> Finding:
    """As for liver; most other rows have no urine."""
    return _compared(said, rows, _URINE, gold_higher=True)


@_claim_of_text(
    "table1-balance-of-targeting",
    "Gold balances tumour uptake and clearance better",
    inputs=("sang2024-tumour-table1-claim-balance", *_cells((*GOLD, *OTHERS), _TUMOUR, _LIVER)),
)
def balance(said: Row, *rows: Row) -> Finding:
    """Tumour over liver, the one measure that most rows allow; the review defines none."""
    found = {}
    for particle, cells in _by_particle(rows).items():
        if _TUMOUR in cells:
            (low, high), (liver_low, liver_high) = interval(cells[_TUMOUR]), interval(cells[_LIVER])
            found[particle] = low / liver_high, high / liver_low if liver_low else math.inf
    return _pairs(said, found, "tumour over liver", gold_higher=True)


@_claim_of_text(
    "sizes-quoted-twice",
    "Sizes in the text are those of Table 1",
    inputs=(
        "sang2024-ct-gs-aunps-diameter",
        "sang2024-passive-peg-aunps-diameter",
        "sang2024-nuclear-gs-198au-aunps-diameter",
        "sang2024-acidity-charge-reversal-aunps-diameter",
        *_cells(("gs-aunps", "peg-aunps", "gs-198au-aunps", "02pmiz-aunps"), "core-diameter"),
    ),
    unit="nm",
)
def sizes_twice(*rows: Row) -> Finding:
    """Core of Table 1 less the size in the text, within the digits of both."""
    texts, cores = rows[:4], rows[4:]
    readings = [
        reading(
            f"{core.subject}: {core.value} and {text.value} nm",
            lambda a, b: round(a - b, 9),
            printed(core),
            printed(text),
        )
        for text, core in zip(texts, cores, strict=True)
    ]
    return Finding(
        exactly(0.0, "the same (difference of 0)"),
        readings,
        "; ".join(one.name for one in readings) + ". The text says size; it is the core of the table in each case.",
        every=True,
    )


@_claim_of_text(
    "tumour-uptake-of-charge-reversal",
    "Charge-reversal particles reach 9 %ID/g in the tumour",
    inputs=(
        "sang2024-acidity-optimised-aunps-tumour-uptake",
        "sang2024-table1-02pmiz-aunps-tumour-uptake",
        "sang2024-table1-02pmiz-aunps-time-post-injection",
    ),
    wanted=("sang2024-acidity-optimised-aunps-time",),
    unit="%ID/g",
)
def charge_reversal_uptake(said: Row, cell: Row, time: Row, text_time: Row | None) -> Finding:
    """The text against Table 1, same reference and HD; the text gives no time."""
    readings = [reading(f"Table 1, {time.value} h", float, printed(cell))]
    if text_time is None or text_time.number != time.number:
        readings.append(left_open("another time than the table", 0.0, math.inf))
    return Finding(
        states(said),
        readings,
        f"Section 4.3 has ~{said.value} %ID/g, Table 1 {cell.value} %ID/g at {time.value} h for the same particle (HD "
        f"4.2 nm, ref. 159), {said.number / cell.number:.1f} times less; the text names no time.",
    )


@_claim_of_text(
    "liver-uptake-of-charge-reversal",
    "Charge-reversal particles leave 2 %ID/g in the liver",
    inputs=("sang2024-table1-02pmiz-aunps-liver-uptake", "sang2024-acidity-optimised-aunps-liver-uptake"),
    unit="%ID/g",
)
def charge_reversal_liver(cell: Row, text: Row) -> Finding:
    """The text against the bound of Table 1."""
    return Finding(
        states(cell),
        (reading("section 4.3", float, printed(text)),),
        f"~{text.value} %ID/g in section 4.3 lies below the < {cell.value} %ID/g of Table 1.",
    )


def _compared(said: Row, rows: Sequence[Row], column: str, *, gold_higher: bool) -> Finding:
    """The claim for one column, over all pairs of a gold and another row."""
    found = {particle: interval(cells[column]) for particle, cells in _by_particle(rows).items()}
    return _pairs(said, found, column.replace("-", " "), gold_higher=gold_higher)


def _pairs(said: Row, found: Mapping[str, tuple[float, float]], what: str, *, gold_higher: bool) -> Finding:
    """Share of pairs that keep the order, that reverse it, and that the signs leave open."""
    kept = reversed_ = 0
    pairs = list(itertools.product((one for one in GOLD if one in found), (one for one in OTHERS if one in found)))
    for gold, other in pairs:
        high, low = (found[gold], found[other]) if gold_higher else (found[other], found[gold])
        kept += high[0] >= low[1] and high != low
        reversed_ += low[0] >= high[1] and high != low
    share, possible = kept / len(pairs), 1 - reversed_ / len(pairs)
    open_pairs = len(pairs) - kept - reversed_
    one = (
        left_open("every gold row against every other", share, possible)
        if open_pairs and not reversed_
        else Reading("every gold row against every other", share, share, possible)
    )
    gold_rows = sum(one in found for one in GOLD)
    return Finding(
        exactly(1.0, f"{said.value} in all pairs"),
        (one,),
        f"{what.capitalize()} in {gold_rows} gold and {len(found) - gold_rows} other rows, {len(pairs)} pairs: {kept} "
        f"keep the order, {reversed_} reverse it, {open_pairs} are left open by < and >. Times run from 4 to 48 h.",
    )


CLAIMS = claims_in(globals())
