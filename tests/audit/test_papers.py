"""What holds for the audit of every paper: complete checks, and verdicts that hang on the literature rows."""

from __future__ import annotations

from typing import Any

import pytest

from audit.paper import ROWS, Paper
from goldshell.audit import PAPERS, Verdict

AUDITED = [Paper(name) for name in PAPERS]
CLAIMS = [(paper, claim) for paper in AUDITED for claim in paper.claims]


def name(value: Any) -> str:
    return value.name if isinstance(value, Paper) else value.id


@pytest.mark.parametrize("paper", AUDITED, ids=name)
def test_there_are_at_least_thirty_checks_of_every_verdict(paper: Paper) -> None:
    assert len(paper.checks) == len(paper.result.checks) >= 30
    assert all(count > 0 for count in paper.result.count().values())


@pytest.mark.parametrize(("paper", "claim"), CLAIMS, ids=name)
def test_check_is_complete(paper: Paper, claim: Any) -> None:
    """Every check says what it used and where that stands, and shows numbers in its arithmetic."""
    item = paper.checks[claim.id]
    assert item.title
    assert item.theme
    assert item.reported is not None
    assert (item.computed is None) == (item.verdict is Verdict.NOT_TESTABLE)
    assert len(item.because) > 40
    assert item.because.endswith(".")
    assert "{" not in item.because
    assert item.locators
    assert all(': "' in locator for locator in item.locators)
    assert all(identifier in ROWS for identifier in item.inputs)


@pytest.mark.parametrize(("paper", "claim"), CLAIMS, ids=name)
def test_no_verdict_survives_the_loss_of_its_inputs(paper: Paper, claim: Any) -> None:
    """Without any one of the rows that a check needs, it is not testable."""
    for identifier in claim.inputs:
        found = paper.rechecked(claim.id, {identifier: None})
        assert found.verdict is Verdict.NOT_TESTABLE
        assert identifier in found.because


@pytest.mark.parametrize(("paper", "claim"), [pair for pair in CLAIMS if pair[1].wanted], ids=name)
def test_wanted_rows_are_absent_from_the_tables(paper: Paper, claim: Any) -> None:
    """What a check calls not stated is not in the literature table."""
    assert not [identifier for identifier in claim.wanted if identifier in ROWS]


@pytest.mark.parametrize("paper", AUDITED, ids=name)
def test_result_as_dictionary_and_table(paper: Paper) -> None:
    payload = paper.result.to_dict()
    assert payload["paper"] == paper.name
    keys = {"id", "title", "reported", "computed", "unit", "verdict", "because", "locators"}
    assert all(keys <= set(item) for item in payload["checks"])
    frame = paper.result.to_dataframe()
    assert len(frame) == len(paper.result.checks)
    assert set(frame["verdict"]) == {str(verdict) for verdict in Verdict}


@pytest.mark.parametrize("paper", AUDITED, ids=name)
def test_selection_by_verdict(paper: Paper) -> None:
    selected = paper.result.selected("contradicts")
    assert {item.verdict for item in selected.checks} == {Verdict.CONTRADICTS}
    assert paper.result.selected(None) == paper.result
