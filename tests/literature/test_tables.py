"""Every row of the statement tables: vocabulary, units, references, and locators against the source texts."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from goldshell.literature import Row, bibliography, cite, rows, show, value
from goldshell.units import check_unit

RELATIONS = {"=", "<", ">", "~", "range", "order"}
STATUSES = {"measured", "derived", "estimated", "quoted"}
TEXTS = {"zhang2026": "zhang2026_ligand_engineering.txt", "sang2024": "sang2024_biological_interaction.txt"}
ROWS = rows()
SNIPPET = re.compile(r'^(?P<section>.+?): "(?P<snippet>.+)"$', re.DOTALL)


def test_there_are_enough_rows_from_both_papers() -> None:
    """The two papers hold 700-800 quantitative statements."""
    assert sum(row.source in TEXTS for row in ROWS) >= 600
    assert len({row.id for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_row_is_well_formed(row: Row) -> None:
    assert row.relation in RELATIONS
    assert row.status in STATUSES
    check_unit(row.unit)
    if row.relation == "range":
        assert row.low <= row.high
        assert not row.value
    elif row.relation == "order":
        assert re.search(r"[<>=~]", row.value)
    else:
        assert math.isfinite(row.number)
    assert not row.sd < 0
    assert row.source in bibliography()
    for key in re.findall(r"\bvia ([a-z]+\d{4}[a-z]?)", row.note):
        assert key in bibliography()


@pytest.mark.parametrize("source", TEXTS)
def test_locators_stand_in_the_source_text(source: str, shared: Path) -> None:
    """Section heading and snippet of each row are found in the paper's text, the snippet after the heading."""
    text = _collapse((shared / "seeds" / TEXTS[source]).read_text(encoding="utf-8"))
    problems = []
    for row in rows(source=source):
        match = SNIPPET.match(row.locator)
        if match is None:
            problems.append(f"{row.id}: locator is not 'section: \"snippet\"'")
        elif _collapse(match["snippet"]) not in text:
            problems.append(f"{row.id}: {match['snippet']!r} is not in the text")
    assert problems == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.status == "measured"], ids=lambda row: row.id)
def test_measured_numbers_stand_in_their_snippet(row: Row) -> None:
    """The digits of a measured value are those of the words it points to."""
    digits = re.sub(r"[^\d]+", " ", row.locator.replace(",", ""))
    for number in (row.number, row.low, row.high, row.sd):
        if math.isnan(number):
            continue
        plain = f"{abs(number):.10g}"
        mantissa = f"{abs(number):.6e}".partition("e")[0].rstrip("0").rstrip(".")
        candidates = {re.sub(r"[^\d]+", " ", text).strip() for text in (plain, mantissa)}
        assert any(f" {candidate} " in f" {digits} " for candidate in candidates) or _in_words(row.locator, number)


def test_values_are_converted() -> None:
    """Z: etching falls from 1.11e-1 to 1.61e-3 mM/h (its Results)."""
    fast = [row for row in rows(source="zhang2026", topic="etching") if row.number == 0.111]
    assert len(fast) == 1
    assert value(fast[0].id, "uM/h") == pytest.approx(111.0)
    assert show(fast[0].id).to_dict()["value"] == 0.111


def test_citation_has_doi() -> None:
    assert "10.1038/s41467-026-68345-z" in cite("zhang2026")
    assert "10.1007/s40820-023-01266-4" in cite("sang2024")


def _in_words(locator: str, number: float) -> bool:
    words = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 0.5: "half", 10: "ten"}
    return words.get(number, "\0") in locator.lower()


def _collapse(text: str) -> str:
    return " ".join(text.split())
