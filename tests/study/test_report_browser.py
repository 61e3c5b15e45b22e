"""The report in a real browser: it renders, fits the window, says nothing on the console, and prints."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from goldshell.study import RunResult

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver")


@pytest.fixture(scope="module")
def browser(packaged_run: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The packaged study's report, opened from a file in a window of 1280 px without network."""
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = str(CHROMIUM)
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
        "--window-size=1280,900",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(executable_path=str(DRIVER)))
    try:
        driver.get(packaged_run.report.resolve().as_uri())
        yield driver
    finally:
        driver.quit()


def test_it_renders_without_a_word_on_the_console(browser) -> None:
    assert "Au25(p-MBSA)18" in browser.title
    assert browser.execute_script("return document.readyState") == "complete"
    assert browser.get_log("browser") == []


def test_nothing_is_fetched(browser) -> None:
    fetched = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [name for name in fetched if not name.startswith("data:")] == []


@pytest.mark.parametrize("width", [1280, 900, 420])
def test_nothing_runs_over_the_side(browser, width: int) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    try:
        wide = browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_every_figure_is_drawn_with_its_text(browser, packaged_run: RunResult) -> None:
    sizes = browser.execute_script(
        "return [...document.querySelectorAll('figure svg')].map(svg => {"
        " const box = svg.getBoundingClientRect();"
        " return [box.width, box.height, svg.querySelectorAll('text').length, svg.querySelectorAll('path').length]})"
    )
    assert len(sizes) == sum(len(entry["figures"]) for entry in packaged_run.analyses)
    for width, height, texts, paths in sizes:
        assert width > 200
        assert height > 100
        assert texts > 3
        assert paths > 3


def test_no_text_of_a_figure_is_cut_off(browser) -> None:
    cut = browser.execute_script(
        "const cut = [];"
        "for (const svg of document.querySelectorAll('figure svg')) {"
        " const frame = svg.getBoundingClientRect();"
        " for (const text of svg.querySelectorAll('text')) {"
        "  const box = text.getBoundingClientRect();"
        "  const over = Math.max(frame.left - box.left, box.right - frame.right, frame.top - box.top,"
        "   box.bottom - frame.bottom);"
        "  const slack = text.querySelector('tspan') ? 14 : 2;"  # the box of raised text reaches above its ink
        "  if (over > slack) cut.push(`${svg.closest('figure').id}: ${text.textContent.trim()}, ${over} px`);"
        " }}"
        "return cut"
    )
    assert cut == []


def test_links_inside_lead_somewhere(browser) -> None:
    missing = browser.execute_script(
        "return [...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href').slice(1))"
        ".filter(id => !document.getElementById(id))"
    )
    assert missing == []


def test_contents_stay_in_view_and_lead_to_the_sections(browser) -> None:
    from selenium.webdriver.common.by import By

    links = browser.find_elements(By.CSS_SELECTOR, "nav.contents a")
    assert len(links) >= 10
    links[3].click()
    target = browser.find_element(By.ID, links[3].get_attribute("href").split("#")[1])
    assert abs(browser.execute_script("return arguments[0].getBoundingClientRect().top", target)) < 60
    assert links[0].is_displayed()


def test_it_prints(browser, tmp_path: Path) -> None:
    pdf = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
    (tmp_path / "report.pdf").write_bytes(pdf)
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type/Page") > 5
