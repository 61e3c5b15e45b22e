"""Tables of numbers as instruments export them: any delimiter, decimal comma or point, header lines, byte-order mark.

The reader tries every pair of delimiter and decimal mark and keeps the one under which the longest block of lines holds
numbers in the same columns. What stands above the block is kept: ``key: value`` lines as metadata, the last line that
has a cell for every column as header.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError
from goldshell.files import read_bytes

Array = NDArray[np.float64]

_FORMATS: tuple[tuple[str | None, str], ...] = (
    ("\t", "."), ("\t", ","), (";", ","), (";", "."), (",", "."), (None, "."), (None, ","),
)  # fmt: skip
_NUMBER = {
    ".": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"),
    ",": re.compile(r"[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?"),
}
_WORDS = {"nan", "inf", "-inf", "+inf"}  # in a row of numbers they are refused by name, not taken for text
_METADATA = re.compile(r"^[#\s\"]*([A-Za-z][^:=;\t,]{0,60}?)\s*(?:[:=]|[;\t,](?=[^;\t,]+[;\t,\s\"]*$))\s*(.*)$")


@dataclass(frozen=True, slots=True, eq=False)
class NumberTable:
    """A block of numbers with what stood above it.

    Parameters
    ----------
    path : file
    metadata : keys in lower case -> text, from ``key: value`` lines
    above : lines above the block, as cells
    header : one name per column; empty names where the file has none
    values : shape (rows, columns); NaN for empty cells
    line : number of the first line of the block, from 1
    rest : number of the first line after the block that was left out; 0 when there is none
    """

    path: Path
    metadata: dict[str, str]
    above: tuple[tuple[str, ...], ...]
    header: tuple[str, ...]
    values: Array
    line: int
    rest: int

    def where(self, row: int = 0) -> str:
        """``file:line`` of a row of the block."""
        return f"{self.path}:{self.line + row}"


def read_file_text(path: Path) -> str:
    """Text of an exported file, whatever its encoding.

    Raises
    ------
    InputError : as `goldshell.files.read_bytes`, or binary
    """
    return decode_text(path, read_bytes(path), hint="export it as text (CSV, ASCII)")


def decode_text(path: Path, data: bytes, *, hint: str) -> str:
    """Text in UTF-8 (with or without mark), UTF-16 with mark, or Latin-1.

    Raises
    ------
    InputError : binary; with ``hint``
    """
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data[:4000]:
        raise InputError("a binary file of unknown format", where=str(path), hint=hint)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def read_number_table(path: Path, text: str, *, expected: str, minimum_rows: int = 2) -> NumberTable:
    """Find the block of numbers in an exported text.

    Parameters
    ----------
    path : for messages
    text : of `read_file_text`
    expected : what the columns should be, for messages
    minimum_rows : fewer rows than this are not a table

    Raises
    ------
    InputError : no block of numbers, with what was tried; a decimal comma that cannot be told from the delimiter; or a
        cell within the block that is no finite number
    """
    lines = text.splitlines()
    best: tuple[int, int, int, str | None, str] | None = None
    for delimiter, decimal in _FORMATS:
        start, stop, width = _longest_block(lines, delimiter, decimal)
        if stop - start >= minimum_rows and (best is None or (stop - start) > best[1] - best[0]):
            best = (start, stop, width, delimiter, decimal)
    if best is None:
        raise InputError(
            f"found no table of numbers ({expected})",
            where=str(path),
            hint="tried: columns by tab, semicolon, comma or spaces, with decimal point and decimal comma",
        )
    start, stop, width, delimiter, decimal = best
    _refuse_broken(path, lines, best)
    values = np.array([_numbers(_split(line, delimiter), decimal, width) for line in lines[start:stop]])
    kept = np.flatnonzero(~np.all(np.isnan(values), axis=0))
    above = tuple(tuple(_split(line.lstrip("#"), delimiter)) for line in lines[:start] if line.strip(" #,;\t\r\n"))
    header = _header(above, width)
    _refuse_ambiguous(path, start, delimiter, above, lines[start])
    rest = next((i + 1 for i in range(stop, len(lines)) if lines[i].strip(" ,;\t")), 0)
    return NumberTable(
        path=path,
        metadata=read_metadata(lines[:start]),
        above=above,
        header=tuple(header[i] for i in kept),
        values=values[:, kept],
        line=start + 1,
        rest=rest,
    )


def read_metadata(lines: list[str]) -> dict[str, str]:
    """``key: value``, ``key = value`` or two cells a line, keys in lower case; the last of equal keys counts."""
    found: dict[str, str] = {}
    for line in lines:
        match = _METADATA.match(line.strip())
        if match and match[2].strip(' "\t;,'):
            found[match[1].strip(' "').lower()] = match[2].strip(' "\t;,')
    return found


def _refuse_broken(path: Path, lines: list[str], block: tuple[int, int, int, str | None, str]) -> None:
    """A row with a cell that is no number, within the block or where it ends though numbers go on behind."""
    start, stop, width, delimiter, decimal = block
    for number in range(max(start - 1, 0), min(stop + 1, len(lines))):
        cells = _split(lines[number], delimiter)
        if number in {start - 1, stop}:
            around = [_split(lines[i], delimiter) for i in (number - 1, number + 1) if 0 <= i < len(lines)]
            if len(around) < 2 or not all(_is_row(other, decimal) for other in around) or len(cells) != width:
                continue
        for cell in cells:
            if cell and not _NUMBER[decimal].fullmatch(cell):
                raise InputError(f"{cell!r} is not a finite number", where=f"{path}:{number + 1}")


def _split(line: str, delimiter: str | None) -> list[str]:
    return [cell.strip(' "\t\r') for cell in line.split(delimiter)]


def _numbers(cells: list[str], decimal: str, width: int) -> list[float]:
    numbers = [float(cell.replace(",", ".")) if cell else np.nan for cell in cells[:width]]
    return numbers + [np.nan] * (width - len(numbers))


def _is_row(cells: list[str], decimal: str) -> bool:
    """The first cell is a number, there is room for one more, and no cell is text."""
    filled = [cell for cell in cells if cell]
    if len(cells) < 2 or not cells[0]:
        return False
    pattern = _NUMBER[decimal]
    return all(pattern.fullmatch(cell) or cell.lower() in _WORDS for cell in filled)


def _longest_block(lines: list[str], delimiter: str | None, decimal: str) -> tuple[int, int, int]:
    """First and past-last line of the longest run of rows of numbers of one width, and the width."""
    best, start, width = (0, 0, 0), 0, 0
    for number, line in enumerate([*lines, ""]):
        cells = _split(line, delimiter) if line.strip() else []
        while cells and not cells[-1] and len(cells) > width:  # Cary ends each line with a delimiter
            cells.pop()
        row = bool(cells) and _is_row(cells, decimal)
        if not row or (width and len(cells) != width):
            if width and number - start > best[1] - best[0]:
                best = (start, number, width)
            width = 0
        if row and not width:
            start, width = number, len(cells)
    return best


def _header(above: tuple[tuple[str, ...], ...], width: int) -> list[str]:
    """The last line above the block that names the columns."""
    for cells in reversed(above):
        named = list(cells) + [""] * (width - len(cells))
        if len([cell for cell in cells if cell]) >= 2 and len(cells) >= width:
            return named[:width]
    return [""] * width


def _refuse_ambiguous(
    path: Path, start: int, delimiter: str | None, above: tuple[tuple[str, ...], ...], first: str
) -> None:
    """Decimal commas and comma separators together: twice as many numbers as names."""
    count = len([cell for cell in _split(first, delimiter) if cell])
    names = len([cell for cell in above[-1] if cell]) if above else 0
    if delimiter == "," and count == 4 and names in {0, 2}:
        raise InputError(
            "four comma-separated numbers: decimal commas and comma separators cannot be told apart",
            where=f"{path}:{start + 1}",
            hint="export with semicolons or tabs",
        )


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table whose cells may be text, with what stood above it.

    Parameters
    ----------
    path : file
    metadata : keys in lower case -> text, from ``# key: value`` lines
    header : names of the columns
    rows : cells by row
    lines : number of each row's line, from 1
    decimal : "." or ","
    """

    path: Path
    metadata: dict[str, str]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    decimal: str

    def column(self, *names: str) -> int | None:
        """Index of the first column whose name is, or begins with, one of ``names`` (lower case)."""
        lowered = [name.lower().strip() for name in self.header]
        for name in names:
            for i, cell in enumerate(lowered):
                if cell == name:
                    return i
        for name in names:
            for i, cell in enumerate(lowered):
                if cell.startswith(name):
                    return i
        return None

    def number(self, row: int, column: int) -> float:
        """A cell as a number; NaN when empty.

        Raises
        ------
        InputError : text, or a number that is not finite; names line and column
        """
        cell = self.rows[row][column] if column < len(self.rows[row]) else ""
        if not cell:
            return float("nan")
        try:
            value = float(cell.replace(",", ".") if self.decimal == "," else cell)
        except ValueError:
            value = None  # type: ignore[assignment]
        if value is None or not np.isfinite(value):
            raise InputError(
                f"column {self.header[column]!r}: {cell!r} is not a finite number",
                where=f"{self.path}:{self.lines[row]}",
            )
        return value


def read_text_table(path: Path, text: str, needed: tuple[tuple[str, ...], ...], *, expected: str) -> TextTable:
    """Read a table with a header line, by tab, semicolon or comma, wherever it begins.

    Parameters
    ----------
    path : for messages
    text : of `read_file_text`
    needed : for each column that must be there, the beginnings of its possible names (lower case)
    expected : what the table should be, for messages

    Raises
    ------
    InputError : no line names the columns (what was tried is named), or no rows
    """
    lines = text.splitlines()
    for delimiter in ("\t", ";", ","):
        for number, line in enumerate(lines):  # noqa: B007
            header = _split(line.lstrip("#"), delimiter)
            lowered = [name.lower() for name in header]
            if len(header) > 1 and all(any(c.startswith(names) for c in lowered) for names in needed):
                break
        else:
            continue
        rows, places = [], []
        for place in range(number + 1, len(lines)):
            cells = _split(lines[place], delimiter)
            if lines[place].strip(" ;,\t") and not lines[place].startswith("#"):
                rows.append(tuple(cells))
                places.append(place + 1)
        if not rows:
            raise InputError("the table has a header but no rows", where=f"{path}:{number + 1}")
        cells = [cell for row in rows for cell in row]
        comma = delimiter != "," and any(re.fullmatch(r"[+-]?\d+,\d+", cell) for cell in cells)
        metadata = read_metadata([line for line in lines[:number] if line.startswith("#") or ":" in line])
        return TextTable(path, metadata, tuple(header), tuple(rows), tuple(places), "," if comma else ".")
    raise InputError(
        f"no header line of {expected}",
        where=str(path),
        hint="tried tab, semicolon and comma; needed: " + ", ".join("/".join(names[:2]) for names in needed),
    )
