"""Reading measured gold in any unit, and what the linter finds."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from goldshell.errors import InputError
from goldshell.fate import lint, percent_dose, physiology, read_fate_data

Write = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """Write a table; a line of the default header first unless the text brings its own."""

    def write(text: str) -> Path:
        path = tmp_path / "gold.csv"
        lines = text if "time_h" in text else "time_h,compartment,value,sd,n,unit,group,animal\n" + text
        path.write_text(lines, encoding="utf-8")
        return path

    return write


# Arithmetic that can be done by hand: 100 ug injected, organ of 2 g.
@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (7.0, "%ID", 7.0),
        (0.07, "fraction ID", 7.0),
        (3.0, "%ID/g", 6.0),
        (5000.0, "ng/g", 10.0),
        (5.0, "ug/g", 10.0),
        (5.0, "mg/kg", 10.0),
        (20.0, "ug", 20.0),
        (0.02, "mg", 20.0),
    ],
)
def test_known_conversions(value: float, unit: str, expected: float) -> None:
    assert percent_dose(value, unit, weight=2.0, dose_ng=1e5) == pytest.approx(expected, rel=1e-12)


def test_counts_become_percent_of_the_dose() -> None:
    # (61000 - 1000) counts / 1200 per ng = 50 ng, diluted 20 times: 1 ug of 100 ug
    found = percent_dose(61000.0, "counts", dose_ng=1e5, sensitivity=1200.0, blank=1000.0, dilution=20.0)
    assert found == pytest.approx(1.0, rel=1e-12)


def test_a_table_in_mixed_units(written: Write) -> None:
    path = written(
        "# dose: 100 ug\n# organ_weight kidney: 0.4 g\n# sensitivity: 1000 counts/ng\n# blank: 500 counts\n"
        "time_h,compartment,value,sd,n,unit,weight_g\n"
        "24,Liver,10,2,3,%ID/g,1.2\n24,Kidneys,1000,100,3,ng/g,\n24,feces,10500,,3,counts,\n0.5,blood,4,,3,%ID/g,\n"
    )
    liver, kidney, faeces, blood = read_fate_data(path).samples
    assert (liver.compartment, liver.value, liver.sd) == ("liver", 12.0, pytest.approx(2.4))
    assert (kidney.compartment, kidney.value) == ("kidney", pytest.approx(0.4))
    assert (faeces.compartment, faeces.value) == ("faeces", pytest.approx(0.01))
    assert (blood.quantity, blood.value) == ("concentration", 4.0)


def test_weights_of_the_table_come_before_those_of_the_header_and_the_set(written: Write) -> None:
    rows = "time_h,compartment,value,unit,weight_g\n1,liver,1,%ID/g,{}\n"
    own = read_fate_data(written("# organ_weight liver: 2 g\n" + rows.format("3"))).samples[0]
    head = read_fate_data(written("# organ_weight liver: 2 g\n" + rows.format(""))).samples[0]
    default = read_fate_data(written(rows.format("")))
    assert (own.value, head.value) == (3.0, 2.0)
    assert default.samples[0].value == pytest.approx(physiology("mouse").volumes["liver"])
    assert "weights of the set" in default.warnings[0]


def test_a_dose_per_body_weight(written: Write) -> None:
    data = read_fate_data(
        written("# dose: 5 mg/kg\n# body_weight: 25 g\ntime_h,compartment,value,unit\n1,urine,12.5,ug\n")
    )
    assert data.dose_ng == pytest.approx(125e3)  # 5 mg/kg of 25 g
    assert data.samples[0].value == pytest.approx(10.0)


def test_bounds_are_read_as_bounds(written: Write) -> None:
    data = read_fate_data(written("24,liver,<0.5,,3,%ID,,\n24,urine,>40,,3,%ID,,\n24,faeces,~5,,3,%ID,,\n"))
    assert [item.relation for item in data.samples] == ["<", ">", "~"]
    assert [item.value for item in data.samples] == [0.5, 40.0, 5.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("24,liver,abc,,3,%ID,,\n", "'abc' is not a number"),
        ("24,liver,,,3,%ID,,\n", "is empty"),
        ("24,liver,nan,,3,%ID,,\n", "is not a number"),
        ("-1,liver,3,,3,%ID,,\n", "a collection from"),
        ("24,liver,3,,3,%IDg,,\n", "unknown unit"),
        ("24,liver,3,,3,furlong,,\n", "column 'unit': unknown unit .* ng/g"),
        ("24,liver,3,,3,ng/g,,\n", "needs the injected gold"),
        ("24,tumour,3,,3,%ID/g,,\n", "no weight of tumour"),
        ("24,liver,3,,3,%ID/mL,,\n", "per volume is for blood"),
        ("24,liver,3,-1,3,%ID,,\n", "sd -1"),
        ("24,liver,3,,0.5,%ID,,\n", "n 0.5"),
        ("# species: cat\ntime_h,compartment,value,unit\n1,liver,1,%ID\n", "unknown species"),
        ("# dose: 3 mL\ntime_h,compartment,value,unit\n1,liver,1,%ID\n", "is not a quantity"),
        ("# bodyweight: 3 g\ntime_h,compartment,value,unit\n1,liver,1,%ID\n", "unknown header"),
        ("time_h,organ,value,unit\n1,liver,1,%ID\n", "column 'compartment' is missing"),
    ],
)
def test_bad_input_gets_one_line(written: Write, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_fate_data(written(text))


def codes(path: Path) -> list[tuple[str, str]]:
    return [(item.severity, item.code) for item in lint(read_fate_data(path)).findings]


def test_a_clean_table_has_no_errors(written: Write) -> None:
    rows = "24,liver,40,4,3,%ID,,\n24,urine,30,6,3,%ID,,\n24,faeces,8,1.2,3,%ID,,\n24,rest,12,3,3,%ID,,\n"
    assert codes(written(rows)) == []


def test_recovery_above_100_is_flagged_and_not_clipped(written: Write) -> None:
    path = written("24,liver,80,4,3,%ID,,\n24,urine,30,6,3,%ID,,\n")
    result = lint(read_fate_data(path))
    assert ("warning", "recovery") in [(item.severity, item.code) for item in result.findings]
    assert result.recoveries[0]["found_percent_id"] == 110.0
    assert [item.value for item in result.data.samples] == [80.0, 30.0]


def test_recovery_sums_increments_and_counts_a_bound_as_nothing(written: Write) -> None:
    text = (
        "time_h,compartment,value,unit,animal,start_h\n6,urine,10,%ID,m1,0\n24,urine,5,%ID,m1,6\n"
        "24,liver,40,%ID,m1,\n24,kidney,<3,%ID,m1,\n"
    )
    found = lint(read_fate_data(written(text))).recoveries
    assert [item["found_percent_id"] for item in found] == [55.0]


def test_missing_gold_says_what_was_not_measured(written: Write) -> None:
    result = lint(read_fate_data(written("24,liver,20,4,3,%ID,,\n24,spleen,2,1,3,%ID,,\n")))
    finding = next(item for item in result.findings if item.code == "missing-gold")
    assert "urine, faeces, blood or plasma, rest" in finding.message


@pytest.mark.parametrize("factor", [1000.0, 1e-3, 1e-6])
def test_a_slip_of_the_unit_is_found(written: Write, factor: float) -> None:
    values = [20.0, 25.0 * factor, 22.0, 18.0]
    rows = "".join(f"{time},liver,{value},,3,%ID,,\n" for time, value in zip((2, 6, 24, 48), values, strict=True))
    result = lint(read_fate_data(written(rows)))
    slips = [item for item in result.findings if item.code == "unit-slip"]
    assert [item.where for item in slips] == ["line 3"]


def test_a_steep_curve_is_no_slip(written: Write) -> None:
    # bi-exponential blood over three decades
    values = [100 * math.exp(-2 * time) + math.exp(-0.1 * time) for time in (0.1, 0.5, 1, 2, 4, 8, 24)]
    rows = "".join(f"{t},blood,{v:.5g},,3,%ID/mL,,\n" for t, v in zip((0.1, 0.5, 1, 2, 4, 8, 24), values, strict=True))
    assert "unit-slip" not in [code for _, code in codes(written(rows))]


def test_fractions_of_the_dose_are_found(written: Write) -> None:
    rows = "24,liver,0.4,,3,%ID,,\n24,urine,0.3,,3,%ID,,\n24,faeces,0.1,,3,%ID,,\n24,rest,0.15,,3,%ID,,\n"
    assert ("error", "unit-slip") in codes(written(rows))


@pytest.mark.parametrize("value", ["0", "-0.2"])
def test_what_is_no_measurement_is_an_error(written: Write, value: str) -> None:
    assert ("error", "below-limit") in codes(written(f"24,liver,{value},,3,%ID,,\n24,urine,3,,3,%ID,,\n"))


def test_bounds_are_noted(written: Write) -> None:
    assert ("note", "below-limit") in codes(written("24,liver,<0.1,,3,%ID,,\n24,urine,3,,3,%ID,,\n"))


def test_duplicates_are_found(written: Write) -> None:
    assert ("error", "duplicate") in codes(written("24,liver,5,1,3,%ID,,\n24,Liver,6,1,3,%ID,,\n"))
    block = "".join(f"{t},liver,{v},1,3,%ID,{g},\n" for g in "AB" for t, v in ((1, 5.1), (2, 6.2), (24, 7.3)))
    assert ("warning", "duplicate") in codes(written(block))


def test_single_animals_may_share_time_and_compartment(written: Write) -> None:
    assert "duplicate" not in [code for _, code in codes(written("24,liver,5,,,%ID,,m1\n24,liver,6,,,%ID,,m2\n"))]


def test_labels_are_checked(written: Write) -> None:
    assert ("error", "label") in codes(written("24,livr,5,,3,%ID,,\n"))
    assert ("warning", "label") in codes(written("24,liver,5,,3,%ID,NC-1,\n24,liver,6,,3,%ID,nc 1,\n"))
    assert ("warning", "label") in codes(written("24,liver,5,,,%ID,A,m1\n24,liver,6,,,%ID,B,m1\n"))
    assert ("error", "label") in codes(written("2,liver,5,,,%ID,A,m1\n24,liver,6,,,%ID,A,m1\n"))


def test_cumulative_excreta_must_not_fall(written: Write) -> None:
    assert ("error", "excreta") in codes(written("6,urine,9,,,%ID,,m1\n24,urine,7,,,%ID,,m1\n"))


def test_spreads_are_checked(written: Write) -> None:
    assert ("warning", "spread") in codes(written("24,liver,5,9,3,%ID,,\n"))
    rows = "".join(f"{time},liver,{value},{0.1 * value},3,%ID,,\n" for time, value in enumerate((5, 6, 9, 7, 8), 1))
    assert ("warning", "spread") in codes(written(rows))


def test_two_units_that_imply_an_impossible_weight(written: Write) -> None:
    assert ("warning", "weight") in codes(written("24,liver,5,,3,%ID,,\n24,liver,50,,3,%ID/g,,\n"))


def test_serial_samples_of_one_animal_are_said_not_to_be_independent(written: Write) -> None:
    """Four samples that move together are worth one: errors are sqrt(4) times too small."""
    rows = "".join(
        f"{time},blood,{value},,,%ID/mL,,{animal}\n"
        for animal, scale in (("m1", 1.0), ("m2", 1.7))
        for time, value in ((0.1, 40 * scale), (0.5, 20 * scale), (2, 8 * scale), (24, 1 * scale))
    )
    found = [item for item in lint(read_fate_data(written(rows))).findings if item.code == "serial"]
    assert [item.severity for item in found] == ["warning"]
    assert "2 animals sampled 4 times each" in found[0].message
    assert "2 times too narrow" in found[0].message
    image = "".join(f"{t},liver,{v},,,counts/s,,m1\n" for t, v in ((1, 50), (4, 80), (24, 70)))
    assert ("warning", "serial") in codes(written(image))


def test_terminal_animals_and_cages_are_not_serial(written: Write) -> None:
    rows = "1,blood,30,,,%ID/mL,,m1\n24,blood,5,,,%ID/mL,,m2\n24,liver,40,,,%ID,,m2\n"
    cage = "6,urine,5,,,%ID,,c1\n24,urine,9,,,%ID,,c1\n"
    means = "1,blood,30,3,3,%ID/mL,,\n24,blood,5,1,3,%ID/mL,,\n"
    for text in (rows, cage, means):
        assert "serial" not in [code for _, code in codes(written(text))]


def test_the_command_check(goldshell: Any, written: Write) -> None:
    good = goldshell("fate", "check", str(written("24,liver,40,4,3,%ID,,\n24,urine,70,6,3,%ID,,\n")), "--json")
    assert good.code == 0
    assert [item["code"] for item in good.json["findings"]] == ["recovery"]
    bad = goldshell("fate", "check", str(written("24,liver,0,4,3,%ID,,\n")), "--json")
    assert (bad.code, bad.json["status"]) == (1, "error")
