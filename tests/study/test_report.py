"""The report as a document: it needs nothing from anywhere, and every reference inside it leads somewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from goldshell.study import RunResult, run_study

LOADING = {
    "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src", "embed": "src",
    "object": "data", "link": "href", "use": "href", "image": "href",
}  # fmt: skip


class Page(HTMLParser):
    """Identifiers, links, and what the page would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.identifiers: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if found.get("id"):
            self.identifiers.append(str(found["id"]))
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        for name in (LOADING.get(tag, ""), "srcset", "poster", "background"):
            if found.get(name):
                self.loads.append(str(found[name]))
        if "style" in found:
            self.loads += re.findall(r"url\(([^)]*)\)", str(found["style"]))


@pytest.fixture(scope="module")
def text(packaged_run: RunResult) -> str:
    return packaged_run.report.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_nothing_is_loaded_from_anywhere(text: str, page: Page) -> None:
    assert all(load.startswith(("#", "data:")) for load in page.loads), page.loads
    style = "".join(re.findall(r"<style.*?</style>", text, re.DOTALL))
    assert "@import" not in style
    assert "url(" not in style
    assert "script" not in page.tags
    outside = set(re.findall(r"https?://[^\s\"'<>]+", text))
    assert outside
    assert all(link.startswith("https://doi.org/") for link in outside), outside


def test_identifiers_are_unique_and_links_inside_lead_somewhere(text: str, page: Page) -> None:
    assert len(page.identifiers) == len(set(page.identifiers))
    known = set(page.identifiers)
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside
    assert inside <= known
    # clip paths, markers and glyphs of the figures
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= known
    assert {load[1:] for load in page.loads if load.startswith("#")} <= known


def test_the_summary_comes_first_and_every_analysis_has_its_section(text: str, page: Page, packaged_run) -> None:
    places = [text.index(f">{heading}<") for heading in (
        "Summary", "What was asked", "What was found", "What is contradicted", "What to measure next",
    )]  # fmt: skip
    assert places == sorted(places)
    for entry in packaged_run.analyses:
        assert f"analysis-{entry['id']}" in page.identifiers
    assert places[-1] < text.index('<section id="analysis-')
    for heading in ("Published values used", "References", "Provenance"):
        assert f"<h2>{heading}</h2>" in text
    assert text.count("<svg") == text.count("<figcaption") >= 8
    assert text.count("<svg") == sum(len(entry["figures"]) for entry in packaged_run.analyses)


def test_tables_can_be_taken_from_the_page(text: str, packaged_run: RunResult) -> None:
    import base64

    found = re.findall(r'download="([^"]+)" href="data:text/csv;charset=utf-8;base64,([^"]+)"', text)
    tables = {path for entry in packaged_run.analyses for path in entry["tables"].values()}
    assert {f"tables/{name}" for name, _ in found} == tables
    for name, content in found:
        assert base64.b64decode(content) == (packaged_run.record.parent / "tables" / name).read_bytes()


def test_text_of_a_study_cannot_become_markup(write_study, tmp_path: Path) -> None:
    study = write_study()
    evil = "<script>alert(1)</script> <b onmouseover=x> & \"'"
    text = (study / "study.yaml").read_text().replace("A small study", f"{evil!r}".replace("\\'", "''"))
    (study / "study.yaml").write_text(text.replace("Aqueous pH", "Aqueous <i>pH</i>"))
    (study / "ph.csv").write_text("condition,n_low,n_high,note\n<u>5</u>,0,1,<img src=x>\n7,0,2,b\n")
    result = run_study(study, tmp_path / "out")
    assert result.status == "done", result.failures
    page = Page(result.report.read_text(encoding="utf-8"))
    assert not {"script", "img", "u"} & set(page.tags)


def test_failed_and_changed_runs_say_so_at_the_top(write_study, tmp_path: Path) -> None:
    study = write_study()
    run_study(study, tmp_path / "out")
    (study / "ph.csv").write_text("condition,n_low,n_high\n5,0,99\n")
    result = run_study(study, tmp_path / "out")
    text = result.report.read_text(encoding="utf-8")
    top = text[: text.index("<h2>Summary</h2>")]
    assert "At least one analysis failed" in top
    assert "Changed since the last run" in top
    assert "input changed since the run of" in top
