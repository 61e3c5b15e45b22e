"""Audits: the quantitative statements of a paper, re-derived from its own numbers, each with a verdict."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldshell.audit.check import Check as Check
    from goldshell.audit.check import PaperAudit as PaperAudit
    from goldshell.audit.papers import PAPERS as PAPERS
    from goldshell.audit.papers import audit as audit
    from goldshell.audit.verdict import Verdict as Verdict
else:
    from goldshell.lazy import lazy_exports

    lazy_exports(__name__)
