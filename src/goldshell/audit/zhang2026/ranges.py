"""Fig. 4 of Zhang et al.: ranges of n against the feed, in two phases and in water only."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence

from goldshell.audit.check import Finding, claim, claims_in
from goldshell.audit.verdict import (
    Reading,
    Statement,
    above,
    below,
    exact,
    exactly,
    left_open,
    printed,
    reading,
    states,
)
from goldshell.audit.zhang2026.composition import population_sets, width
from goldshell.chemistry.composition import (
    DETECTION_THRESHOLD,
    binomial_distribution,
    detected_range,
    read_populations,
)
from goldshell.chemistry.feasibility import RangeFeasibility, range_feasibility
from goldshell.literature import Row

_claim = functools.partial(claim, theme="ranges of Fig. 4")

_FEEDS = (1, 2, 4, 6, 9)
_TWO_PHASE = tuple(f"zhang2026-fig4-r{feed}-two-phase" for feed in _FEEDS)
_WATER = tuple(f"zhang2026-fig4-r{feed}-water-only" for feed in _FEEDS)
_FEED_ROWS = tuple(f"zhang2026-fig4-r{feed}-feed-ratio" for feed in _FEEDS)
_POPULATIONS = ("zhang2026-population-n16", "zhang2026-population-n17", "zhang2026-population-n18")
_SITES = "zhang2026-au25-ligand-count"
_FORMULAS = (
    *((row, f"{row}-remaining") for row in (*_TWO_PHASE, *_WATER)),
    *(
        (f"zhang2026-{name}-range", f"zhang2026-{name}-range-remaining")
        for name in ("mpa", "mha", "ntp", "p-atp", "mp")
    ),
    *((f"zhang2026-p-atp-mean-r{feed}", f"zhang2026-p-atp-mean-remaining-r{feed}") for feed in (4, 20, 50, 150)),
    *((f"zhang2026-{rank}-abundant-incoming", f"zhang2026-{rank}-abundant-remaining") for rank in ("most", "second")),
)  # (incoming ligands, remaining ligands) of every printed formula
_R100 = "zhang2026-feed-ratio-100"


@_claim(
    "fig4-two-phase-mass-balance",
    "Two-phase ranges of Fig. 4 are possible at their feeds",
    inputs=(*_TWO_PHASE, *_FEED_ROWS),
)
def mass_balance_two_phase(*rows: Row) -> Finding:
    """Least mean n that shows each range, over the feed; mean n cannot exceed the feed."""
    return _mass_balance(rows[: len(_FEEDS)], rows[len(_FEEDS) :])


@_claim(
    "fig4-water-only-mass-balance",
    "Water-only ranges of Fig. 4 are possible at their feeds",
    inputs=(*_WATER, *_FEED_ROWS),
)
def mass_balance_water(*rows: Row) -> Finding:
    """As for two phases."""
    return _mass_balance(rows[: len(_FEEDS)], rows[len(_FEEDS) :])


@_claim(
    "one-exchange-constant-fits-fig4",
    "One exchange constant (our hypothesis) fits 100:1 and R = 9",
    inputs=(_TWO_PHASE[4], _FEED_ROWS[4], _TWO_PHASE[3], _FEED_ROWS[3], *_POPULATIONS, _SITES, _R100),
)
def one_constant(
    r9: Row, feed9: Row, r6: Row, feed6: Row, n16: Row, n17: Row, n18: Row, sites: Row, feed: Row
) -> Finding:
    """K from the mean at 100:1; the lowest species that its binomial shows at R = 9, at several thresholds."""
    total = sites.number
    mean = read_populations(next(iter(population_sets(n16, n17, n18).values())), int(total)).mean
    constant = mean / (total - mean) * mean / (feed.number - mean)
    means = {row.number: _equilibrium_mean(constant, row.number, total) for row in (feed6, feed9)}
    predicted = binomial_distribution(int(total), means[feed9.number] / total)
    readings = []
    for threshold in (DETECTION_THRESHOLD, 0.05, 0.1):
        lowest = float(detected_range(predicted, threshold)[0])
        readings.append(Reading(f"detection at {100 * threshold:g} % of the largest", lowest, lowest, lowest))
    return Finding(
        exactly(r9.low),
        readings,
        f"Mean {mean:.1f} at R = {feed.value} gives K = {mean:.1f}/{total - mean:.1f} x "
        f"{mean:.1f}/{feed.number - mean:.1f} = {constant:.2f}, "
        f"hence means of {means[feed6.number]:.1f} at R = {feed6.value} and {means[feed9.number]:.2f} at R = "
        f"{feed9.value}; equal sites would "
        f"then show n from {readings[0].value:.0f} ({readings[2].value:.0f} at a 10 % threshold), but the smallest n "
        "reported at "
        f"R = {feed9.value} is {r9.low:g}.",
    )


@_claim(
    "fig4-narrower-at-low-feed",
    "Two-phase shells are narrower at feeds of 0 to 6",
    inputs=("zhang2026-narrow-at-low-feed", *_TWO_PHASE, *_WATER, *_FEED_ROWS),
)
def narrower_at_low_feed(said: Row, *rows: Row) -> Finding:
    """Species counted in each printed range, where the feed is inside the claim."""
    widths = [item for item in _widths(rows) if said.low <= item[0] <= said.high]
    return _narrower(widths, "")


@_claim(
    "fig4-broader-water-only-throughout",
    "Water-only shells are broader over almost the whole range",
    inputs=("zhang2026-order-width-all-feeds", *_TWO_PHASE, *_WATER, *_FEED_ROWS),
)
def broader_throughout(said: Row, *rows: Row) -> Finding:
    """Every printed feed."""
    return _narrower(_widths(rows), "; ranges above R = 9 are not printed")


@_claim(
    "etching-negligible-at-low-feed",
    "At feeds up to 9, exchange and not etching sets the shells",
    inputs=(
        "zhang2026-order-width-all-feeds",
        "zhang2026-etching-order-thiol",
        "zhang2026-intact-water-only",
        "zhang2026-intact-reaction-time",
        "zhang2026-fig3-reaction-time-water-only",
        "zhang2026-single-phase-time",
        _FEED_ROWS[4],
        _R100,
    ),
    unit="%",
)
def etching_at_low_feed(
    said: Row, order: Row, left: Row, text: Row, caption: Row, duration: Row, low: Row, high: Row
) -> Finding:
    """Loss at 100:1 carried to R = 9 by the thiol order; little is read as below 10 %."""
    fraction = (low.number / high.number) ** order.number

    def etched(intact: float, hours: float) -> float:
        return 100 * (1 - intact) / hours * fraction * exact(duration, "h").value

    readings = [
        reading(f"{name}, {time.value} {time.unit}", etched, printed(left, "1"), exact(time, "h"))
        for name, time in (("text", text), ("caption of Fig. 3", caption))
    ]
    return Finding(
        Statement("little etching (below 10 %)", 0.0, below(10.0).high),
        readings,
        f"{100 - left.number:g} % are etched at R = {high.value} in {text.value} min; at R = {low.value} the rate is "
        f"({low.value}/{high.value})^{order.value} = {fraction:.3f} of that, {readings[0].value:.1f} % in "
        f"{duration.value} h of "
        "water-only exchange: etching does not make these shells broad.",
    )


@_claim(
    "fig4-broad-at-moderate-feed",
    "Two-phase shells are broad between feeds of 6 and 100",
    inputs=("zhang2026-broad-at-moderate-feed", *_TWO_PHASE, *_WATER, *_FEED_ROWS),
)
def broad_at_moderate_feed(said: Row, *rows: Row) -> Finding:
    """Species at R = 6 and 9 against water only, and against two phases at lower feeds."""
    widths = _widths(rows)
    low = max(two for feed, two, _ in widths if feed < said.low)
    inside = [item for item in widths if said.low <= item[0] <= said.high]
    readings = []
    for feed, two, water in inside:
        readings.append(reading(f"R = {feed:g}, relative to water only", lambda a=two, b=water: a / b))
        readings.append(reading(f"R = {feed:g}, relative to the widest at lower feeds", lambda a=two: a / low))
    return Finding(
        Statement("broad (ratio above 1)", above(1.0).low, math.inf),
        readings,
        "Species in the printed ranges: "
        + ", ".join(f"R = {feed:g}: {two} against {water} water-only" for feed, two, water in inside)
        + f". Broader than at lower feeds (at most {low}), they are still narrower than water only, so the advantage "
        f"said to end at R = {said.low:g} holds at R = {inside[-1][0]:g} too.",
    )


@_claim(
    "whole-spectrum-of-n",
    "Every n from 0 to 18 was obtained",
    inputs=(
        "zhang2026-range-all-feeds",
        *_TWO_PHASE,
        "zhang2026-second-abundant-incoming",
        "zhang2026-species-range",
        _SITES,
    ),
    wanted=("zhang2026-fig4-r20-two-phase",),
)
def whole_spectrum(said: Row, *rest: Row | None) -> Finding:
    """Values of n in the printed ranges and at 100:1; the rows between R = 9 and 100 are dots in Fig. 4."""
    *ranges, _, remaining, sites, moderate = rest
    assert remaining is not None
    assert sites is not None
    printed_ranges = [row for row in (*ranges, moderate) if row is not None]
    seen = {n for row in printed_ranges for n in range(int(row.low), int(row.high) + 1)}
    seen |= {int(sites.number - n) for n in range(int(remaining.low), int(remaining.high) + 1)}
    count, wanted = len(seen), int(said.high - said.low) + 1
    missing = [str(n) for n in range(int(said.low), int(said.high) + 1) if n not in seen]
    readings = (
        [left_open("values of n between R = 9 and 100 not printed", count, wanted)]
        if missing
        else [reading("printed ranges", lambda: count)]
    )
    return Finding(
        exactly(wanted, f"n = {said.low:g} to {said.high:g}"),
        readings,
        f"The printed ranges (R = 1 to 9) and the 100:1 product cover {count} of {wanted} values; n = "
        f"{', '.join(missing) or 'none'} is "
        "missing, and the ranges between R = 9 and 100 stand as dots.",
    )


@_claim(
    "fig4-low-ratios-below-9",
    "The table of Fig. 4 lists ratios below 9 (caption)",
    inputs=("zhang2026-fig4-low-ratio-limit", *_FEED_ROWS),
)
def below_nine(said: Row, *feeds: Row) -> Finding:
    """The largest feed of the table."""
    largest = max(feed.number for feed in feeds)
    return Finding(
        states(said),
        (reading("largest ratio in the table", lambda: largest),),
        f"The caption says below {said.value}, the table ends with {largest:g}:1.",
    )


@_claim(
    "shells-add-up-to-18",
    "Both ligands add up to 18 in every printed formula",
    inputs=(
        _SITES,
        *(row for pair in _FORMULAS for row in pair),
    ),
)
def shells_add_up(sites: Row, *rows: Row) -> Finding:
    """Smallest incoming with largest remaining count, and the reverse."""
    sums = {}
    for incoming, left in zip(rows[::2], rows[1::2], strict=True):
        (least, most), (fewest, greatest) = _ends(incoming), _ends(left)
        sums[incoming.id] = (least + greatest, most + fewest)
    return Finding(
        exactly(sites.number),
        [
            Reading(identifier.removeprefix("zhang2026-"), total, total, total)
            for identifier, both in sums.items()
            for total in both
        ],
        f"{len(sums)} printed formulas, both ends of each range: sums from "
        f"{min(min(both) for both in sums.values()):g} to "
        f"{max(max(both) for both in sums.values()):g}.",
        every=True,
    )


@_claim(
    "bare-two-phase-exchange-against-fig4",
    "Without counter-ions the two-phase exchange gives n = 0-1",
    inputs=("zhang2026-counter-ion-none", *_TWO_PHASE, *_FEED_ROWS),
    wanted=("zhang2026-counter-ion-feed-ratio",),
)
def bare_exchange(said: Row, *rest: Row | None) -> Finding:
    """The largest n of the same reaction in Fig. 4; feed and time of the counter-ion series are not stated."""
    rows = [row for row in rest[:-1] if row is not None]
    ranges, feeds = rows[:5], rows[5:]
    stated_feed = rest[-1]
    readings = [
        reading(f"R = {feed.value}", lambda row=row: row.high)
        for row, feed in zip(ranges, feeds, strict=True)
        if stated_feed is None or feed.number == stated_feed.number
    ]
    if stated_feed is None:
        readings.append(left_open("another feed or time, not stated", 0, 18))
    return Finding(
        exactly(said.high, f"{said.low:g} to {said.high:g}"),
        readings,
        f"Largest n is {said.high:g} here (and about 1 in the pH series at pH 7), but "
        + ", ".join(f"{row.high:g} (R = {feed.value})" for row, feed in zip(ranges, feeds, strict=True))
        + " in Fig. 4 for the same system and pH: feed or time must differ, and neither is stated.",
    )


def _equilibrium_mean(constant: float, feed: float, sites: float) -> float:
    """Mean n with n/(N - n) x n/(R - n) = K: the root below both N and R."""
    if abs(constant - 1) < 1e-12:
        return sites * feed / (sites + feed)
    total = constant * (sites + feed)
    return (total - math.sqrt(total**2 - 4 * (constant - 1) * constant * sites * feed)) / (2 * (constant - 1))


def _mass_balance(ranges: Sequence[Row], feeds: Sequence[Row]) -> Finding:
    found = [
        range_feasibility(int(row.low), int(row.high), feed.number) for row, feed in zip(ranges, feeds, strict=True)
    ]
    return Finding(
        Statement("least mean n / feed at most 1", 0.0, 1.0),
        _hardest_first(_least_use(item) for item in found),
        f"Least mean n that shows each range (detection at {100 * DETECTION_THRESHOLD:g} %), against the feed: "
        + ", ".join(f"{item.minimal_mean:.2f} of {item.feed_ratio:g}" for item in found)
        + ". Centres of the ranges: "
        + ", ".join(f"{item.uniform_mean:g}" for item in found)
        + "; where a centre exceeds the feed, only populations that lean to the low end are possible.",
        every=True,
    )


def _least_use(item: RangeFeasibility) -> Reading:
    share = item.minimal_mean / item.feed_ratio
    return Reading(f"R = {item.feed_ratio:g}", share, share, share)


def _hardest_first(cases: Iterable[Reading]) -> list[Reading]:
    """Cases of an upper bound, that closest to it first: it is the one that the check shows."""
    return sorted(cases, key=lambda case: -case.value)


def _ends(row: Row) -> tuple[float, float]:
    """Both ends of a range, or a single number twice."""
    return (row.low, row.high) if row.relation == "range" else (row.number, row.number)


def _widths(rows: Sequence[Row]) -> list[tuple[float, int, int]]:
    """(feed, species in two phases, species in water only) of Fig. 4."""
    count = len(_FEEDS)
    two, water, feeds = rows[:count], rows[count : 2 * count], rows[2 * count :]
    return [(f.number, width(a), width(b)) for a, b, f in zip(two, water, feeds, strict=True)]


def _narrower(widths: Sequence[tuple[float, int, int]], remark: str) -> Finding:
    return Finding(
        Statement("two-phase narrower (ratio below 1)", 0.0, below(1.0).high),
        _hardest_first(reading(f"R = {feed:g}", lambda a=two, b=water: a / b) for feed, two, water in widths),
        "Species, two-phase against water only: "
        + ", ".join(f"{two} against {water} (R = {feed:g})" for feed, two, water in widths)
        + remark
        + ".",
        every=True,
    )


CLAIMS = claims_in(globals())
