"""The report server: this machine only, the index, and nothing outside the results folder."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from goldshell.errors import InputError
from goldshell.web import find_reports, report_server


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    for name, started, title in (("a", "2026-01-01T00:00:00", "First <b>"), ("b", "2026-01-02T00:00:00", "Second")):
        (folder / name).mkdir(parents=True)
        record = {"study": {"title": title}, "status": "done", "started": started}
        (folder / name / "record.json").write_text(json.dumps(record))
        (folder / name / "report.html").write_text(f"<html>{name}</html>")
    (folder / "broken").mkdir()
    (folder / "broken" / "record.json").write_text("{")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
def server(results: Path) -> Iterator[ThreadingHTTPServer]:
    with report_server(results, 0) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def get(server: ThreadingHTTPServer, path: str, host: str = "", method: str = "GET") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or f"127.0.0.1:{server.server_port}")
    connection.endheaders()
    answer = connection.getresponse()
    return answer.status, answer.read().decode("utf-8", "replace")


def test_reports_are_found_newest_first(results: Path) -> None:
    assert [report.path for report in find_reports(results)] == ["b/report.html", "a/report.html"]


def test_the_index_links_every_report(server: ThreadingHTTPServer) -> None:
    status, page = get(server, "/")
    assert status == 200
    assert 'href="/a/report.html"' in page
    assert "First &lt;b&gt;" in page
    assert get(server, "/a/report.html") == (200, "<html>a</html>")


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/link.txt", "/a/../../secret.txt"])
def test_nothing_outside_the_folder_is_served(server: ThreadingHTTPServer, path: str) -> None:
    status, text = get(server, path)
    assert status in {403, 404}
    assert "secret\n" not in text
    assert text != "secret"


def test_other_host_names_and_methods_are_refused(server: ThreadingHTTPServer) -> None:
    assert get(server, "/", host="example.org")[0] == 403
    assert get(server, "/a/report.html", host="example.org", method="HEAD")[0] == 403
    assert get(server, "/", method="POST")[0] == 501
    assert get(server, "/a/")[0] == 404, "no listing of a folder"
    assert get(server, "/", host=f"localhost:{server.server_port}")[0] == 200


def test_only_this_machine_is_served(server: ThreadingHTTPServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_a_missing_folder_and_a_taken_port_are_named(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        report_server(tmp_path / "nowhere", 0)
    with pytest.raises(InputError, match=f"port {server.server_port} cannot be used"):
        report_server(tmp_path, server.server_port)


def test_an_empty_folder_says_how_to_make_a_report(tmp_path: Path) -> None:
    with report_server(tmp_path, 0) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        assert "goldshell run zhang2026" in get(running, "/")[1]
        running.shutdown()
