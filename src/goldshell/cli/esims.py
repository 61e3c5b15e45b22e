"""``goldshell esims``: the ligand distribution of a cluster from an ESI mass spectrum."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings
from goldshell.errors import InputError

if TYPE_CHECKING:
    from goldshell.spectra import EsiMsResult

app = typer.Typer(add_completion=False)
_MOST_CHARGES = 100  # of a range as typed; how many there can be is checked by the analysis


@app.command(
    help="Fractions of clusters with n = 0..N incoming ligands from a raw (profile) ESI mass spectrum: calibration "
    "[ppm], resolution, baseline, core charge, charges and adducts are fitted along. Intensities are areas "
    "[intensity Th]."
)
def esims(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="mzML (.gz), or text with m/z [Th] and intensity.")],
    cluster: Annotated[str, typer.Option(help="Starting cluster, for example 'Au25(p-MBSA)18'.")],
    incoming: Annotated[str | None, typer.Option(help="Incoming ligand, which n counts.")] = None,
    charges: Annotated[
        str | None,
        typer.Option(metavar="LOW:HIGH", help="Numbers of charges, as 3:8 or 4,5; all that fit if left out."),
    ] = None,
    polarity: Annotated[str, typer.Option(help="negative or positive.")] = "negative",
    core_charges: Annotated[
        str | None, typer.Option(metavar="-1,0", help="Core charges to look for; the cluster's own and one higher.")
    ] = None,
    also: Annotated[list[str] | None, typer.Option(help="Another cluster in the sample; may be repeated.")] = None,
    dopants: Annotated[
        str | None, typer.Option(metavar="Ag,Pd", help="Metals that may replace one or two Au: Ag, Pd, Pt, Cd, Hg.")
    ] = None,
    response: Annotated[
        float, typer.Option(help="Signal of the fully exchanged over that of the starting cluster, per amount [1].")
    ] = 1.0,
    nmr_mean: Annotated[
        float | None, typer.Option("--nmr-mean", help="Mean n from NMR: the response is fitted to it [1].")
    ] = None,
    scans: Annotated[str | None, typer.Option(metavar="FIRST:LAST", help="MS1 scans to average (mzML).")] = None,
    minutes: Annotated[
        str | None, typer.Option(metavar="FROM:TO", help="Retention times to average [min] (mzML).")
    ] = None,
    level: Annotated[float, typer.Option(help="Level of the intervals, 0 to 1.")] = 0.95,
    bootstrap: Annotated[bool, typer.Option("--bootstrap/--no-bootstrap", help="Compute intervals.")] = True,
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    import numpy as np

    from goldshell.spectra import analyse_spectrum, read_spectrum, response_for_mean

    spectrum = read_spectrum(
        file,
        scans=_pair(scans, "--scans", int),
        minutes=_pair(minutes, "--minutes", float),
        polarity=polarity,
    )
    options: dict[str, Any] = {
        "charges": _numbers(charges, "--charges"),
        "polarity": polarity,
        "core_charges": _numbers(core_charges, "--core-charges"),
        "also": also or (),
        "dopants": [part.strip() for part in dopants.split(",")] if dopants else (),
        "level": level,
    }
    if nmr_mean is not None:
        first = analyse_spectrum(spectrum, cluster, incoming, intervals=False, **options)
        response = response_for_mean(np.array([item.value for item in first.fractions]), nmr_mean)
    result = analyse_spectrum(spectrum, cluster, incoming, response=response, intervals=bootstrap, **options)
    if figures is not None:
        _write_figures(result, figures)
    if json_output:
        print_json(result.to_dict())
        return
    print(f"{result.cluster}{' + ' + result.incoming if result.incoming else ''}: mean n {result.mean_n}")
    print(f"dispersion index {result.dispersion_index}: {result.dispersion_reading}")
    print(
        f"calibration {result.calibration_ppm:+.1f} ppm and resolution {result.resolution:.0f} at m/z "
        f"{result.resolution_mz:.1f}; R2 {result.r_squared:.4f}; unexplained {100 * result.unexplained_fraction:.1f} %"
    )
    print()
    print_table(
        ("n", "fraction [%]", "low", "high"),
        [
            (n, 100 * item.value, 100 * item.low, 100 * item.high)
            for n, item in enumerate(result.fractions)
            if item.value > 0
        ],
        title=f"shells found (n counts {result.incoming or 'incoming ligands'})",
    )
    print()
    print_table(
        ("core charge", "fraction [%]"),
        [(f"{charge:+d}", 100 * item.value) for charge, item in result.core_charge.items()],
    )
    if result.dopants:
        print()
        print_table(
            ("in place of Au", "share of ions [%]", "low", "high"),
            [(text, 100 * item.value, 100 * item.low, 100 * item.high) for text, item in result.dopants.items()],
        )
    print()
    print_table(
        ("ion", "m/z of the top [Th]", "intensity"),
        [(item.ion, f"{item.mz:.4f}", item.intensity) for item in result.assignments[:20]],
        title=f"the most intense ions of {len(result.assignments)}",
    )
    if result.unexplained_peaks and result.unexplained_fraction > 0.01:
        print()
        print_table(
            ("m/z [Th]", "height"), [(f"{mz:.3f}", height) for mz, height in result.unexplained_peaks[:5]],
            title="largest peaks without an ion",
        )  # fmt: skip
    print_warnings(result.warnings)


def _write_figures(result: EsiMsResult, folder: Path) -> None:
    from goldshell.plotting import save
    from goldshell.spectra.figures import assignment_figure, composition_figure, spectrum_figure, window_figure

    made = {"spectrum": spectrum_figure, "windows": window_figure, "assignments": assignment_figure}
    for name, draw in made.items():
        save(draw(result), folder / f"esims-{name}.svg")
    if result.incoming:
        save(composition_figure(result), folder / "esims-composition.svg")


def _numbers(text: str | None, where: str) -> list[int] | None:
    """``3:8`` or ``-1,0`` as numbers."""
    if text is None:
        return None
    try:
        if ":" in text:
            low, high = (int(part) for part in text.split(":"))
            found = list(range(low, min(high, low + _MOST_CHARGES) + 1))
        else:
            found = [int(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"cannot read {text!r}", where=where, hint="write 3:8 or 4,5") from None
    if not found:
        raise InputError(f"{text!r} is empty", where=where, hint="the smaller number first: 3:8")
    return found


def _pair(text: str | None, where: str, kind: type) -> tuple | None:
    if text is None:
        return None
    try:
        low, high = (kind(part) for part in text.split(":"))
    except ValueError:
        raise InputError(f"cannot read {text!r}", where=where, hint="write FIRST:LAST, for example 1:20") from None
    return low, high
