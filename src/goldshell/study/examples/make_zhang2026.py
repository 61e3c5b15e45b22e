"""Write the data files of the packaged study ``zhang2026`` from the literature table.

``python -m goldshell.study.examples.make_zhang2026`` rewrites them; a test asserts that they are what this writes,
so that a number stands in one place only: ``literature/tables/zhang2026.csv``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from goldshell.files import write_atomically
from goldshell.literature import Row, show
from goldshell.units import convert

FOLDER = Path(str(files("goldshell.study.examples") / "zhang2026"))
PREFIX = "zhang2026-"
FEEDS = (1, 2, 4, 6, 9)


def make_files() -> dict[str, str]:
    """Name and text of every data file of the study."""
    tables = {
        "ph.csv": _species(
            "Ligands exchanged against aqueous pH, two-phase (the paper's Supplementary Fig. 2)",
            {"5": "ph5-exchange", "7": "ph7-exchange", "9": "ph9-exchange"},
        ),
        "counter_ions.csv": _species(
            "Ligands exchanged with and without a phase-transfer counter-ion",
            {"none": "counter-ion-none", "TMAC": "counter-ion-tmac", "TPAC": "counter-ion-tpac"},
        ),
        "incoming_ligands.csv": _species(
            "Ligands exchanged for several incoming thiols, two-phase",
            {
                "NTP": "ntp-range",
                "p-ATP": "p-atp-range",
                "MP": "mp-range",
                "TP": "tp-maximum",
                "MPA": "mpa-range",
                "MHA": "mha-range",
            },
        ),
        "p_atp_feed.csv": _means(
            "Mean composition by NMR against the feed of p-ATP",
            {feed: f"p-atp-mean-r{feed}" for feed in (4, 20, 50, 150)},
        ),
        "orderings.csv": _orderings(
            "Orderings that the paper states for the organic solvents, without numbers",
            ("solvent-polarity-order", "solvent-etching-order", "solvent-coverage-order", "solvent-diffusion-order"),
        ),
        "excretion.csv": _excretion(),
        "orders.csv": _orders(),
        "systems.csv": _systems(),
        "ranges.csv": _ranges(),
        "populations.csv": _populations(),
    }
    return tables


def write_files(folder: Path = FOLDER) -> None:
    """Write every data file into ``folder``."""
    for name, text in make_files().items():
        write_atomically(folder / name, text)


def _row(name: str) -> Row:
    return show(PREFIX + name)


def _csv(about: str, records: Iterable[Mapping[str, Any]]) -> str:
    """A table as CSV text below one comment line."""
    found = list(records)
    buffer = io.StringIO()
    buffer.write(f"# {about}. Generated from the literature table; see make_zhang2026.py.\n")
    writer = csv.DictWriter(buffer, list(found[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return buffer.getvalue()


def _plain(number: float) -> str:
    return f"{number:.12g}"


def _span(row: Row) -> tuple[str, str]:
    """Lowest and highest n of a row; a stated maximum starts at 0."""
    if row.relation == "range":
        return _plain(row.low), _plain(row.high)
    if row.quantity.startswith("maximum"):
        return "0", _plain(row.number)
    return _plain(row.number), _plain(row.number)


def _species(about: str, rows: Mapping[str, str]) -> str:
    records = []
    for condition, name in rows.items():
        row = _row(name)
        low, high = _span(row)
        note = (
            row.note
            if not row.quantity.startswith("maximum")
            else "; ".join((row.note, "lower end assumed 0")).strip("; ")
        )
        records.append({"condition": condition, "n_low": low, "n_high": high, "source": row.id, "note": note})
    return _csv(about, records)


def _means(about: str, rows: Mapping[int, str]) -> str:
    return _csv(
        about,
        [
            {"condition": feed, "n_mean": _plain(_row(name).number), "source": _row(name).id}
            for feed, name in rows.items()
        ],
    )


def _orderings(about: str, names: Iterable[str]) -> str:
    return _csv(
        about,
        [
            {
                "quantity": row.quantity,
                "ordering": row.value,
                "conditions": row.conditions,
                "source": row.id,
                "note": row.note,
            }
            for row in map(_row, names)
        ],
    )


def _excretion() -> str:
    """Urine and faeces of the five groups; the paper gives urine in numbers for the first and last only."""
    time, animals = _row("excreta-time"), _row("fig6-mice")
    groups = ("Au25(p-MBSA)18", *(f"p-ATP feed {feed}" for feed in (4, 20, 50, 150)))
    urine = {"Au25(p-MBSA)18": _row("urine-p-mbsa"), "p-ATP feed 150": _row("urine-p-atp-r150")}
    faeces = _row("faeces-all-groups")
    records = []
    for group in groups:
        for sample, row in (("urine", urine.get(group)), ("faeces", faeces)):
            if row is not None:
                records.append(
                    {
                        "group": group,
                        "sample": sample,
                        "time_h": _plain(time.number),
                        "value_percent_id": _plain(row.number),
                        "relation": row.relation,
                        "animals": _plain(animals.number),
                        "source": row.id,
                    }
                )
    return _csv("Gold excreted in 24 h, percent of the injected dose", records)


def _orders() -> str:
    rows = {
        ("etching", "thiol"): "etching-order-thiol",
        ("etching", "cluster"): "etching-order-cluster",
        ("exchange", "thiol"): "exchange-order-thiol",
    }
    return _csv(
        "Orders of reaction that the paper states, without standard errors",
        [
            {"process": process, "species": species, "order": _plain(_row(name).number), "source": _row(name).id}
            for (process, species), name in rows.items()
        ],
    )


def _systems() -> str:
    """Etching rate, intact fraction and coverage of both systems; times in h."""
    minutes = {"intact_fraction": "intact-reaction-time", "ligand_coverage": "exchange-kinetics-time"}
    names = {"etching_rate": "etching-rate", "intact_fraction": "intact", "ligand_coverage": "coverage"}
    records = []
    for system in ("water-only", "two-phase"):
        for quantity, name in names.items():
            row = _row(f"{name}-{system}")
            time = _row(minutes[quantity]) if quantity in minutes else None
            records.append(
                {
                    "system": system,
                    "quantity": quantity,
                    "value": _plain(row.number),
                    "unit": row.unit,
                    "time_h": "" if time is None else _plain(convert(time.number, time.unit, "h")),
                    "source": row.id,
                }
            )
    return _csv("Etching and exchange with and without the organic phase, p-MBA", records)


def _ranges() -> str:
    records = []
    for system in ("two-phase", "water-only"):
        for feed in FEEDS:
            row = _row(f"fig4-r{feed}-{system}")
            records.append(
                {
                    "system": system,
                    "feed_ratio": feed,
                    "n_low": _plain(row.low),
                    "n_high": _plain(row.high),
                    "source": row.id,
                }
            )
    return _csv("Species seen at each feed of p-MBA (the paper's Fig. 4)", records)


def _populations() -> str:
    """The populations at 100:1, read in the two ways that the text allows."""
    readings = {
        "n = 18 as printed, n = 15 by difference": {15: "n15", 16: "n16", 17: "n17", 18: "n18"},
        "n = 18 is all the rest": {16: "n16", 17: "n17", 18: "n18-as-rest"},
    }
    return _csv(
        "Populations after 1 h at a feed of 100 (the paper's Fig. 3), percent of peak intensity",
        [
            {
                "reading": reading,
                "n": n,
                "population": _plain(_row(f"population-{name}").number),
                "source": _row(f"population-{name}").id,
                "note": _row(f"population-{name}").note,
            }
            for reading, names in readings.items()
            for n, name in names.items()
        ],
    )


if __name__ == "__main__":
    write_files()
