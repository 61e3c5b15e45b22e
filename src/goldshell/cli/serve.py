"""``goldshell serve``: the reports of a results folder in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command(
    help="""Show the reports of a results folder in the browser, on this machine only (127.0.0.1).

    This lists and shows finished reports; it is not the interactive workbench. Stop it with Ctrl-C."""
)
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    results: Annotated[Path, typer.Option(help="Folder that holds the reports.")] = Path("results"),
) -> None:
    from goldshell.web import report_server

    with report_server(results, port) as server:
        print(f"Reports of {results}: http://127.0.0.1:{server.server_port}/ (Ctrl-C stops)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped")
