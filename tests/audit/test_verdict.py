"""The rules that turn numbers into verdicts."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldshell.audit.verdict import (
    Number,
    Reading,
    Statement,
    Verdict,
    above,
    below,
    compare,
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
from goldshell.literature import Row

NAN = math.nan
FINITE = st.floats(-1e6, 1e6, allow_nan=False)
INTERVAL = st.tuples(FINITE, FINITE).map(sorted)


def row(value: str = "", relation: str = "=", unit: str = "1", low: float = NAN, high: float = NAN) -> Row:
    """A literature row with only what a verdict uses."""
    return Row("x", "zhang2026", "", "kinetics", "", "", relation, value, low, high, NAN, unit, "", "measured", "")


def at(value: float, low: float | None = None, high: float | None = None) -> Reading:
    """A reading with limits."""
    return Reading("", value, value if low is None else low, value if high is None else high)


@pytest.mark.parametrize(
    ("text", "relation", "low", "high"),
    [
        # half a unit of the last printed place: the usual reading of a rounded number
        ("68", "=", 67.5, 68.5),
        ("0.111", "=", 0.1105, 0.1115),
        ("1.61e-3", "=", 1.605e-3, 1.615e-3),
        ("7.0", "=", 6.95, 7.05),
        # "~" doubles it
        ("20", "~", 19, 21),
        ("4.5", "~", 4.4, 4.6),
    ],
)
def test_limits_of_printed_digits(text: str, relation: str, low: float, high: float) -> None:
    number = printed(row(text, relation))
    assert (number.value, number.low, number.high) == pytest.approx((float(text), low, high))
    statement = states(row(text, relation))
    assert (statement.low, statement.high) == pytest.approx((low, high))


def test_limits_are_converted() -> None:
    number = printed(row("30", unit="min"), "h")
    assert (number.low, number.value, number.high) == pytest.approx((29.5 / 60, 0.5, 30.5 / 60))
    whole = exact(row("94", unit="%"), "1")
    assert whole.low == whole.value == whole.high == pytest.approx(0.94)
    assert states(row(relation="range", unit="h", low=1, high=2), "min").high == pytest.approx(120)


def test_bounds_exclude_themselves() -> None:
    assert compare(above(68), [at(68)]) is Verdict.CONTRADICTS
    assert compare(above(68), [at(68.9)]) is Verdict.AGREES
    assert compare(below(9), [at(9)]) is Verdict.CONTRADICTS
    assert compare(states(row("9", "<")), [at(8)]) is Verdict.AGREES
    assert compare(states(row("90", ">")), [at(90)]) is Verdict.CONTRADICTS


@pytest.mark.parametrize(
    ("readings", "every", "expected"),
    [
        ([], False, Verdict.NOT_TESTABLE),
        ([at(10)], False, Verdict.AGREES),
        ([at(12, 9, 15)], False, Verdict.AGREES_WITHIN_UNCERTAINTY),
        ([at(12, 11.5, 15)], False, Verdict.CONTRADICTS),
        ([at(10), at(12, 9, 15)], False, Verdict.AGREES_WITHIN_UNCERTAINTY),
        ([at(10), at(20)], False, Verdict.UNDERDETERMINED),
        ([at(20), at(30)], False, Verdict.CONTRADICTS),
        ([at(20), left_open("free", 0, 100)], False, Verdict.UNDERDETERMINED),
        ([at(20), left_open("free, but never as low", 15, 100)], False, Verdict.CONTRADICTS),
        ([at(10), left_open("free", 0, 100)], False, Verdict.UNDERDETERMINED),
        ([at(10), at(20)], True, Verdict.CONTRADICTS),
        ([at(10), at(10.2)], True, Verdict.AGREES),
        ([at(10), left_open("free", 0, 100)], True, Verdict.UNDERDETERMINED),
    ],
)
def test_rules(readings: list[Reading], every: bool, expected: Verdict) -> None:
    """The table of rules in the module's docstring, for a statement of 9.5 to 10.5."""
    assert compare(Statement(10, 9.5, 10.5), readings, every=every) is expected


@given(INTERVAL, FINITE, INTERVAL)
def test_contradiction_means_no_overlap(said: list[float], value: float, limits: list[float]) -> None:
    low, high = min(value, limits[0]), max(value, limits[1])
    verdict = compare(Statement("", *said), [at(value, low, high)])
    apart = high < said[0] or low > said[1]
    assert (verdict is Verdict.CONTRADICTS) == apart
    assert (verdict is Verdict.AGREES) == (said[0] <= value <= said[1])


@given(INTERVAL)
def test_undefined_number_decides_nothing(said: list[float]) -> None:
    assert compare(Statement("", *said), [at(NAN)]) is Verdict.UNDERDETERMINED


@given(INTERVAL, st.lists(FINITE, min_size=1, max_size=5), FINITE)
def test_another_reading_never_makes_a_contradiction(said: list[float], values: list[float], more: float) -> None:
    """Alternatives can only soften a verdict; cases of one statement can only harden it."""
    statement = Statement("", *said)
    before = compare(statement, [at(value) for value in values])
    after = compare(statement, [at(value) for value in (*values, more)])
    assert not (after is Verdict.CONTRADICTS and before is not Verdict.CONTRADICTS)
    if compare(statement, [at(value) for value in values], every=True) is Verdict.CONTRADICTS:
        assert compare(statement, [at(value) for value in (*values, more)], every=True) is Verdict.CONTRADICTS


@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0, 0.09), st.floats(0, 0.09))
def test_corners_bound_a_monotonic_function(a: float, b: float, da: float, db: float) -> None:
    number = derived(lambda x, y: x / y, Number(a, a - da, a + da), Number(b, b - db, b + db))
    assert number.low == pytest.approx((a - da) / (b + db))
    assert number.high == pytest.approx((a + da) / (b - db))
    assert number.low <= number.value <= number.high


def test_reading_keeps_the_limits_of_its_inputs() -> None:
    """1.11e-1 / 1.61e-3 from Z's Results: 0.1105 / 0.001615 = 68.42 to 0.1115 / 0.001605 = 69.47."""
    ratio = reading("", lambda a, b: a / b, printed(row("0.111")), printed(row("1.61e-3")))
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((68.944, 68.421, 69.470), abs=1e-3)


def test_orderings() -> None:
    said = row("TPAC > TMAC > none", "order")
    kept = order_reading("", said, {"TPAC": 6, "TMAC": 5, "none": 1})
    assert (kept.value, kept.shown) == (1, "TPAC > TMAC > none")
    assert compare(states_order(said), [kept]) is Verdict.AGREES
    reversed_order = order_reading("", said, {"TPAC": 1, "TMAC": 5, "none": 6})
    assert reversed_order.value == -1
    assert compare(states_order(said), [reversed_order]) is Verdict.CONTRADICTS
    # one pair of three reversed: (2 - 1) / 3
    assert order_reading("", said, {"TPAC": 5, "TMAC": 6, "none": 1}).value == pytest.approx(1 / 3)


def test_equal_items_of_an_ordering_are_not_compared() -> None:
    said = row("a, b > c = d", "order")
    assert order_reading("", said, {"a": 3, "b": 2, "c": 1, "d": 0}).value == 1


def test_statement_of_a_count_is_exact() -> None:
    assert compare(exactly(3), [at(3)]) is Verdict.AGREES
    assert compare(exactly(3), [at(3.01)]) is Verdict.CONTRADICTS


def test_reading_as_json_has_number_or_words() -> None:
    assert at(2.0).to_dict()["computed"] == 2.0
    assert replace(at(1.0), shown="a > b").to_dict()["computed"] == "a > b"
