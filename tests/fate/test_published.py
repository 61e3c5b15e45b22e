"""A fit to published gold in rats, Hirn et al. 2011; `tests/reference/fate/README.md` has the source."""

from __future__ import annotations

from pathlib import Path

from goldshell.fate import FitOptions, fit, lint, read_fate_data

DATA = Path(__file__).parent.parent / "reference" / "fate" / "hirn2011.csv"


def test_recovery_above_100_percent_of_a_published_table_is_flagged() -> None:
    found = {
        (item["group"], item["time_h"]): item["found_percent_id"] for item in lint(read_fate_data(DATA)).recoveries
    }
    # sums of the printed columns
    assert abs(found["1.4 nm", 1.0] - 104.2073) < 1e-3
    assert abs(found["1.4 nm", 24.0] - 101.7155) < 1e-3
    assert sum(item.code == "recovery" for item in lint(read_fate_data(DATA)).findings) >= 2


def test_larger_gold_goes_faster_to_the_liver() -> None:
    result = fit(read_fate_data(DATA), FitOptions(spread=1.0, covariate="core_diameter_nm"), profiles=False)
    liver = {group: values["CL_liver"].value for group, values in result.group_values.items()}
    # Hirn et al. 2011: liver uptake rises with size, from 51 %ID (1.4 nm) to 92 and 94 %ID (5, 18 nm) at 24 h
    assert liver["1.4 nm"] < 0.5 * liver["5 nm"]
    assert any("found in" in text and "104.2 %ID" in text for text in result.warnings)
    assert "lung" in result.posed.left_out
    assert any("V1 is not determined" in text for text in result.warnings), "the first blood sample is at 1 h"
    for one in result.predictions:
        if one.compartment == "liver":
            assert abs(one.predicted - one.observed) < 0.25 * one.observed
