"""Running a study: every analysis, one after the other, each saved as it ends; then record and report."""

from __future__ import annotations

import os
import traceback
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from goldshell.errors import GoldshellError, InputError
from goldshell.files import write_atomically
from goldshell.literature import show
from goldshell.plotting import save, to_svg
from goldshell.study.analyses import KINDS, AnySettings
from goldshell.study.analysis import Analysis
from goldshell.study.record import (
    SCHEMA,
    changes_since,
    describe_changes,
    fingerprint_inputs,
    read_previous,
    remove_stale,
    versions,
    write_record,
)
from goldshell.study.report import render_report
from goldshell.study.schema import LoadedStudy, load_study
from goldshell.study.svg import with_fallback_fonts

REPORT_FILE = "report.html"
RESULTS = Path("results")

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended and where its files are.

    Parameters
    ----------
    status : done, failed (an analysis failed; the others are there) or interrupted
    record, report : files written
    analyses : one entry each, as in the record
    changes : what differs from the last run into the same folder, one sentence each
    """

    status: str
    record: Path
    report: Path
    analyses: tuple[dict[str, Any], ...]
    changes: tuple[str, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """One line for every analysis that failed."""
        return tuple(f"{item['id']}: {_one_line(item['error'])}" for item in self.analyses if item["error"])

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of ``goldshell run``."""
        shown = ("id", "kind", "status", "summary", "warnings", "error")
        return {
            "status": self.status,
            "record": str(self.record),
            "report": str(self.report),
            "analyses": [{key: item[key] for key in shown if item[key] is not None} for item in self.analyses],
            "changes": list(self.changes),
        }


def run_study(
    name: str | Path, out: str | Path | None = None, *, pdf: bool = False, progress: Progress | None = None
) -> RunResult:
    """Run every analysis of a study and write tables, figures, ``record.json`` and ``report.html``.

    A failed analysis does not lose the others. Ctrl-C ends the run and keeps what is finished.

    Parameters
    ----------
    name : a folder with a study.yaml, or the name of a packaged study
    out : folder to write into; ``results/<name of the study>`` when None
    pdf : also write every figure as PDF
    progress : called with the number of analyses done, their total, and the title of the next

    Raises
    ------
    InputError : no such study, study.yaml is not valid, or ``out`` cannot be written to
    """
    loaded = load_study(str(name))
    folder = RESULTS / loaded.study.name if out is None else Path(out)
    if folder.exists() and not folder.is_dir():
        raise InputError("is a file, expected a folder", where=str(folder), hint="choose another folder with --out")
    previous = read_previous(folder)
    record = _new_record(loaded, previous)
    changes = tuple(describe_changes(record["changes"]))
    record_path = write_record(folder, record)
    finished: dict[str, Analysis] = {}
    figures: dict[str, dict[str, str]] = {}
    started = perf_counter()
    total = len(loaded.study.analyses)
    try:
        for place, (settings, entry) in enumerate(zip(loaded.study.analyses, record["analyses"], strict=True)):
            if progress:
                progress(place, total, entry["title"])
            result = _run_analysis(settings, entry, loaded.folder)
            if result is not None:
                figures[settings.id] = _write_outputs(folder, entry, result, pdf)
                finished[settings.id] = result
                record["outputs"] += _output_paths(entry)
            write_record(folder, record)
        if progress:
            progress(total, total, "report")
        failed = any(entry["status"] == "failed" for entry in record["analyses"])
        record["status"] = "failed" if failed else "done"
    except KeyboardInterrupt:
        record["status"] = "interrupted"
        for place, (settings, entry) in enumerate(zip(loaded.study.analyses, record["analyses"], strict=True)):
            if entry["status"] == "done" and entry["id"] not in finished:  # its files are not whole
                for path in _output_paths(entry):
                    (folder / path).unlink(missing_ok=True)
                record["analyses"][place] = _new_entry(settings, loaded.study.seed)
    except OSError as problem:
        raise InputError(
            f"cannot write: {problem.strerror}", where=str(folder), hint="choose another folder with --out"
        ) from problem
    _finish(record, finished, perf_counter() - started)
    try:
        report = folder / REPORT_FILE
        write_atomically(report, render_report(record, finished, figures))
        record["outputs"].append(REPORT_FILE)
        remove_stale(folder, previous, record["outputs"])
    except BaseException:
        record["status"] = "failed"
        raise
    finally:
        write_record(folder, record)
    return RunResult(record["status"], record_path, report, tuple(record["analyses"]), changes)


def _new_record(loaded: LoadedStudy, previous: dict[str, Any] | None) -> dict[str, Any]:
    """The record as it stands before the first analysis."""
    study = loaded.study
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "status": "running",
        "study": {
            "name": study.name,
            "title": study.title,
            "description": study.description,
            "question": study.question,
            "folder": f"packaged with goldshell: {study.name}" if loaded.packaged else str(loaded.folder),
        },
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "finished": None,
        "seconds": None,
        "versions": versions(),
        "seed": study.seed,
        "inputs": fingerprint_inputs(loaded),
        "changes": None,
        "settings": study.model_dump(mode="json"),
        "analyses": [_new_entry(settings, study.seed) for settings in study.analyses],
        "references": [],
        "literature": [],
        "outputs": [],
    }
    record["changes"] = changes_since(previous, record)
    return record


def _new_entry(settings: AnySettings, seed: int) -> dict[str, Any]:
    """The entry of an analysis that has not run."""
    return {
        "id": settings.id,
        "kind": settings.kind,
        "title": settings.title or KINDS[settings.kind].TITLE,
        "question": settings.question,
        "status": "not run",
        "error": None,
        "seed": analysis_seed(seed, settings.id),
        "seconds": None,
        "summary": [],
        "contradicted": [],
        "numbers": [],
        "warnings": [],
        "next_measurements": [],
        "method": "",
        "tables": {},
        "figures": {},
        "references": [],
        "literature": [],
    }


def analysis_seed(seed: int, identifier: str) -> int:
    """The seed of one analysis: from the study's seed and its own id, so that others may be added or moved."""
    return int(np.random.SeedSequence([seed, zlib.crc32(identifier.encode())]).generate_state(1)[0])


def _run_analysis(settings: AnySettings, entry: dict[str, Any], folder: Path) -> Analysis | None:
    """Run one analysis and fill its entry; None when it failed."""
    started = perf_counter()
    try:
        result: Analysis = KINDS[settings.kind].analyse(settings, folder, entry["seed"])
    except GoldshellError as problem:
        entry.update(status="failed", error=problem.to_dict())
        result_or_none = None
    except Exception as problem:  # a fault of ours in one analysis must not lose the others
        if os.environ.get("GOLDSHELL_DEBUG") == "1":
            traceback.print_exc()
        text = " ".join(str(problem).split())
        entry.update(
            status="failed",
            error={
                "message": f"internal error: {type(problem).__name__}: {text}",
                "where": "",
                "hint": "a fault of goldshell; GOLDSHELL_DEBUG=1 shows where",
            },
        )
        result_or_none = None
    else:
        entry.update(
            status="done",
            summary=list(result.summary),
            contradicted=[item.to_dict() for item in result.contradicted],
            numbers=[item.to_dict() for item in result.numbers],
            warnings=list(result.warnings),
            next_measurements=list(result.next_measurements),
            method=result.method,
            references=sorted(result.references),
            literature=list(result.literature),
        )
        result_or_none = result
    entry["seconds"] = round(perf_counter() - started, 3)
    return result_or_none


def _write_outputs(folder: Path, entry: dict[str, Any], result: Analysis, pdf: bool) -> dict[str, str]:
    """Write an analysis's tables and figures; returns the SVG of each figure."""
    for name, table in result.tables.items():
        path = f"tables/{entry['id']}-{name}.csv"
        write_atomically(folder / path, table.to_csv(index=False, float_format="%.10g", lineterminator="\n"))
        entry["tables"][name] = path
    drawn = {}
    for name, captioned in result.figures.items():
        path = f"figures/{entry['id']}-{name}"
        drawn[name] = with_fallback_fonts(to_svg(captioned.figure))
        write_atomically(folder / f"{path}.svg", f'<?xml version="1.0" encoding="utf-8"?>\n{drawn[name]}')
        entry["figures"][name] = {"svg": f"{path}.svg", "caption": captioned.caption}
        if pdf:
            save(captioned.figure, folder / f"{path}.pdf")
            entry["figures"][name]["pdf"] = f"{path}.pdf"
    return drawn


def _output_paths(entry: dict[str, Any]) -> list[str]:
    """Every file that an analysis wrote, relative to the results folder."""
    figures = [path for figure in entry["figures"].values() for key, path in figure.items() if key != "caption"]
    return [*entry["tables"].values(), *figures]


def _finish(record: dict[str, Any], finished: dict[str, Analysis], seconds: float) -> None:
    """Close the record: times, and the references and published values that were used."""
    record["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
    record["seconds"] = round(seconds, 3)
    used = [entry for entry in record["analyses"] if entry["id"] in finished]
    record["references"] = list(dict.fromkeys(key for entry in used for key in entry["references"]))
    rows = dict.fromkeys(identifier for entry in used for identifier in entry["literature"])
    record["literature"] = [show(identifier).to_dict() for identifier in rows]


def _one_line(error: dict[str, str]) -> str:
    line = f"{error['where']}: {error['message']}" if error["where"] else error["message"]
    return f"{line} ({error['hint']})" if error["hint"] else line
