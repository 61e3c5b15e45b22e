"""Make the two tables of the idealised Au25S18 framework that goldshell packages.

Feeds ``src/goldshell/literature/tables/au25_framework.csv`` and ``au25_site_permutations.csv``
(tests/chemistry/test_isomers.py compares the packaged tables with what this script makes).

Au25(SR)18 is a gold atom centred in an icosahedron of 12, which 12 outer gold atoms and 18 thiolates cap as six
staples -S-Au-S-Au-S-, one across each end of three perpendicular two-fold axes (Heaven et al. 2008,
doi:10.1021/ja800561b; Zhu et al. 2008, doi:10.1021/ja801173r). Three radii and two angles fix everything but the
icosahedron; they lie inside the ranges seen in crystals (inner Au 2.80-2.86, outer Au 4.74-4.89, terminal S 4.89-5.06,
apex S 5.85-6.03 angstrom) and give Au-S bonds of 2.30-2.36 angstrom.

    python tests/reference/make_au25_framework.py        # writes both tables
"""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path

import numpy as np

INNER_RADIUS, OUTER_RADIUS, TERMINAL_RADIUS, APEX_RADIUS = 2.81, 4.84, 5.05, 6.02  # angstrom
OUTER_ANGLE, TERMINAL_ANGLE = np.radians(21.0), np.radians(47.8)  # from the staple's axis
GOLDEN_RATIO = (1 + 5**0.5) / 2
SOURCE = "heaven2008"
TABLES = Path(__file__).resolve().parents[2] / "src" / "goldshell" / "literature" / "tables"

# The staple on axis k lies in the plane of k and the axis before it in the cycle x -> y -> z -> x.
STAPLES = [(axis, sign) for axis in range(3) for sign in (1, -1)]


def in_staple(axis: int, sign: int, radius: float, angle: float) -> np.ndarray:
    """A point of the staple's plane at ``angle`` from the staple's axis."""
    point = np.zeros(3)
    point[axis] = sign * radius * np.cos(angle)
    point[(axis - 2) % 3] = radius * np.sin(angle)
    return point


def framework() -> list[tuple[str, str, int, np.ndarray]]:
    """(element, kind, staple 1-6 or 0, position [angstrom]) of the 43 atoms; sulfur in site order 1-18."""
    atoms = [("Au", "centre", 0, np.zeros(3))]
    edge = np.arctan(GOLDEN_RATIO)
    for kind, radius, angle in (("inner", INNER_RADIUS, edge), ("outer", OUTER_RADIUS, OUTER_ANGLE)):
        for number, (axis, sign) in enumerate(STAPLES, 1):
            for side in (1, -1):
                atoms.append(
                    ("Au", kind, number if kind == "outer" else 0, in_staple(axis, sign, radius, side * angle))
                )
    for number, (axis, sign) in enumerate(STAPLES, 1):
        for side in (1, -1):
            atoms.append(("S", "terminal", number, in_staple(axis, sign, TERMINAL_RADIUS, side * TERMINAL_ANGLE)))
    for number, (axis, sign) in enumerate(STAPLES, 1):
        atoms.append(("S", "apex", number, in_staple(axis, sign, APEX_RADIUS, 0.0)))
    return atoms


def operations() -> list[tuple[str, str, np.ndarray]]:
    """(name as x,y,z, class, matrix) of the 24 operations of Th: cyclic permutations of the axes with any signs."""
    found = []
    for shift, signs in itertools.product(range(3), itertools.product((1, -1), repeat=3)):
        matrix = np.zeros((3, 3))
        for row in range(3):
            matrix[row, (row + shift) % 3] = signs[row]
        name = ",".join(("-" if signs[row] < 0 else "") + "xyz"[(row + shift) % 3] for row in range(3))
        proper, trace = np.linalg.det(matrix) > 0, round(np.trace(matrix))
        kind = {3: "E", -1: "C2", 0: "C3"}[trace] if proper else {-3: "i", 1: "sigma_h", 0: "S6"}[trace]
        found.append((name, kind, matrix))
    order = ["E", "C2", "C3", "i", "sigma_h", "S6"]
    return sorted(found, key=lambda item: order.index(item[1]))


def permutation(matrix: np.ndarray, sites: np.ndarray) -> list[int]:
    """The site (from 1) that each site is carried to."""
    distances = np.linalg.norm((sites @ matrix.T)[:, None, :] - sites[None, :, :], axis=2)
    assert np.all(distances.min(axis=1) < 1e-9)
    return [int(site) + 1 for site in distances.argmin(axis=1)]


def tables() -> dict[str, str]:
    """File name -> text of both tables."""
    atoms = framework()
    frame = io.StringIO()
    frame.write("# Idealised Th framework of Au25(SR)18, made by tests/reference/make_au25_framework.py\n")
    writer = csv.writer(frame, lineterminator="\n")
    writer.writerow(["element", "kind", "site", "staple", "x_angstrom", "y_angstrom", "z_angstrom", "source"])
    site = 0
    for element, kind, staple, position in atoms:
        site += element == "S"
        numbers = [f"{value + 0.0:.6f}" for value in np.round(position, 6)]
        writer.writerow([element, kind, site if element == "S" else "", staple or "", *numbers, SOURCE])

    sites = np.array([position for element, *_, position in atoms if element == "S"])
    moves = io.StringIO()
    moves.write("# Operations of Th on the 18 sulfur sites of au25_framework.csv: entry i is where site i goes.\n")
    moves.write("# The proper ones (E, C2, C3) are T. Made by tests/reference/make_au25_framework.py\n")
    writer = csv.writer(moves, lineterminator="\n")
    writer.writerow(["operation", "class", "proper", "permutation", "source"])
    for name, kind, matrix in operations():
        proper = "yes" if kind in {"E", "C2", "C3"} else "no"
        writer.writerow([name, kind, proper, " ".join(map(str, permutation(matrix, sites))), SOURCE])
    return {"au25_framework.csv": frame.getvalue(), "au25_site_permutations.csv": moves.getvalue()}


if __name__ == "__main__":
    for name, text in tables().items():
        (TABLES / name).write_text(text, encoding="utf-8")
        print(f"wrote {TABLES / name}")
