"""Serving the reports of a results folder on 127.0.0.1, with an index page."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from goldshell.errors import InputError

HOST = "127.0.0.1"

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>goldshell reports</title><link rel="icon" href="data:,">
<style>
body{{font:16px/1.5 "Segoe UI","Helvetica Neue",Arial,sans-serif;max-width:52rem;margin:3rem auto;padding:0 1.2rem}}
body{{color:#1b1f24}}a{{color:#0b4f7d}}h1{{font-size:1.5rem;border-top:3px solid #a97b12;padding-top:1rem}}
table{{border-collapse:collapse;width:100%}}
td,th{{text-align:left;padding:.4rem .8rem .4rem 0;border-bottom:1px solid #e3e7ea;vertical-align:top}}
.failed,.interrupted,.running{{color:#a02c1c}}</style></head>
<body><h1>Reports in {folder}</h1>{body}</body></html>
"""


@dataclass(frozen=True, slots=True)
class FoundReport:
    """A report below a results folder: its place relative to it, title, status, and when it ran."""

    path: str
    title: str
    status: str
    started: str


def find_reports(results: Path) -> tuple[FoundReport, ...]:
    """Every report below ``results`` that has a record beside it, the newest first."""
    found = []
    for record_path in results.glob("**/record.json"):
        report = record_path.with_name("report.html")
        try:
            record = json.loads(record_path.read_text(encoding="utf-8"))
            title, status, started = record["study"]["title"], record["status"], record["started"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if report.is_file():
            found.append(FoundReport(report.relative_to(results).as_posix(), str(title), str(status), str(started)))
    return tuple(sorted(found, key=lambda report: report.started, reverse=True))


def report_server(results: Path, port: int) -> ThreadingHTTPServer:
    """A server of the reports below ``results`` on 127.0.0.1; call its ``serve_forever``.

    Parameters
    ----------
    results : folder that holds the reports
    port : 0 takes a free one

    Raises
    ------
    InputError : no such folder, or the port is taken
    """
    if not results.is_dir():
        raise InputError("no such folder", where=str(results), hint="'goldshell run zhang2026' makes a first report")
    handler = functools.partial(_Handler, directory=str(results))
    try:
        return ThreadingHTTPServer((HOST, port), handler)
    except OSError as problem:
        raise InputError(
            f"port {port} cannot be used: {problem.strerror}", where="--port", hint="give another, or 0 for a free one"
        ) from problem


class _Handler(SimpleHTTPRequestHandler):
    """Files below the results folder and an index page; nothing else, and for this machine's browser only."""

    def do_GET(self) -> None:
        if self._refused():
            return
        if urlsplit(self.path).path == "/":
            body = self._index().encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            super().do_GET()

    def do_HEAD(self) -> None:
        if not self._refused():
            super().do_HEAD()

    def _refused(self) -> bool:
        """Refuse other host names (a page elsewhere could point its own here) and links out of the folder."""
        host = self.headers.get("Host", "").rsplit(":", 1)[0]
        inside = Path(self.translate_path(self.path)).resolve().is_relative_to(Path(self.directory).resolve())
        if host not in {HOST, "localhost"} or not inside:
            self.send_error(HTTPStatus.FORBIDDEN)
            return True
        return False

    def list_directory(self, path: Any) -> None:
        """No listings: the index page says what there is."""
        self.send_error(HTTPStatus.NOT_FOUND, f"no report at {unquote(self.path)!r}")

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: a browser asks for many files."""

    def _index(self) -> str:
        folder = Path(self.directory)
        rows = [
            f'<tr><td><a href="/{quote(report.path)}">{escape(report.title)}</a></td>'
            f'<td>{escape(str(Path(report.path).parent))}</td><td class="{escape(report.status)}">'
            f"{escape(report.status)}</td><td>{escape(report.started)}</td></tr>"
            for report in find_reports(folder)
        ]
        table = f"<table><tr><th>Report</th><th>Folder</th><th>Status</th><th>Run</th></tr>{''.join(rows)}</table>"
        empty = "<p>None yet. <code>goldshell run zhang2026</code> makes a first one.</p>"
        return _PAGE.format(folder=escape(folder.name or str(folder)), body=table if rows else empty)
