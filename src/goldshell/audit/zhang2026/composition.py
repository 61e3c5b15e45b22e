"""What is on the clusters: populations, ranges, feeds, yields and statistics of the shells of Zhang et al."""

from __future__ import annotations

import functools
import math

from goldshell.audit.check import Finding, claim, claims_in
from goldshell.audit.verdict import (
    Number,
    Reading,
    Statement,
    below,
    derived,
    exact,
    exactly,
    left_open,
    order_reading,
    printed,
    reading,
    states,
    states_order,
)
from goldshell.chemistry.composition import (
    dispersion_index,
    read_populations,
)
from goldshell.chemistry.composition_fit import fit_composition_models
from goldshell.chemistry.isomers import count_isomers
from goldshell.literature import Row

_claim = functools.partial(claim, theme="shell composition")

_LOW_FEED_RANGES = tuple(f"zhang2026-fig4-r{feed}-two-phase" for feed in (1, 2, 4, 6))
_POPULATIONS = ("zhang2026-population-n16", "zhang2026-population-n17", "zhang2026-population-n18")
_SITES = "zhang2026-au25-ligand-count"
_ATP_FEEDS = (4, 20, 50, 150)
_ATP_FEED_ROWS = tuple(f"zhang2026-p-atp-feed-{feed}" for feed in _ATP_FEEDS)
_ATP_MEANS = tuple(f"zhang2026-p-atp-mean-r{feed}" for feed in _ATP_FEEDS)


@_claim(
    "populations-at-100-to-1-complete",
    "The rest, 20 %, is fully exchanged (n = 18)",
    inputs=(*_POPULATIONS, "zhang2026-species-count"),
    unit="%",
)
def populations_complete(n16: Row, n17: Row, n18: Row, species: Row) -> Finding:
    """The rest of 100 %, or what is left beside a fourth species."""
    rest = reading("n = 18 takes all the rest", lambda a, b: 100 - a - b, printed(n16, "%"), printed(n17, "%"))
    missing = rest.value - n18.number
    return Finding(
        states(n18),
        (rest, left_open("a fourth species (n = 15) takes a share that is not stated", 0.0, rest.value)),
        f"100 - {n17.value} - {n16.value} = {rest.value:.1f} %, not {n18.value}; the difference of {missing:.1f} % "
        "may be the fourth "
        f"of the {species.value} species assigned, n = 15, to which no number is given.",
    )


@_claim(
    "most-ligands-exchanged-at-100-to-1",
    "p-MBA replaced over 90 % of p-MBSA at 100:1",
    inputs=("zhang2026-exchanged-fraction", *_POPULATIONS, _SITES),
    unit="%",
)
def most_exchanged(said: Row, n16: Row, n17: Row, n18: Row, sites: Row) -> Finding:
    """Mean coverage from the populations, the rest of 100 % read in each way."""
    readings = _coverage_readings(n16, n17, n18, sites)
    return Finding(
        states(said),
        readings,
        f"(16 x {n16.value} + 17 x {n17.value} + 18 x {n18.value} + 15 x 0.9) / 100 = "
        f"{readings[0].value * sites.number / 100:.2f} of {sites.value} sites, {readings[0].value:.1f} %.",
    )


@_claim(
    "n-0-to-3-counts-p-mba",
    "At 100:1 the species are (p-MBSA)18-n(p-MBA)n with n = 0-3",
    inputs=(
        "zhang2026-species-range",
        "zhang2026-most-abundant-incoming",
        "zhang2026-fully-exchanged-incoming",
        _SITES,
    ),
)
def species_range(said: Row, most: Row, full: Row, sites: Row) -> Finding:
    """As printed n counts p-MBA; the named species have 16 to 18."""
    named = reading("p-MBA on the most abundant species", lambda: most.number)
    remaining = sites.number - most.number, sites.number - full.number
    return Finding(
        states(said),
        (named, reading("p-MBA on the totally exchanged species", lambda: full.number)),
        f"The species named have {most.value} (most abundant) and {full.value} p-MBA, outside n = "
        f"{said.low:g}-{said.high:g}; the "
        f"range fits the p-MBSA that remain ({remaining[0]:g} and {remaining[1]:g}), so n is counted the other way "
        "round.",
        every=True,
    )


@_claim(
    "exchange-yield-94",
    "The ligand exchange yield is 94 % (Introduction)",
    inputs=("zhang2026-exchange-yield-introduction", "zhang2026-intact-two-phase", *_POPULATIONS, _SITES),
    unit="%",
)
def exchange_yield(said: Row, intact: Row, n16: Row, n17: Row, n18: Row, sites: Row) -> Finding:
    """The number equals the intact fraction; exchanged ligands per ligand, or per ligand put in, is another thing."""
    covered = _coverage_readings(n16, n17, n18, sites)[0]
    whole = printed(intact, "%")
    both = derived(lambda a, b: a * b / 100, whole, Number(covered.value, covered.low, covered.high))
    readings = [
        reading("clusters that stay intact", float, whole),
        Reading("ligands exchanged on intact clusters", covered.value, covered.low, covered.high),
        Reading("exchanged ligands of all ligands put in", both.value, both.low, both.high),
    ]
    return Finding(
        states(said),
        readings,
        f"{said.value} % is what the Results call the intact fraction ({intact.value} %). Ligands exchanged on "
        "intact clusters are "
        f"{covered.value:.1f} %, and the yield of exchanged product, {intact.value} x {covered.value:.1f} / 100, is "
        f"{both.value:.0f} %.",
    )


@_claim(
    "narrow-distribution-at-100-to-1",
    "The distribution at 100:1 is narrow",
    inputs=("zhang2026-narrow-at-high-feed", *_POPULATIONS, _SITES),
)
def narrow_at_100(said: Row, n16: Row, n17: Row, n18: Row, sites: Row) -> Finding:
    """Dispersion index: variance over that of equal independent sites at the same mean."""
    total = int(sites.number)
    found = {
        name: dispersion_index(read_populations(populations, total), resamples=100)
        for name, populations in population_sets(n16, n17, n18).items()
    }
    first = next(iter(found.values()))
    return Finding(
        Statement("narrower than statistical (index below 1)", 0.0, below(1.0).high),
        [Reading(name, item.index.value, item.index.value, item.index.value) for name, item in found.items()],
        f"Mean {first.mean.value:.1f}, variance {first.variance.value:.2f} against {first.binomial_variance:.2f} for "
        "equal independent "
        f"sites: dispersion index {first.index.value:.2f}.",
    )


@_claim(
    "populations-single-out-a-site-model",
    "The 100:1 populations tell how sites fill",
    inputs=(*_POPULATIONS, _SITES, "zhang2026-species-count"),
    wanted=("zhang2026-population-error",),
    unit="%",
)
def site_models(n16: Row, n17: Row, n18: Row, sites: Row, species: Row, error: Row | None) -> Finding:
    """Distance of site models from the populations; whether it matters needs the error of a population."""
    composition = read_populations(next(iter(population_sets(n16, n17, n18).values())), int(sites.number))
    fit = fit_composition_models(composition, ("binomial", "site_classes", "free_site_classes"), level=None)
    distance = {
        name: 100 * fit.model(name).total_variation for name in ("binomial", "site_classes", "free_site_classes")
    }
    free = " + ".join(str(size) for size in fit.model("free_site_classes").class_sizes)
    readings = [] if error is None else [Reading(name, value, value, value) for name, value in distance.items()]
    return Finding(
        Statement("one site model", 0.0, math.inf if error is None else exact(error, "%").value),
        readings,
        f"Equal sites miss the populations by {distance['binomial']:.0f} % (total variation), 12 terminal + 6 apex "
        "sites by "
        f"{distance['site_classes']:.0f} %, {free} sites by {distance['free_site_classes']:.0f} %; peak intensities "
        "are taken as "
        "amounts, without an error or a response factor.",
    )


@_claim(
    "p-atp-means-within-feed",
    "Mean numbers of p-ATP do not exceed the feeds",
    inputs=(*_ATP_MEANS, *_ATP_FEED_ROWS),
    unit="%",
)
def p_atp_mass_balance(*rows: Row) -> Finding:
    """Share of the feed that ends on the clusters."""
    shares = {
        int(feed.number): derived(lambda n, feed=feed: 100 * n / feed.number, printed(mean))
        for mean, feed in zip(rows[:4], rows[4:], strict=True)
    }
    return Finding(
        Statement("at most 100 % of the feed", 0.0, 100.0),
        [Reading(f"R = {feed}", share.value, share.low, share.high) for feed, share in shares.items()],
        "Of the p-ATP fed, "
        + ", ".join(f"{share.value:.0f} % (R = {feed})" for feed, share in shares.items())
        + " is on the clusters.",
        every=True,
    )


@_claim(
    "p-atp-coverage-tuned-by-feed",
    "The coverage of p-ATP is tuned by the feed",
    inputs=("zhang2026-p-atp-mean-order", *_ATP_MEANS),
)
def p_atp_monotonic(said: Row, *means: Row) -> Finding:
    """Means rise with the feed."""
    values = {f"feed {feed}": row.number for feed, row in zip(_ATP_FEEDS, means, strict=True)}
    return Finding(
        states_order(said),
        (order_reading("NMR means", said, values),),
        "Means " + ", ".join(f"{value:g} ({feed})" for feed, value in values.items()) + " rise with every step, and "
        "level off.",
    )


@_claim(
    "p-atp-one-exchange-constant",
    "One exchange constant (our hypothesis) fits the p-ATP shells",
    inputs=("zhang2026-p-atp-mean-order", _SITES, *_ATP_MEANS, *_ATP_FEED_ROWS),
)
def p_atp_constant(said: Row, sites: Row, *rows: Row) -> Finding:
    """K from each mean, with the rounding of the mean to a whole number."""

    def constant(n: float, feed: float) -> float:
        return n**2 / ((sites.number - n) * (feed - n))

    found = [derived(constant, printed(mean), exact(feed)) for mean, feed in zip(rows[:4], rows[4:], strict=True)]
    return Finding(
        Statement(found[0].value, found[0].low, found[0].high),
        [
            Reading(f"K at R = {feed}", item.value, item.low, item.high)
            for feed, item in zip(_ATP_FEEDS[1:], found[1:], strict=True)
        ],
        "K = n^2 / ((18 - n)(R - n)) is "
        + ", ".join(
            f"{item.value:.2g} ({item.low:.2g} to {item.high:.2g}) at R = {r}"
            for r, item in zip(_ATP_FEEDS, found, strict=True)
        )
        + ": the first feed is used far better than one equilibrium allows.",
        every=True,
    )


@_claim(
    "p-atp-range-of-fig5-against-nmr",
    "p-ATP exchanges to n = 0-4 (Fig. 5)",
    inputs=("zhang2026-p-atp-range", *_ATP_MEANS, *_ATP_FEED_ROWS),
    wanted=("zhang2026-fig5-feed-ratio",),
)
def p_atp_range(said: Row, *rest: Row | None) -> Finding:
    """The mean by NMR must lie inside the range of species; the feed of Fig. 5 is not stated."""
    rows = [row for row in rest[:-1] if row is not None]
    stated_feed = rest[-1]
    means = {feed.number: mean.number for mean, feed in zip(rows[:4], rows[4:], strict=True)}
    kept = means if stated_feed is None else {f: n for f, n in means.items() if f == stated_feed.number}
    return Finding(
        # the mean of a range whose two ends are both seen lies inside it
        Statement(f"{said.low:g} to {said.high:g}", math.nextafter(said.low, math.inf), math.nextafter(said.high, 0)),
        [Reading(f"NMR mean at R = {feed:g}", mean, mean, mean) for feed, mean in kept.items()],
        f"Species n = {said.low:g}-{said.high:g} need a mean between; NMR gives "
        + ", ".join(f"{mean:g} (R = {feed:g})" for feed, mean in means.items())
        + ", so Fig. 5 can only belong to the smallest feed, which its text does not state.",
    )


@_claim(
    "mpa-mha-yield-above-90",
    "MPA and MHA exchange with a yield above 90 %",
    inputs=("zhang2026-mpa-yield", "zhang2026-mpa-range", "zhang2026-mha-range", _SITES),
    unit="%",
)
def alkyl_yield(said: Row, mpa: Row, mha: Row, sites: Row) -> Finding:
    """Clusters with at least one new ligand, or ligands replaced."""
    readings = []
    for name, row in (("MPA", mpa), ("MHA", mha)):
        exchanged = 100.0 if row.low > 0 else 0.0
        readings.append(Reading(f"clusters exchanged, {name}", exchanged, exchanged, 100.0))
        covered = 100 * row.high / sites.number
        readings.append(Reading(f"ligands replaced, {name}, at most", covered, 100 * row.low / sites.number, covered))
    return Finding(
        states(said),
        readings,
        f"Every species has at least {mpa.low:g} MPA or {mha.low:g} MHA, so all clusters are exchanged; of the "
        "ligands at most "
        f"{mpa.high:g}/{sites.value} = {readings[1].value:.0f} % are replaced. Which yield is meant, or whether "
        "intact clusters are, is "
        "not said.",
    )


@_claim(
    "narrow-at-100-or-above",
    "Shells are narrow at feeds of 100 or above",
    inputs=(
        "zhang2026-narrow-at-high-feed",
        "zhang2026-species-count",
        "zhang2026-mpa-range",
        "zhang2026-mha-range",
        *_LOW_FEED_RANGES,
    ),
)
def narrow_at_high_feed(said: Row, species: Row, mpa: Row, mha: Row, *ranges: Row) -> Finding:
    """Species at R = 100 and 200 against the widest two-phase range at R = 1 to 6."""
    widest = max(width(row) for row in ranges)
    counts = {"p-MBA, R = 100": species.number, "MPA, R = 200": width(mpa), "MHA, R = 200": width(mha)}
    return Finding(
        Statement(f"as at low feeds (at most {widest} species)", 1.0, widest),
        [reading(name, lambda count=count: count) for name, count in counts.items()],
        "Species: " + ", ".join(f"{count:g} ({name})" for name, count in counts.items()) + ".",
    )


@_claim(
    "counter-ions-raise-exchange",
    "Counter-ions raise exchange, TPAC more than TMAC",
    inputs=(
        "zhang2026-counter-ion-order",
        "zhang2026-counter-ion-none",
        "zhang2026-counter-ion-tmac",
        "zhang2026-counter-ion-tpac",
    ),
)
def counter_ions(said: Row, none: Row, tmac: Row, tpac: Row) -> Finding:
    """Largest n of each range."""
    values = {"none": none.high, "TMAC": tmac.high, "TPAC": tpac.high}
    return Finding(
        states_order(said),
        (order_reading("largest n", said, values),),
        "Largest n: "
        + ", ".join(f"{name} {value:g}" for name, value in values.items())
        + "; the salts differ in their alkyl groups too (trimethyl, tributyl): the phenyl is not tested alone.",
    )


@_claim(
    "ligands-precisely-located",
    "Ligands are precisely located on the cluster surface",
    inputs=("zhang2026-ligands-precisely-located", "zhang2026-p-atp-mean-r150", "zhang2026-p-atp-mean-r4"),
)
def located(said: Row, many: Row, few: Row) -> Finding:
    """Regio-isomers of the mean compositions; NMR gives a mean number, not positions."""
    counts = {int(row.number): count_isomers("Au25(SR)18", int(row.number)).achiral for row in (many, few)}
    return Finding(
        exactly(said.number, "one arrangement"),
        [reading(f"arrangements with n = {n}", lambda count=count: count) for n, count in counts.items()],
        "NMR gives means only: "
        + " and ".join(f"n = {n} has {count} arrangements" for n, count in counts.items())
        + " on the 18 sites (symmetry Th, mirror images counted once), and each sample is a distribution of n.",
        every=True,
    )


def population_sets(n16: Row, n17: Row, n18: Row) -> dict[str, dict[int, float]]:
    """Populations at 100:1 [%] under each reading of "the rest"."""
    named = {16: n16.number, 17: n17.number, 18: n18.number}
    missing = max(0.0, 100 - sum(named.values()))
    return {
        "n = 15 takes what is missing": {15: missing, **named},
        "three species, rescaled": named,
        "n = 18 takes the rest": {**named, 18: n18.number + missing},
    }


def _coverage_readings(n16: Row, n17: Row, n18: Row, sites: Row) -> list[Reading]:
    """Mean coverage at 100:1 under each reading of "the rest" [%]."""
    coverage = {
        name: 100 * read_populations(populations, int(sites.number)).mean / sites.number
        for name, populations in population_sets(n16, n17, n18).items()
    }
    return [Reading(name, value, value, value) for name, value in coverage.items()]


def width(row: Row) -> int:
    """Species in a range, both ends counted."""
    return int(row.high - row.low) + 1


CLAIMS = claims_in(globals())
