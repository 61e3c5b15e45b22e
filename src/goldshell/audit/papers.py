"""The papers that have an audit, and the one verb that runs it."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping

from goldshell.audit.check import PaperAudit, check
from goldshell.errors import UnknownNameError
from goldshell.literature import Row
from goldshell.literature import rows as literature_rows

PAPERS = {"zhang2026": "goldshell.audit.zhang2026", "sang2024": "goldshell.audit.sang2024"}
"""Key of the bibliography -> module whose CLAIMS are tested; imported when asked for."""


def audit(paper: str, *, rows: Mapping[str, Row] | None = None) -> PaperAudit:
    """Re-derive every testable quantitative statement of a paper.

    Parameters
    ----------
    paper : one of `PAPERS`
    rows : literature rows by id, in place of the packaged ones: shows how a verdict hangs on an input

    Returns
    -------
    PaperAudit

    Raises
    ------
    UnknownNameError : no audit of that paper exists
    """
    if paper not in PAPERS:
        raise UnknownNameError("paper", paper, PAPERS)
    return _audit_as_published(paper) if rows is None else _audit(paper, rows)


@functools.cache
def _audit_as_published(paper: str) -> PaperAudit:
    """The audit on the packaged rows, which do not change while the program runs."""
    return _audit(paper, {row.id: row for row in literature_rows()})


def _audit(paper: str, known: Mapping[str, Row]) -> PaperAudit:
    claims = importlib.import_module(PAPERS[paper]).CLAIMS
    return PaperAudit(paper, tuple(check(one, known, paper) for one in claims))
