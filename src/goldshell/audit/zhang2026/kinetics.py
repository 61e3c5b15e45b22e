"""Etching against exchange: rates, orders, intact fractions and times of Zhang et al."""

from __future__ import annotations

import functools
import math

from goldshell.audit.check import Finding, claim, claims_in
from goldshell.audit.verdict import (
    Statement,
    above,
    below,
    derived,
    exact,
    left_open,
    printed,
    reading,
    stated,
    states,
)
from goldshell.literature import Row

_claim = functools.partial(claim, theme="kinetics")

_RATES = ("zhang2026-etching-rate-water-only", "zhang2026-etching-rate-two-phase")
_INTACT = ("zhang2026-intact-water-only", "zhang2026-intact-two-phase")
_COVERAGES = ("zhang2026-coverage-water-only", "zhang2026-coverage-two-phase")
_CLUSTER = "zhang2026-two-phase-cluster-concentration"
_THIOL = "zhang2026-fig3-thiol-concentration"
_THIOL_ORDER = "zhang2026-etching-order-thiol"


@_claim(
    "etching-suppression-results",
    "Two phases slow etching more than 68-fold (Results)",
    inputs=("zhang2026-etching-suppression-results", *_RATES),
)
def suppression_results(said: Row, fast: Row, slow: Row) -> Finding:
    """The two rates as printed."""
    ratio = reading("ratio of the printed rates", _quotient, printed(fast, "mM/h"), printed(slow, "mM/h"))
    return Finding(states(said), (ratio,), f"{_ratio_in_words(fast, slow)}, against more than {said.value}.")


@_claim(
    "etching-suppression-introduction",
    "Two phases slow etching 60-fold (Introduction)",
    inputs=("zhang2026-etching-suppression-introduction", *_RATES),
)
def suppression_introduction(said: Row, fast: Row, slow: Row) -> Finding:
    """The same two rates against the other number for them."""
    ratio = reading("ratio of the printed rates", _quotient, printed(fast, "mM/h"), printed(slow, "mM/h"))
    return Finding(
        states(said), (ratio,), f"{_ratio_in_words(fast, slow)}, against {said.value} for the same quantity."
    )


@_claim(
    "etching-suppression-against-intact-fractions",
    "Etching rates and intact fractions tell of one suppression",
    inputs=(*_RATES, *_INTACT, "zhang2026-etching-order-cluster"),
)
def suppression_from_intact(fast: Row, slow: Row, water: Row, two_phase: Row, order: Row) -> Finding:
    """Suppression from what is left at one time, under zero order, the measured order, and first order."""
    left = printed(water, "1"), printed(two_phase, "1")
    readings = [
        reading(name, lambda a, b, x=x: _progress(a, x) / _progress(b, x), *left)
        for name, x in (
            ("zero order in clusters", 0.0),
            (f"order {order.value} in clusters, as measured", order.number),
            ("first order in clusters", 1.0),
        )
    ]
    rates = derived(_quotient, printed(fast, "mM/h"), printed(slow, "mM/h"))
    return Finding(
        stated(rates),
        readings,
        f"{_ratio_in_words(fast, slow)}; but {water.value} % and {two_phase.value} % intact after one time mean "
        f"{100 - water.number:g} / {100 - two_phase.number:g} = {readings[0].value:.1f}-fold (zero order) or "
        f"ln {water.number / 100:g} / ln {two_phase.number / 100:g} = {readings[2].value:.1f}-fold (first order).",
    )


@_claim(
    "etching-rate-water-only-against-intact-fraction",
    "At the water-only etching rate, clusters last beyond 30 min",
    inputs=(_INTACT[0], _RATES[0], _CLUSTER, "zhang2026-intact-reaction-time", _THIOL_ORDER, _THIOL),
    wanted=("zhang2026-etching-rate-thiol-concentration",),
    unit="min",
)
def rate_water_only(
    left: Row, rate: Row, cluster: Row, time: Row, order: Row, thiol: Row, rate_thiol: Row | None
) -> Finding:
    """When the clusters run out if the rate holds at 100:1; the thiol concentration of the rate is not stated."""
    start, hours = exact(cluster, "mM").value, exact(time, "h").value
    scale = 1.0 if rate_thiol is None else (thiol.number / exact(rate_thiol, "mM").value) ** order.number
    used_up = reading("constant rate at 100:1", lambda r: 60 * start / (scale * r), printed(rate, "mM/h"))
    readings = [used_up]
    if rate_thiol is None:
        readings.append(left_open("the rate was measured at another thiol concentration", 0, math.inf))
    needed = (1 - left.number / 100) * start / hours
    at = thiol.number * (rate.number / needed) ** (1 / order.number)
    return Finding(
        above(60 * hours),
        readings,
        f"{rate.value} mM/h consumes {start:g} mM in {used_up.value:.1f} min (in first order "
        f"{100 * math.exp(-scale * rate.number * hours / start):.0f} % would be left at {60 * hours:g} min), yet "
        f"{left.value} % is reported left at {60 * hours:g} min. It holds only if the rate was measured at "
        f"{thiol.value} mM thiol (100:1), which is not stated: {left.value} % needs {needed:.3g} mM/h, so with order "
        f"{order.value} the rate would belong to {at:.1f} mM.",
    )


@_claim(
    "etching-rate-two-phase-against-intact-fraction",
    "The two-phase etching rate leaves 94 % intact",
    inputs=(
        _INTACT[1],
        _RATES[1],
        _CLUSTER,
        "zhang2026-intact-reaction-time",
        "zhang2026-fig3-reaction-time-two-phase",
    ),
    unit="%",
)
def rate_two_phase(left: Row, rate: Row, cluster: Row, text_time: Row, caption_time: Row) -> Finding:
    """The rate times each of the two times that the paper gives for one experiment."""
    start = exact(cluster, "mM").value

    def left_after(rate_mM_h: float, hours: float) -> float:
        return 100 * max(0.0, 1 - rate_mM_h * hours / start)

    readings = [
        reading(f"{where}: {time.value} {time.unit}", left_after, printed(rate, "mM/h"), exact(time, "h"))
        for where, time in (("text", text_time), ("caption of Fig. 3", caption_time))
    ]
    return Finding(
        states(left),
        readings,
        f"{rate.value} mM/h takes {100 - readings[0].value:.1f} % of {start:g} mM in the 30 min of the text and "
        f"{100 - readings[1].value:.1f} % in the 1 h of the caption, leaving {readings[0].value:.1f} or "
        f"{readings[1].value:.1f} %: {left.value} % fits the caption's time only.",
    )


@_claim(
    "reaction-time-of-the-intact-fractions",
    "The intact fractions of Fig. 3 were read after 30 min",
    inputs=(
        "zhang2026-intact-reaction-time",
        "zhang2026-fig3-reaction-time-two-phase",
        "zhang2026-fig3-reaction-time-water-only",
    ),
    unit="min",
)
def reaction_time(text: Row, two_phase: Row, water: Row) -> Finding:
    """Text against captions of the figure that it cites."""
    readings = [
        reading(f"caption, {name}", float, exact(row, "min"))
        for name, row in (("two-phase", two_phase), ("water only", water))
    ]
    return Finding(
        states(text, "min"),
        readings,
        f"The text reads Fig. 3a, d after {text.value} min; the caption of Fig. 3 says {two_phase.value} h "
        f"({readings[0].value:g} min) for both systems.",
        every=True,
    )


@_claim(
    "exchange-slowdown",
    "Exchange is slowed only 5.5-fold, from 11 % to 2 % coverage",
    inputs=("zhang2026-exchange-slowdown", *_COVERAGES),
)
def exchange_slowdown(said: Row, water: Row, two_phase: Row) -> Finding:
    """Ratio of the extents, and of rate constants if free sites fill in first order."""
    covered = printed(water, "1"), printed(two_phase, "1")
    readings = [
        reading("ratio of the coverages", _quotient, *covered),
        reading("first order in free sites", lambda a, b: math.log(1 - a) / math.log(1 - b), *covered),
    ]
    return Finding(
        states(said),
        readings,
        f"{water.value} % / {two_phase.value} % = {readings[0].value:.1f}, but the digits of the coverages allow "
        f"{readings[0].low:.1f} to {readings[0].high:.1f}; as a ratio of rate constants it is {readings[1].value:.1f}.",
    )


@_claim(
    "exchange-influence-marginal",
    "Two phases hardly influence exchange (Introduction)",
    inputs=("zhang2026-introduction-exchange-rates", *_COVERAGES, *_RATES),
)
def marginal(said: Row, water: Row, two_phase: Row, fast: Row, slow: Row) -> Finding:
    """Marginal is read as less than twofold, on its own or beside the change of etching."""
    slowdown = derived(_quotient, printed(water), printed(two_phase))
    suppression = derived(_quotient, printed(fast), printed(slow))
    readings = [
        reading("slowdown of exchange", float, slowdown),
        reading("slowdown of exchange relative to that of etching", _quotient, slowdown, suppression),
    ]
    return Finding(
        Statement("marginal (below 2-fold)", -math.inf, below(2.0).high),
        readings,
        f"Exchange is {slowdown.value:.1f}-fold slower ({slowdown.low:.1f} to {slowdown.high:.1f}), which is not "
        "marginal "
        f"by itself but small beside the {suppression.value:.1f}-fold of etching (a ratio of {readings[1].value:.2f}).",
    )


@_claim(
    "one-effective-thiol-concentration",
    "A lower thiol concentration explains both slowdowns",
    inputs=(*_RATES, *_COVERAGES, _THIOL_ORDER, "zhang2026-exchange-order-thiol"),
)
def one_effective_thiol(fast: Row, slow: Row, water: Row, two_phase: Row, etching: Row, exchange: Row) -> Finding:
    """The exchange slowdown that the orders predict from the etching suppression."""
    suppression = derived(_quotient, printed(fast, "mM/h"), printed(slow, "mM/h"))
    reported = derived(_quotient, printed(water, "1"), printed(two_phase, "1"))
    predicted = reading(
        "the rate laws with one effective [SR]",
        lambda ratio, y, z: ratio ** (z / y),
        suppression,
        printed(etching),
        printed(exchange),
    )
    lower = suppression.value ** (1 / etching.number)
    return Finding(
        stated(reported),
        (predicted,),
        f"{suppression.value:.1f}-fold less etching needs [SR] {suppression.value:.1f}^(1/{etching.value}) = "
        f"{lower:.1f}-fold lower, which slows exchange {lower:.1f}^{exchange.value} = {predicted.value:.1f}-fold, not "
        f"{reported.value:.1f}. The rest would be a cluster availability of {predicted.value / reported.value:.2f} in "
        "the interphase, if exchange is first order in clusters.",
    )


@_claim(
    "coverage-two-phase-from-maximum-n",
    "The two-phase coverage of 2 % comes from the largest n",
    inputs=(_COVERAGES[1], "zhang2026-au25-ligand-count"),
    unit="%",
)
def coverage_two_phase(said: Row, sites: Row) -> Finding:
    """Methods take the largest n of Au25(p-MBSA)18-n(p-MBA)n; whole numbers of 18 sites."""
    return _coverage(said, sites)


@_claim(
    "coverage-water-only-from-maximum-n",
    "The water-only coverage of 11 % comes from the largest n",
    inputs=(_COVERAGES[0], "zhang2026-au25-ligand-count"),
    unit="%",
)
def coverage_water_only(said: Row, sites: Row) -> Finding:
    """As for the two-phase coverage."""
    return _coverage(said, sites)


@_claim(
    "coverage-water-only-against-fig4",
    "The water-only coverage of 11 % at 30 min fits Fig. 4",
    inputs=(
        _COVERAGES[0],
        "zhang2026-au25-ligand-count",
        "zhang2026-fig4-r1-water-only",
        "zhang2026-single-phase-time",
        "zhang2026-exchange-kinetics-time",
    ),
    wanted=("zhang2026-coverage-feed-ratio",),
    unit="%",
)
def coverage_against_fig4(said: Row, sites: Row, widest: Row, long: Row, short: Row, feed: Row | None) -> Finding:
    """The largest n of the smallest feed, scaled back in time; or a mean n at the feed, which is not stated."""
    share = exact(short, "h").value / exact(long, "h").value
    largest = 100 * widest.high / sites.number
    readings = [reading("largest n, even at R = 1 and growing linearly", lambda: largest * share)]
    if feed is None:
        readings.append(left_open("mean n, feed not stated", 0, 100))
    else:
        readings.append(left_open("mean n, at most the feed", 0, 100 * min(1.0, feed.number / sites.number)))
    return Finding(
        states(said),
        readings,
        f"As a largest n, {said.value} % of {sites.value} sites is n = 2, yet Fig. 4 prints n up to {widest.high:g} "
        f"after {exact(long, 'h').value:g} h at the smallest feed (R = 1), at least {readings[0].value:.0f} % by half "
        "that time; as a mean n of 2 it needs R of 2 or more, and the feed of this experiment is not stated.",
    )


@_claim(
    "coverage-two-phase-against-100-to-1",
    "The 2 % coverage and the etching rates are of one experiment",
    inputs=(
        _COVERAGES[1],
        "zhang2026-coverage-r100",
        "zhang2026-exchange-kinetics-time",
        "zhang2026-fig3-reaction-time-two-phase",
    ),
    wanted=("zhang2026-coverage-feed-ratio",),
    unit="%",
)
def coverage_against_100_to_1(said: Row, full: Row, short: Row, long: Row, feed: Row | None) -> Finding:
    """Coverage at 30 min scaled back from that of the 100:1 product at 1 h; the feed of the 2 % is not stated."""
    share = exact(short, "h").value / exact(long, "h").value
    readings = [
        reading("100:1, linear in time", lambda c: 100 * c * share, printed(full, "1")),
        reading("100:1, first order in free sites", lambda c: 100 * (1 - (1 - c) ** share), printed(full, "1")),
    ]
    if feed is None or feed.number < 100:
        readings.append(left_open("a smaller feed", 0, readings[0].value))
    return Finding(
        states(said),
        readings,
        f"The 100:1 product is covered to {full.value} % after {long.value} h, so to {readings[0].value:.0f} % "
        "(linear) or "
        f"{readings[1].value:.0f} % (first order) at {short.value} min, not {said.value} %: the coverages behind the "
        "5.5-fold belong to a much smaller feed, which is not stated, while etching of order 1.8 needs a large one.",
    )


@_claim(
    "etching-more-sensitive-to-thiol",
    "Etching answers to thiol more strongly than exchange",
    inputs=("zhang2026-order-thiol-etching-above-exchange", _THIOL_ORDER, "zhang2026-exchange-order-thiol"),
)
def sensitivity(said: Row, etching: Row, exchange: Row) -> Finding:
    """Both rates at half the thiol."""
    gain = reading(
        "gain in selectivity from halving [SR]", lambda y, z: 2 ** (y - z), printed(etching), printed(exchange)
    )
    statement = above(1.0)
    return Finding(
        Statement(said.value, statement.low, statement.high),
        (gain,),
        f"Half the thiol slows etching 2^{etching.value} = {2**etching.number:.2f}-fold and exchange "
        f"2^{exchange.value} = {2**exchange.number:.2f}-fold, so selectivity rises {gain.value:.2f}-fold.",
    )


@_claim(
    "etching-order-against-two-thiol-attack",
    "The thiol order 1.8 differs from the 2 of a two-thiol attack",
    inputs=(_THIOL_ORDER,),
    wanted=("zhang2026-etching-order-thiol-standard-error",),
)
def etching_order(order: Row, error: Row | None) -> Finding:
    """Needs the standard error of the regression, which is not printed."""
    distance = 2 - order.number
    readings = [] if error is None else [reading("standard errors below 2", lambda: distance / error.number)]
    return Finding(
        Statement(order.number, above(1.96).low, math.inf),
        readings,
        f"{order.value} is printed without a standard error or the number of points, so its distance {distance:.1f} "
        f"from 2 cannot be judged; it would be significant for a standard error below {distance / 1.96:.2f}.",
    )


@_claim(
    "etching-order-holds-at-100-to-1",
    "The thiol order from excess clusters holds at 2.5 mM thiol",
    inputs=(_THIOL, _THIOL_ORDER, "zhang2026-fig2-cluster-concentration", _RATES[0]),
    wanted=("zhang2026-etching-order-thiol-range",),
    unit="mM",
)
def order_range(thiol: Row, order: Row, cluster: Row, rate: Row, measured: Row | None) -> Finding:
    """Needs the thiol range of the regression, which is not printed."""
    slow = rate.number * (cluster.number / thiol.number) ** order.number
    readings = [] if measured is None else [reading("thiol of the 100:1 experiment", float, exact(thiol, "mM"))]
    return Finding(
        Statement("thiol range not stated", 0, 0) if measured is None else states(measured, "mM"),
        readings,
        f"y was taken 'in excess Au NCs', so [SR] below {cluster.value} mM, {thiol.number / cluster.number:g}-fold "
        f"under the {thiol.value} mM that it is used at. There {rate.value} mM/h would shrink to {slow:.1e} mM/h, "
        f"{100 * slow / cluster.number:.2f} % of the clusters per hour: hard to measure. The range is not printed.",
    )


@_claim(
    "absorbance-gives-cluster-concentration",
    "Absorbance at 698 nm gives the cluster concentration",
    inputs=("zhang2026-etching-monitor-wavelength", "zhang2026-intact-water-only", _CLUSTER),
    wanted=("zhang2026-relative-absorptivity-products",),
    unit="%",
)
def absorbance(wavelength: Row, left: Row, cluster: Row, products: Row | None) -> Finding:
    """Needs the molar absorptivities of clusters and of etching products, which are not printed."""
    apparent = printed(left, "1")
    readings = []
    if products is not None:
        readings.append(
            reading("corrected for the products", lambda a, f: 100 * (a - f) / (1 - f), apparent, exact(products))
        )
    return Finding(
        states(left),
        readings,
        f"If etching products absorb at {wavelength.value} nm a tenth as strongly as clusters, an absorbance of "
        f"{left.value} % means {100 * (apparent.value - 0.1) / 0.9:.0f} % of {cluster.value} mM intact; neither their "
        "molar absorptivity nor that of the clusters, before and after exchange, is printed.",
    )


@_claim(
    "feed-ratio-100-from-amounts",
    "2.5 mM p-MBA against 0.025 mM clusters is 100:1",
    inputs=(
        "zhang2026-fig3-feed-ratio",
        _THIOL,
        "zhang2026-two-phase-organic-volume",
        "zhang2026-fig3-cluster-concentration",
        "zhang2026-two-phase-aqueous-volume",
    ),
)
def feed_ratio(said: Row, thiol: Row, organic: Row, cluster: Row, water: Row) -> Finding:
    """Amounts from concentrations and volumes of both phases."""
    ligand = exact(thiol, "mM").value * exact(organic, "mL").value
    gold = exact(cluster, "mM").value * exact(water, "mL").value
    return Finding(
        states(said),
        (reading("amounts of Fig. 3 and Methods", lambda: ligand / gold),),
        f"{thiol.value} mM x {organic.value} mL = {ligand:g} umol p-MBA and {cluster.value} mM x {water.value} mL = "
        f"{gold:g} umol clusters, {ligand / gold:g}:1.",
    )


@_claim(
    "same-thiol-concentration-in-both-systems",
    "Both systems have the same thiol concentration (Fig. 3)",
    inputs=(_THIOL, "zhang2026-two-phase-organic-volume", "zhang2026-two-phase-aqueous-volume", _THIOL_ORDER, *_RATES),
    unit="mM",
)
def same_thiol(thiol: Row, organic: Row, water: Row, order: Row, fast: Row, slow: Row) -> Finding:
    """Concentration in the organic phase, and over the whole vial."""
    dilution = (organic.number + water.number) / organic.number
    readings = [
        reading("in the organic phase, before mixing", lambda: thiol.number),
        reading("over the whole vial", lambda: thiol.number / dilution),
    ]
    return Finding(
        states(thiol, "mM"),
        readings,
        f"{thiol.value} mM in {organic.value} mL of organic phase is {readings[1].value:g} mM over {organic.value} + "
        f"{water.value} mL: with order {order.value}, dilution alone slows etching {dilution:g}^{order.value} = "
        f"{dilution**order.number:.1f}-fold, part of the {fast.number / slow.number:.1f}-fold put down to mass "
        "transfer.",
    )


def _quotient(a: float, b: float) -> float:
    return a / b


def _progress(left: float, order: float) -> float:
    """k c0^(x-1) t of -dc/dt = k c^x when the fraction ``left`` remains [1]."""
    return -math.log(left) if order == 1 else (1 - left ** (1 - order)) / (1 - order)


def _ratio_in_words(fast: Row, slow: Row) -> str:
    ratio = derived(_quotient, printed(fast, "mM/h"), printed(slow, "mM/h"))
    return (
        f"{fast.value} / {slow.value} mM/h = {ratio.value:.1f} "
        f"({ratio.low:.1f} to {ratio.high:.1f} from the printed digits)"
    )


def _coverage(said: Row, sites: Row) -> Finding:
    """Coverage of the two whole numbers of ligands next to the reported one."""
    below_it = math.floor(said.number / 100 * sites.number)
    readings = [
        reading(f"largest n = {n}", lambda n=n: 100 * n / sites.number)
        for n in sorted((below_it, below_it + 1), key=lambda n: abs(100 * n / sites.number - said.number))
    ]
    statement = states(said)
    # any whole number may be the one, so a single match suffices
    hits = [item for item in readings if item.agrees_with(statement) == "agrees"]
    return Finding(
        statement,
        hits or readings,
        f"{said.value} % of {sites.value} sites is n = {said.number / 100 * sites.number:.2f}; whole numbers give "
        + " or ".join(f"{item.value:.2g} % ({item.name})" for item in sorted(readings, key=lambda item: item.value))
        + ".",
    )


CLAIMS = claims_in(globals())
