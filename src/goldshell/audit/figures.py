"""Figures of audits."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from goldshell.audit.check import Check
from goldshell.audit.verdict import Verdict
from goldshell.plotting import COLOURS, GREY, house_style, new_figure

# Symbol and colour both carry the verdict, so neither is needed alone.
MARKS = {
    Verdict.AGREES: ("o", COLOURS[0], "agrees"),
    Verdict.AGREES_WITHIN_UNCERTAINTY: ("s", COLOURS[5], "agrees within uncertainty"),
    Verdict.CONTRADICTS: ("X", COLOURS[1], "contradicts"),
    Verdict.UNDERDETERMINED: ("D", COLOURS[4], "underdetermined"),
    Verdict.NOT_TESTABLE: ("_", GREY, "not testable"),
}

_LINE = 0.165  # height of one line [inch]


@house_style
def verdict_overview(checks: Sequence[Check], *, columns: int = 2) -> Figure:
    """Every check as one line under its theme, with its verdict as symbol and colour, and the count of each verdict.

    Parameters
    ----------
    checks : in the order in which themes are to appear
    columns : how many columns of lines
    """
    blocks = _blocks(checks)
    stacks = _balanced(blocks, columns)
    lines = max(sum(len(block) for block in stack) for stack in stacks)
    figure, axes = new_figure(1, columns, width=3.75 * columns, height=_LINE * lines + 0.55, squeeze=False)
    for axis, stack in zip(axes[0], stacks, strict=True):
        _draw(axis, [line for block in stack for line in block], lines)
    handles = [
        axes[0][0].plot([], [], marker, color=colour, markersize=5, markeredgewidth=1.5, linestyle="none")[0]
        for marker, colour, _ in MARKS.values()
    ]
    counts = [sum(check.verdict is verdict for check in checks) for verdict in MARKS]
    labels = [f"{count} {mark[2]}" for count, mark in zip(counts, MARKS.values(), strict=True)]
    figure.legend(
        handles,
        labels,
        loc="outside upper left",
        ncols=len(labels),
        fontsize=7.5,
        handletextpad=0.1,
        columnspacing=1.0,
    )
    return figure


def _blocks(checks: Sequence[Check]) -> list[list[str | Check]]:
    """Per theme: its name, then its checks, contradictions first, agreement last."""
    order = [
        Verdict.CONTRADICTS,
        Verdict.UNDERDETERMINED,
        Verdict.NOT_TESTABLE,
        Verdict.AGREES_WITHIN_UNCERTAINTY,
        Verdict.AGREES,
    ]
    themes = dict.fromkeys(check.theme for check in checks)
    return [
        [
            theme,
            *sorted(
                (check for check in checks if check.theme == theme),
                key=lambda check: order.index(check.verdict),
            ),
        ]
        for theme in themes
    ]


def _balanced(blocks: list[list[str | Check]], columns: int) -> list[list[list[str | Check]]]:
    """Blocks in their order, cut into columns of nearly equal length; a theme is not split."""
    stacks: list[list[list[str | Check]]] = [[] for _ in range(columns)]
    total, done, column = sum(map(len, blocks)), 0, 0
    for block in blocks:
        if column < columns - 1 and done + len(block) / 2 > total * (column + 1) / columns:
            column += 1
        stacks[column].append(block)
        done += len(block)
    return stacks


def _draw(axis: Axes, lines: list[str | Check], height: int) -> None:
    axis.set_axis_off()
    axis.set_xlim(0, 1)
    axis.set_ylim(height - 0.3, -0.7)
    for row, line in enumerate(lines):
        if isinstance(line, str):
            axis.text(0.0, row, line, fontsize=7.5, fontweight="bold", va="center")
            continue
        marker, colour, _ = MARKS[line.verdict]
        axis.plot(0.025, row, marker, color=colour, markersize=5, markeredgewidth=1.5, clip_on=False)
        axis.text(0.06, row, line.title, fontsize=6.6, va="center")
