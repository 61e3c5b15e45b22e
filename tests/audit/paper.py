"""One audited paper, and its checks again on other rows."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from goldshell.audit import PAPERS, Check, PaperAudit, audit
from goldshell.audit.check import check
from goldshell.literature import Row, rows

ROWS = {row.id: row for row in rows()}


class Paper:
    """A paper by its key: its claims, and what the audit says of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.claims = importlib.import_module(PAPERS[name]).CLAIMS

    @property
    def result(self) -> PaperAudit:
        """The audit on the packaged rows, made when a test first asks for it."""
        return audit(self.name)

    @property
    def checks(self) -> dict[str, Check]:
        """The checks by their identifiers."""
        return {item.id: item for item in self.result.checks}

    def rechecked(self, identifier: str, changes: Mapping[str, dict[str, Any] | None]) -> Check:
        """One check with rows changed, added (an unknown id) or removed (None)."""
        changed = dict(ROWS)
        for key, change in changes.items():
            row_id = key if key in ROWS else f"{self.name}-{key}"
            if change is None:
                changed.pop(row_id)
            else:
                changed[row_id] = replace(changed.get(row_id) or self._new_row(row_id), **change)
        claim = next(one for one in self.claims if one.id == identifier)
        return check(claim, changed, self.name)

    def _new_row(self, identifier: str) -> Row:
        cells: dict[str, Any] = {field.name: "" for field in fields(Row)}
        cells |= {"low": math.nan, "high": math.nan, "sd": math.nan, "relation": "=", "unit": "1", "source": self.name}
        return Row(**(cells | {"id": identifier, "locator": "Methods", "status": "quoted"}))
