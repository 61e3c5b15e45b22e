"""Every row of the statement tables: vocabulary, units, references, and locators against the source texts."""

from __future__ import annotations

import csv
import math
import re
import unicodedata
from importlib.resources import files
from pathlib import Path

import pytest

from goldshell.literature import Row, bibliography, cite, rows, show, value
from goldshell.units import check_unit

RELATIONS = {"=", "<", ">", "~", "range", "order"}
STATUSES = {"measured", "derived", "estimated", "quoted"}
TEXTS = {"zhang2026": "zhang2026_ligand_engineering.txt", "sang2024": "sang2024_biological_interaction.txt"}
ROWS = rows()
TABLES = sorted(
    item.name for item in (files("goldshell.literature") / "tables").iterdir() if item.name.endswith(".csv")
)
NUMBERED_HEADING = re.compile(r"\d(\.\d)* [A-Z][\w -]+")
SNIPPET = re.compile(r'^(?P<section>.+?): "(?P<snippet>.+)"$', re.DOTALL)


def test_there_are_enough_rows_from_both_papers() -> None:
    """The two papers hold more than 800 quantitative statements."""
    assert sum(row.source in TEXTS for row in ROWS) >= 800
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


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_described_and_its_sources_are_in_the_bibliography(name: str) -> None:
    """SOURCES.md names the table; each cell of a column ``source`` or ``*_source`` holds keys of references.bib."""
    folder = files("goldshell.literature")
    assert f"`{name}`" in (folder / "SOURCES.md").read_text(encoding="utf-8")
    text = (folder / "tables" / name).read_text(encoding="utf-8")
    table = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert table
    columns = [column for column in table[0] if column == "source" or column.endswith("_source")]
    assert columns or name == "solvent_names.csv", "values without a source"
    for row in table:
        for column in columns:
            assert set(re.split(r"[;|] *", row[column])) - {""} <= set(bibliography())
        assert not columns or any(row[column] for column in columns)


@pytest.mark.parametrize("source", TEXTS)
def test_locators_stand_in_the_source_text(source: str, shared: Path) -> None:
    """Section heading and snippet of each row are found in the paper's text, the snippet within its section."""
    paper = Paper((shared / "seeds" / TEXTS[source]).read_text(encoding="utf-8"), rows(source=source))
    problems = {row.id: problem for row in rows(source=source) if (problem := paper.problem(row))}
    assert problems == {}


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.source in TEXTS and row.status in {"measured", "quoted"}],
    ids=lambda row: row.id,
)
def test_numbers_stand_in_their_snippet(row: Row) -> None:
    """The digits of a value that a paper prints are those of the words that its row points to.

    Rows that are ``derived`` (computed, counted, or printed as a word) or ``estimated`` are free of it.
    """
    snippet = _snippet(row)[1]
    printed = _digits(re.sub(r"(?<=\d),(?=\d{3}\b)", "", unicodedata.normalize("NFKC", snippet)))
    for number in (row.number, row.low, row.high, row.sd):
        if math.isnan(number):
            continue
        plain = f"{abs(number):.10g}"
        mantissa = f"{abs(number):.6e}".partition("e")[0].rstrip("0").rstrip(".")
        candidates = {_digits(text) for text in (plain, mantissa)}
        assert any(f" {candidate} " in f" {printed} " for candidate in candidates), (number, snippet)


def test_values_are_converted() -> None:
    """Z: etching falls from 1.11e-1 to 1.61e-3 mM/h (its Results)."""
    fast = [row for row in rows(source="zhang2026", topic="etching") if row.number == 0.111]
    assert len(fast) == 1
    assert value(fast[0].id, "uM/h") == pytest.approx(111.0)
    assert show(fast[0].id).to_dict()["value"] == 0.111


def test_bibliography_is_one_file_sorted_by_key() -> None:
    """A key appears once, and sorted keys show at a glance whether a reference is there."""
    folder = files("goldshell.literature")
    assert [item.name for item in folder.iterdir() if item.name.endswith(".bib")] == ["references.bib"]
    keys = re.findall(r"^@\w+\{([^,\s]+),", (folder / "references.bib").read_text(encoding="utf-8"), re.MULTILINE)
    assert keys == sorted(set(keys))
    assert set(keys) == set(bibliography())


def test_citation_has_doi() -> None:
    assert "10.1038/s41467-026-68345-z" in cite("zhang2026")
    assert "10.1007/s40820-023-01266-4" in cite("sang2024")


class Paper:
    """A paper's text, cut into its sections, figure captions, tables and footnotes."""

    def __init__(self, text: str, described: tuple[Row, ...]) -> None:
        self.lines = text.splitlines()
        self.text = _collapse(text)
        known = {section for section, _ in map(_snippet, described)} | {"Results", "Methods"}
        self.sections: dict[str, str] = {}
        section = ""
        for line in self.lines:
            if (heading := line.strip()) in known or NUMBERED_HEADING.fullmatch(heading):
                section = heading
            self.sections[section] = f"{self.sections.get(section, '')} {line}"

    def problem(self, row: Row) -> str:
        """What is wrong with the row's locator; empty where it stands."""
        section, snippet = _snippet(row)
        if not snippet:
            return "locator is not 'section: \"snippet\"'"
        if snippet not in self.text:
            return f"{snippet!r} is not in the text"
        if where := re.fullmatch(r"Table 1, row (.+)", section):
            cells = [line.split("\t") for line in self.lines if line.startswith(f"{where[1]}\t")]
            return "" if any(snippet in line for line in cells) else f"{snippet!r} is no cell of that row"
        if where := re.fullmatch(r"Table 1, footnote (\w)", section):
            return (
                ""
                if any(re.search(rf"\^{where[1]}{re.escape(snippet)}", line) for line in self.lines)
                else "no footnote"
            )
        if re.fullmatch(r"Fig\. \d+", section):
            captions = [found.start() for found in re.finditer(rf"{re.escape(section)} \|", self.text)]
            places = [found.start() for found in re.finditer(re.escape(snippet), self.text)]
            near = any(abs(place - caption) < CAPTION_REACH for place in places for caption in captions)
            return "" if near else f"{snippet!r} is not by the caption"
        if section.title() in {"Abstract", "Introduction"}:  # these have no heading line of their own
            return "" if snippet in _collapse(self.sections[""]) else f"{snippet!r} is not before the first heading"
        if section not in self.sections:
            return f"{section!r} is not a heading of the text"
        return "" if snippet in _collapse(self.sections[section]) else f"{snippet!r} is not in that section"


CAPTION_REACH = 2500
"""Characters between the start of a caption and any word of it, or of the table that stands above it."""


def _snippet(row: Row) -> tuple[str, str]:
    match = SNIPPET.match(row.locator)
    return ("", "") if match is None else (match["section"], _collapse(match["snippet"]))


def _digits(text: str) -> str:
    return re.sub(r"[^\d]+", " ", text).strip()


def _collapse(text: str) -> str:
    return " ".join(text.split())
