"""A check of one statement of a paper: which literature rows it needs, how it is re-derived, and its result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldshell.audit.verdict import Reading, Statement, Verdict, compare
from goldshell.literature import Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Finding:
    """What a derivation hands back: the statement, what each reading gives, and the arithmetic in words.

    Parameters
    ----------
    statement : what the paper states
    readings : what follows from each admissible reading; empty when an input that the text lacks stops it
    because : the arithmetic, with numbers and units, in one or two sentences
    every : the readings are cases of the statement that must all hold, not alternative readings of the text
    """

    statement: Statement
    readings: Sequence[Reading]
    because: str
    every: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement of a paper that can be tested.

    Parameters
    ----------
    id, title : short name, and the statement in a few words
    theme : what it is about; groups the overview
    unit : of ``reported`` and ``computed`` [pint name, "1" for dimensionless]
    inputs : ids of the literature rows that the derivation needs
    wanted : ids of rows that the text would have to state for the test to be complete; None is passed where absent
    derive : function of those rows, in that order
    """

    id: str
    title: str
    theme: str
    unit: str
    inputs: tuple[str, ...]
    wanted: tuple[str, ...]
    derive: Callable[..., Finding]


@dataclass(frozen=True, slots=True)
class Check:
    """One re-derived statement.

    Parameters
    ----------
    id, title, theme : of the claim
    reported : what the paper states [unit]; words for bounds, ranges and orderings
    computed : what follows from the first reading [unit]; None where nothing could be computed
    unit : pint name, "1" for dimensionless
    verdict : computed by `goldshell.audit.verdict.compare`
    because : the arithmetic
    locators : where the inputs stand in the paper, section and snippet
    inputs : ids of the literature rows
    readings : every reading with its number and how it compares
    """

    id: str
    title: str
    theme: str
    reported: float | str | None
    computed: float | str | None
    unit: str
    verdict: Verdict
    because: str
    locators: tuple[str, ...]
    inputs: tuple[str, ...]
    readings: tuple[dict[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """The check as JSON types."""
        return {
            "id": self.id,
            "title": self.title,
            "theme": self.theme,
            "reported": self.reported,
            "computed": self.computed,
            "unit": self.unit,
            "verdict": str(self.verdict),
            "because": self.because,
            "locators": list(self.locators),
            "inputs": list(self.inputs),
            "readings": [dict(item) for item in self.readings],
        }


@dataclass(frozen=True, slots=True)
class PaperAudit:
    """All checks of one paper.

    Parameters
    ----------
    paper : key of the bibliography
    checks : in the order of the paper's argument
    """

    paper: str
    checks: tuple[Check, ...]

    def count(self) -> dict[str, int]:
        """How many checks end in each verdict."""
        return {str(verdict): sum(item.verdict is verdict for item in self.checks) for verdict in Verdict}

    def selected(self, verdict: str | None) -> PaperAudit:
        """The audit with the checks of one verdict only; all when None."""
        return PaperAudit(self.paper, tuple(item for item in self.checks if verdict in {None, item.verdict}))

    def to_dict(self) -> dict[str, Any]:
        """``{"paper", "checks": [...]}`` of the JSON output."""
        return {"paper": self.paper, "checks": [item.to_dict() for item in self.checks]}

    def to_dataframe(self) -> pd.DataFrame:
        """One row per check; locators joined by a bar."""
        import pandas as pd

        columns = ("id", "theme", "title", "reported", "computed", "unit", "verdict", "because", "locators")
        rows = [{**item.to_dict(), "locators": " | ".join(item.locators)} for item in self.checks]
        return pd.DataFrame(rows, columns=list(columns))


def claim(
    identifier: str, title: str, *, theme: str, inputs: Iterable[str], wanted: Iterable[str] = (), unit: str = "1"
) -> Callable[[Callable[..., Finding]], Claim]:
    """Turn a derivation into a `Claim`; parameters as there."""

    def wrap(derive: Callable[..., Finding]) -> Claim:
        return Claim(identifier, title, theme, unit, tuple(inputs), tuple(wanted), derive)

    return wrap


def check(one: Claim, rows: Mapping[str, Row], paper: str) -> Check:
    """Derive one claim from literature rows and judge it.

    Parameters
    ----------
    one : the claim
    rows : literature rows by id
    paper : key of the bibliography; locators are those of its rows

    Returns
    -------
    Check; not testable when a row that it needs is absent
    """
    missing = [identifier for identifier in one.inputs if identifier not in rows]
    present = tuple(identifier for identifier in (*one.inputs, *one.wanted) if identifier in rows)
    if missing:
        finding = Finding(Statement("", 0, 0), (), f"Needs {', '.join(missing)}, which no literature row states.")
        reported = next((_shown(rows[identifier]) for identifier in present), None)
    else:
        finding = one.derive(*(rows[key] for key in one.inputs), *(rows.get(key) for key in one.wanted))
        reported = finding.statement.shown
    judged = tuple({**item.to_dict(), "fits": item.agrees_with(finding.statement)} for item in finding.readings)
    return Check(
        id=one.id,
        title=one.title,
        theme=one.theme,
        reported=reported,
        computed=judged[0]["computed"] if judged else None,
        unit=one.unit,
        verdict=compare(finding.statement, finding.readings, every=finding.every),
        because=finding.because,
        locators=tuple(dict.fromkeys(rows[key].locator for key in present if rows[key].source == paper)),
        inputs=present,
        readings=judged,
    )


def _shown(row: Row) -> float | str:
    if row.relation == "order":
        return row.value
    return f"{row.low:g} to {row.high:g}" if row.relation == "range" else row.number


def claims_in(namespace: Mapping[str, Any]) -> tuple[Claim, ...]:
    """The claims of a module, in the order in which they stand there."""
    return tuple(item for item in namespace.values() if isinstance(item, Claim))
