"""Reading and writing files so that bad input gets one clear line and nothing is left half-written."""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from goldshell.errors import InputError, near_matches

if TYPE_CHECKING:
    import pandas as pd

MAXIMUM_TEXT_BYTES = 512 * 1024 * 1024
_LARGEST = 1e100  # of a cell; what is beyond has no square

Model = TypeVar("Model", bound=BaseModel)


def read_bytes(path: Path, *, largest: int = MAXIMUM_TEXT_BYTES) -> bytes:
    """The bytes of a file.

    Parameters
    ----------
    path : of a file
    largest : that is read [bytes]

    Raises
    ------
    InputError : missing, a folder, empty or blank, too large, or not readable
    """
    try:
        if path.is_dir():
            raise InputError("is a folder, expected a file", where=str(path), hint="name a file in it")
        size = path.stat().st_size
        if size > largest:
            raise InputError(
                f"{size / 1e6:.0f} MB is too large for this kind of file", where=str(path),
                hint=f"at most {largest / 1e6:.0f} MB are read",
            )  # fmt: skip
        data = path.read_bytes()
    except FileNotFoundError as problem:
        siblings = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
        near = near_matches(path.name, siblings)
        raise InputError(
            "no such file", where=str(path), hint=f"did you mean {near[0]}?" if near else "check the path"
        ) from problem
    except OSError as problem:
        raise InputError(f"cannot be read: {problem.strerror}", where=str(path)) from problem
    if not data.strip():
        raise InputError("the file is empty", where=str(path))
    return data


def read_text(path: Path) -> str:
    """The text of a file (UTF-8, with or without byte-order mark).

    Raises
    ------
    InputError : as `read_bytes`, or not text
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise InputError(
            f"not UTF-8 text (byte {problem.start})", where=str(path), hint="save the file as UTF-8 text"
        ) from problem
    if not text.strip():
        raise InputError("the file is empty", where=str(path))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_yaml(path: Path, model: type[Model]) -> Model:
    """Read a YAML file into a pydantic model.

    Raises
    ------
    InputError : names file, line, field and what was expected
    """
    root, data = _read_mapping(path)
    try:
        return model.model_validate(data)
    except ValidationError as problem:
        raise _located(problem, model, lambda location: f"{path}:{_line_of(root, location)}") from problem


def read_mapping(path: Path) -> dict[str, Any]:
    """What stands in a YAML file, unchecked: for files whose kind shows only inside, or that are changed before use.

    Raises
    ------
    InputError : cannot be read, not YAML, a repeated key
    """
    return _read_mapping(path)[1]


def check_mapping(data: dict[str, Any], model: type[Model], *, where: str) -> Model:
    """What `read_yaml` does, for a mapping that does not stand in a file as it is.

    Parameters
    ----------
    data : the mapping
    model : what it must be
    where : what to name as the place of an error

    Raises
    ------
    InputError : names the field and what was expected
    """
    try:
        return model.model_validate(data)
    except ValidationError as problem:
        raise _located(problem, model, lambda location: where) from problem


def _read_mapping(path: Path) -> tuple[yaml.Node, dict[str, Any]]:
    text = read_text(path)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f":{mark.line + 1}" if mark is not None else ""
        what = getattr(problem, "problem", None) or "cannot be read"
        raise InputError(f"not valid YAML: {what}", where=f"{path}{line}", hint="is the file cut off?") from problem
    if root is None or not isinstance(data, dict):
        raise InputError("expected 'key: value' lines at the top level", where=f"{path}:1")
    _refuse_repeated_keys(root, path)
    return root, data


def _refuse_repeated_keys(root: yaml.Node, path: Path) -> None:
    """Raise InputError where a key stands twice: YAML would keep the last and lose the first without a word."""
    waiting, known = [root], {id(root)}
    while waiting:
        node = waiting.pop()
        children = list(node.value) if isinstance(node, yaml.SequenceNode) else []
        if isinstance(node, yaml.MappingNode):
            names: set[str] = set()
            for key, child in node.value:
                name = str(key.value)
                if name in names:
                    raise InputError(f"the key {name!r} stands twice", where=f"{path}:{key.start_mark.line + 1}")
                names.add(name)
                children.append(child)
        fresh = [child for child in children if id(child) not in known]  # an alias is its anchor's node
        known.update(map(id, fresh))
        waiting += fresh


def _located(
    problem: ValidationError, model: type[BaseModel], place: Callable[[tuple[int | str, ...]], str]
) -> InputError:
    """The first validation error as an InputError with its place and field."""
    # A misspelt field gives two errors, unknown and missing: the misspelling is what to tell.
    first = min(problem.errors(), key=lambda error: error["type"] != "extra_forbidden")
    location = first["loc"]
    where = place(location)
    field = ".".join(str(part) for part in location if not str(part).startswith("function-")) or "(top level)"
    more = len(problem.errors()) - 1
    hint = f"and {more} more problem{'s' if more > 1 else ''} in this file" if more else ""
    if first["type"] == "extra_forbidden":
        near = near_matches(str(location[-1]), _field_names(model))
        message = f"unknown field {field!r}"
        hint = f"did you mean {near[0]}?" if near else (hint or "remove it")
    elif first["type"] == "missing":
        message = f"required field {field!r} is missing"
    elif first["type"] == "union_tag_invalid":
        name, given = first["ctx"]["discriminator"].strip("'"), first["ctx"]["tag"]
        known = [tag.strip(" '") for tag in first["ctx"]["expected_tags"].split(",")]
        near = near_matches(given, known)
        where = place((*location, name))
        message = f"{field}: unknown {name} {given!r}"
        hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known)}"
    elif first["type"] == "union_tag_not_found":
        message = f"required field {field + '.' + first['ctx']['discriminator'].strip(chr(39))!r} is missing"
    else:
        message = f"{field}: {first['msg'].removeprefix('Value error, ')}"
    return InputError(message, where=where, hint=hint)


def line_of(path: Path, location: tuple[int | str, ...]) -> int:
    """Line (from 1) of a YAML file at which a part of it stands, for errors that are found after reading."""
    root = yaml.compose(read_text(path), Loader=yaml.SafeLoader)
    return 1 if root is None else _line_of(root, location)


def _field_names(model: type[BaseModel]) -> set[str]:
    """Names of the fields of a model and of the models inside it."""
    text = json.dumps(model.model_json_schema())
    names: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            names.update(node.get("properties", {}))
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(json.loads(text))
    return names


def _line_of(node: yaml.Node, location: tuple[int | str, ...]) -> int:
    """Line (from 1) of the deepest node of a YAML tree that ``location`` reaches."""
    line = node.start_mark.line + 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            for key, child in node.value:
                if key.value == str(part):
                    node, line = child, key.start_mark.line + 1
                    break
            else:
                continue  # a union tag of pydantic, or a missing field
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def read_table(
    path: Path, columns: tuple[str, ...], *, numeric: tuple[str, ...] = (), optional: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Read a CSV or TSV table with a header line; lines that start with # are comments.

    Parameters
    ----------
    path : .csv (comma) or .tsv (tab)
    columns : column names that must be there
    numeric : those of them that must hold a finite number in every row
    optional : columns that may be absent or empty; a cell that is filled must hold a finite number, others are NaN

    Returns
    -------
    DataFrame with at least ``columns``; more columns are kept as text

    Raises
    ------
    InputError : names file, line and column
    """
    import pandas as pd

    text = read_text(path)
    separator = "\t" if path.suffix.lower() in {".tsv", ".tab"} else ","
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    body = [(number, line) for number, line in lines if not line.startswith("#")]
    if not body:
        raise InputError("the table has no header line", where=str(path))
    header = [name.strip().strip('"') for name in body[0][1].split(separator)]
    missing = [name for name in columns if name not in header]
    if missing:
        near = near_matches(missing[0], header)
        raise InputError(
            f"column {missing[0]!r} is missing",
            where=f"{path}:{body[0][0]}",
            hint=f"is it {near[0]!r}?" if near else f"found: {', '.join(header[:10])}",
        )
    if len(body) == 1:
        raise InputError("the table has a header but no rows", where=f"{path}:{body[0][0]}")
    try:
        table = pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, comment=None,
                            skiprows=body[0][0] - 1, encoding="utf-8-sig", skip_blank_lines=True,
                            skipinitialspace=True)  # fmt: skip
    except (pd.errors.ParserError, ValueError) as problem:
        raise InputError(f"not a table: {str(problem).strip()}", where=str(path)) from problem
    table.columns = [str(name).strip() for name in table.columns]
    table = table[~table.iloc[:, 0].str.startswith("#")].reset_index(drop=True)
    numbers = [number for number, _ in body[1:]]
    for name in numeric:
        table[name] = [
            _number(cell, f"{path}:{numbers[row] if row < len(numbers) else '?'}", name)
            for row, cell in enumerate(table[name])
        ]
    for name in optional:
        cells = table[name].fillna("") if name in table else [""] * len(table)
        table[name] = [
            _number(cell, f"{path}:{numbers[row] if row < len(numbers) else '?'}", name)
            if str(cell).strip()
            else math.nan
            for row, cell in enumerate(cells)
        ]
    return table


def _number(cell: str, where: str, column: str) -> float:
    try:
        value = float(cell)
    except (TypeError, ValueError) as problem:
        what = "is empty" if not str(cell).strip() else f"{cell!r} is not a number"
        raise InputError(f"column {column!r}: {what}", where=where) from problem
    if not math.isfinite(value):
        raise InputError(f"column {column!r}: {cell!r} is not a finite number", where=where)
    if abs(value) > _LARGEST:
        raise InputError(f"column {column!r}: {cell!r} is beyond {_LARGEST:g}", where=where)
    return value


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file under a temporary name beside ``path`` and rename it, so that it is whole or absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def json_ready(value: Any) -> Any:
    """Rebuild ``value`` from JSON types only: arrays become lists, NaN and infinity become null."""
    if isinstance(value, dict):
        return {str(key): json_ready(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [json_ready(item) for item in value]
    if hasattr(value, "tolist"):
        return json_ready(value.tolist())
    if hasattr(value, "to_dict"):
        return json_ready(value.to_dict())
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
