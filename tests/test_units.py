"""Quantities at the border: conversions are definitions of the SI; bad text is refused in one line."""

from __future__ import annotations

import pytest

from goldshell.errors import InputError
from goldshell.units import _EXACT, check_unit, convert, parse, registry


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("0.025 mM", "mM", 0.025),
        ("25 uM", "mM", 0.025),
        ("25 µM", "mM", 0.025),
        ("2mL", "mL", 2.0),
        ("30 min", "h", 0.5),
        ("25 degC", "K", 298.15),
        ("25 °C", "K", 298.15),
        ("0.431 mPa*s", "Pa*s", 0.431e-3),
        ("5 %ID/g", "%ID/g", 5.0),
        ("50 %", "1", 0.5),
        ("7", "1", 7.0),
        ("1e-9 m²/s", "m**2/s", 1e-9),
        ("2 1/h", "1/h", 2.0),
    ],
)
def test_quantities_are_converted_to_working_units(text: str, unit: str, expected: float) -> None:
    assert parse(text, unit) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("name", "unit"), [(name, unit) for unit, known in _EXACT.items() for name in known])
@pytest.mark.parametrize("number", ["0.37", "2.5e3", "-1"])
def test_units_read_without_pint_are_those_of_pint(number: str, name: str, unit: str) -> None:
    expected = registry().Quantity(float(number), name).to(unit).magnitude
    assert parse(f"{number} {name}", unit) == pytest.approx(expected, rel=1e-15)
    assert convert(float(number), name, unit) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("5", "missing unit"),
        (5.0, "missing unit"),
        ("5 mL", "not a quantity in mM"),
        ("x mM", "cannot read"),
        ("", "cannot read"),
        ("5 mMM", "cannot read"),
        ("[1] mM", "cannot read"),
        ("nan mM", "not a finite number"),
        ("inf mM", "not a finite number"),
        (True, "expected a quantity"),
    ],
)
def test_bad_quantities_are_refused(text: str | float, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        parse(text, "mM", where="study.yaml:3")
    assert str(caught.value).startswith("study.yaml:3: ")
    assert "\n" not in str(caught.value)


def test_convert_and_check_unit() -> None:
    assert convert(1.0, "%ID", "injected_dose") == pytest.approx(0.01)
    assert convert(1.0, "d", "h") == pytest.approx(24.0)
    check_unit("HU*mL/mg")
    with pytest.raises(InputError, match="unknown unit"):
        check_unit("furlongz")
