"""How names, numbers and units are set."""

from __future__ import annotations

import pytest

from goldshell.study.typography import cell, column, number, prose, reference, unit


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Au25(p-MBSA)18", "Au<sub>25</sub>(<i>p</i>-MBSA)<sub>18</sub>"),
        ("Au25(p-MBSA)18-n(p-MBA)n", "Au<sub>25</sub>(<i>p</i>-MBSA)<sub>18−n</sub>(<i>p</i>-MBA)<sub>n</sub>"),
        ("[Au25(SG)18]-", "[Au<sub>25</sub>(SG)<sub>18</sub>]-"),
        ("1.61e-3 mM/h", "1.61 × 10<sup>−3</sup>\u00a0mM/h"),
        ("1e+06", "1 × 10<sup>6</sup>"),
        ("68.9^(1/1.8) and 10.5^0.3", "68.9<sup>1/1.8</sup> and 10.5<sup>0.3</sup>"),
        ("about -3 e", "about −3 e"),
        ("-1", "−1"),
        ("2.3e-9 m2/s", "2.3 × 10<sup>−9</sup>\u00a0m<sup>2</sup>/s"),
        ("5 % at 30 min", "5\u00a0% at 30\u00a0min"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("the paper's", "the paper’s"),
        ("11-fold", "11\u2011fold"),
        ("zhang2026", "zhang2026"),
    ],
)
def test_prose(text: str, html: str) -> None:
    assert prose(text) == html


def test_numbers_columns_units_and_cells() -> None:
    assert number(0.111) == "0.111"
    assert number(1.61e-10) == "1.61 × 10<sup>−10</sup>"
    assert number(-3.0) == "−3"
    assert number(1234567) == "1234567"
    assert number(None) == number(float("nan")) == ""
    assert number(float("inf")) == "∞"
    assert column("D_m2_s") == "D / m² s⁻¹"
    assert column("value_percent_id") == "value / %ID"
    assert column("ph") == "pH"
    assert column("mass_balance") == "mass balance"
    assert unit("1") == ""
    assert unit("mM/h") == "mM h⁻¹"
    assert unit("<b>") == "&lt;b&gt;"
    assert cell("etching_rate") == "etching rate"
    assert cell("wilke_chang") == "Wilke-Chang"
    assert cell("p_atp_feed.csv") == "p_atp_feed.csv"


def test_references_link_their_doi() -> None:
    html = reference("Wilke & Chang. AIChE J. 1 (1955) 264-270. doi:10.1002/aic.690010222")
    assert '<a href="https://doi.org/10.1002/aic.690010222">doi:10.1002/aic.690010222</a>' in html
    assert "Wilke &amp; Chang" in html
