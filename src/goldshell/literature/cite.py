"""References: the .bib file read once, formatted for reports and command output."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from importlib.resources import files
from types import MappingProxyType

from goldshell.errors import UnknownNameError

_ENTRY = re.compile(r"@(\w+)\s*\{\s*([^,\s]+)\s*,(.*?)\n\}", re.DOTALL)
_FIELD = re.compile(r"(\w+)\s*=\s*[{\"](.*?)[}\"]\s*,?\s*\n", re.DOTALL)


@functools.cache
def bibliography() -> MappingProxyType[str, dict[str, str]]:
    """Every entry of references.bib: key -> fields (author, title, journal, year, doi ...)."""
    text = (files("goldshell.literature") / "references.bib").read_text(encoding="utf-8")
    entries = {}
    for kind, key, body in _ENTRY.findall(text):
        fields = {name.lower(): " ".join(found.split()) for name, found in _FIELD.findall(body + "\n")}
        entries[key] = {"type": kind.lower(), **fields}
    return MappingProxyType(entries)


def cite(key: str) -> str:
    """One reference as text: authors, title, journal volume (year) pages, DOI.

    Raises
    ------
    UnknownNameError : the key is not in references.bib
    """
    entries = bibliography()
    if key not in entries:
        raise UnknownNameError("reference", key, entries)
    entry = entries[key]
    author = entry.get("author", "").replace(" and others", " et al").replace(" and ", "; ").removesuffix(".")
    where = " ".join(
        part for part in (entry.get("journal") or entry.get("publisher", ""), entry.get("volume", "")) if part
    )
    pages = f" {entry['pages'].replace('--', '–').replace('-', '–')}" if "pages" in entry else ""
    doi = f". doi:{entry['doi']}" if "doi" in entry else ""
    return f"{author}. {entry.get('title', '')}. {where} ({entry.get('year', 'n.d.')}){pages}{doi}"


def references(keys: Iterable[str]) -> list[str]:
    """The references of several keys, in alphabetical order, each once."""
    return [cite(key) for key in sorted(set(keys))]
