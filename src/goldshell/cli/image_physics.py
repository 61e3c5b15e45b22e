"""``goldshell image depth|voxels|ct|mri|pa|decay|performance|relation``: light in tissue, contrast, nuclides."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings
from goldshell.cli.relation import ModelArgument, NameArgument, ValuesArgument, print_relation

DeviceOption = Annotated[
    str, typer.Option(metavar="cpu|gpu", help="Where photons are followed; the result is the same.")
]
FiguresOption = Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``goldshell image``."""
    for command in (depth, voxels, ct, mri, pa, decay, performance, relation):
        app.command(help=command.__doc__)(command)


def depth(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="Tissue, probe, camera, depths, exposures.")],
    organs: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Columns organ, depth_mm, perhaps depth_sd_mm."),
    ] = None,
    factors: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where visibilities of the organs go, for 'image fate'."),
    ] = None,
    device: DeviceOption = "cpu",
    figures: FiguresOption = None,
    json_output: JsonOption = False,
) -> None:
    """Least visible concentration of a probe by depth and exposure: laser, tissue, glow, camera noise."""
    from goldshell.imaging.optics.schema import read_depth

    problem = read_depth(file)
    device = _usable(device)
    if (organs is None) != (factors is None):
        from goldshell.errors import InputError

        raise InputError("organs and factors go together", where="--organs", hint="give --organs FILE --factors FILE")
    if organs is not None and factors is not None:
        from goldshell.files import write_atomically
        from goldshell.workflows.fate_from_images import organ_visibility

        found_factors = organ_visibility(problem, organs, device)
        write_atomically(factors, found_factors.to_csv(index=False))
        if json_output:
            print_json({"out": str(factors), "organs": found_factors.to_dict("records")})
            return
        print_table(
            ("organ", "depth [mm]", "relative visibility", "SD"),
            list(found_factors.itertuples(index=False, name=None)),
            title=f"{factors}: light per amount, 1 of the shallowest",
        )  # fmt: skip
        return
    found = problem.solve(device)
    if figures is not None:
        from goldshell.imaging.figures_physics import tissue_spectra, visibility_map
        from goldshell.plotting import save

        save(visibility_map(found), figures / "visibility.svg")
        marks = (problem.probe.excitation, problem.probe.emission)
        save(tissue_spectra([problem.medium], marks), figures / "tissue_spectra.svg")
    if json_output:
        print_json(found.to_dict())
        return
    print_table(
        ("depth [mm]", "method", "excitation", "escape", *(f"least at {one:g} s [uM]" for one in found.exposure)),
        [
            (
                float(at), found.method[row], float(found.excitation[row]), float(found.escape[row]),
                *(
                    f"{found.least[k, row]:.3g} ({found.least_low[k, row]:.2g} to {found.least_high[k, row]:.2g})"
                    for k in range(found.exposure.size)
                ),
            )
            for row, at in enumerate(found.depth)
        ],
        title=f"{problem.medium.name}, signal {found.threshold:g} times its noise; "
        f"range: tissue composition and scattering {100 * problem.file.spread:g} % less or more",
    )  # fmt: skip
    print_warnings(found.warnings)


def _usable(device: str) -> str:
    """The device, or the CPU with a warning."""
    from goldshell.imaging.optics.device import usable

    device, notices = usable(device)
    print_warnings(notices)
    return device


def voxels(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.yaml", help="Label image, voxel, wavelength, media by label, light.")
    ],
    fluence: Annotated[
        Path | None, typer.Option(metavar="FILE.tif", help="Write the fluence, a slice per depth [1/mm2].")
    ] = None,
    device: DeviceOption = "cpu",
    figures: FiguresOption = None,
    json_output: JsonOption = False,
) -> None:
    """Light in a block of voxels (an animal from a label image): what each tissue absorbs, what leaves, the fluence."""
    from goldshell.imaging.optics.schema import read_voxels

    problem = read_voxels(file)
    device = _usable(device)
    found = problem.solve(device)
    rows = problem.by_medium(found)
    if fluence is not None:
        found.write_fluence(fluence)
    if figures is not None:
        from goldshell.imaging.figures_physics import voxel_figure
        from goldshell.plotting import save

        save(voxel_figure(found, problem.labels, problem.file.voxel), figures / "voxels.svg")
    if json_output:
        names = ("specular", "reflectance", "reflectance_error", "left", "photons")
        totals = {name: getattr(found, name) for name in names}
        print_json(totals | {"media": rows, "warnings": list(problem.warnings)})
        return
    print_table(
        ("label", "tissue", "voxels", "absorbed", "mean fluence [1/mm2]"),
        [tuple(row.values()) for row in rows],
        title=f"shares of the light that was sent; {found.photons} packets, {problem.file.wavelength:g} nm",
    )
    print(f"reflected at the surface {found.specular:.4f}, leaves the top {found.reflectance:.4f} "
          f"({found.reflectance_error:.1g}), leaves elsewhere {found.left:.4f}")  # fmt: skip
    print_warnings(problem.warnings)


def ct(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns concentration, hu; optionally agent.")],
    unit: Annotated[str, typer.Option(help="Unit of the concentration of gold: mg/mL or mM.")] = "mg/mL",
    level: Annotated[float, typer.Option(help="Level of the intervals [1].")] = 0.95,
    margin: Annotated[float, typer.Option(help="Difference of slopes that does not matter [1].")] = 0.2,
    figures: FiguresOption = None,
    json_output: JsonOption = False,
) -> None:
    """CT number against concentration: slope with interval, detection limit, agents compared; beside S's values."""
    from goldshell.imaging.ct import published_slopes, read_ct
    from goldshell.statistics import compare_slopes

    lines = read_ct(file, unit=unit, level=level)
    compared = compare_slopes(list(lines.values()), margin=margin) if len(lines) > 1 else None
    published = published_slopes()
    if figures is not None:
        from goldshell.imaging.figures_physics import calibration_figure
        from goldshell.plotting import save

        save(calibration_figure(lines, f"gold / {unit}", "CT number / HU"), figures / "ct.svg")
    if json_output:
        payload: dict[str, Any] = {"agents": {name: line.to_dict() for name, line in lines.items()}}
        payload["comparison"] = None if compared is None else compared.to_dict()
        print_json(payload | {"published": published.to_dict()})
        return
    print_table(
        ("agent", f"slope [{next(iter(lines.values())).slope.unit}]", "low", "high", f"detection limit [{unit}]", "R2"),
        [
            (name, one.slope.value, one.slope.low, one.slope.high, one.detection_limit, one.r_squared)
            for name, one in lines.items()
        ],
        title="CT number against concentration",
    )
    if compared is not None:
        print(compared.statement)
    print(
        f"Sang et al. 2024 quote {published.clusters:g} (clusters) and {published.iopromide:g} (iopromide) without "
        f"unit; 845 HU at 9 mg/mL: {published.particles:.3g} HU mL/mg or {published.particles_per_millimolar:.3g} HU/mM"
    )
    for name, line in lines.items():
        print_warnings(f"{name}: {text}" for text in line.warnings)


def mri(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="Columns concentration [mM], time_s (T1 or T2); perhaps agent.")
    ],
    level: Annotated[float, typer.Option(help="Level of the intervals [1].")] = 0.95,
    figures: FiguresOption = None,
    json_output: JsonOption = False,
) -> None:
    """Relaxivity of a contrast agent: slope of 1/T1 or 1/T2 against concentration, with interval."""
    from goldshell.imaging.mri import read_relaxivity

    lines = read_relaxivity(file, level=level)
    if figures is not None:
        from goldshell.imaging.figures_physics import calibration_figure
        from goldshell.plotting import save

        save(calibration_figure(lines, "concentration / mM", "1/T / s$^{-1}$"), figures / "relaxivity.svg")
    if json_output:
        print_json({"agents": {name: line.to_dict() for name, line in lines.items()}})
        return
    print_table(
        ("agent", "relaxivity [1/(mM s)]", "low", "high", "1/T without agent [1/s]", "R2"),
        [
            (name, one.slope.value, one.slope.low, one.slope.high, one.intercept.value, one.r_squared)
            for name, one in lines.items()
        ],
        title="relaxation rate against concentration; a slope belongs to one field and one temperature",
    )
    for name, line in lines.items():
        print_warnings(f"{name}: {text}" for text in line.warnings)


def pa(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns time_s, kidney, artery.")],
    start: Annotated[float, typer.Option(help="Start of the window [s].")] = 0.0,
    stop: Annotated[float | None, typer.Option(help="End of the window [s]; before urine leaves.")] = None,
    find_delay: Annotated[bool, typer.Option("--find-delay", help="Search the delay of the artery.")] = False,
    level: Annotated[float, typer.Option(help="Level of the intervals [1].")] = 0.95,
    figures: FiguresOption = None,
    json_output: JsonOption = False,
) -> None:
    """Filtration rate per volume of kidney from photoacoustic (or any) kidney and artery curves, by Patlak's model."""
    from goldshell.errors import located
    from goldshell.files import read_table
    from goldshell.imaging.photoacoustic import patlak, published_rates

    columns = ("time_s", "kidney", "artery")
    table = read_table(file, columns, numeric=columns)
    with located(file):
        fit = patlak(
            *(table[name].to_numpy(dtype=float) for name in columns),
            start=start, stop=stop, find_delay=find_delay, level=level,
        )  # fmt: skip
    published = published_rates()
    if figures is not None:
        from goldshell.imaging.figures_physics import patlak_figure
        from goldshell.plotting import save

        save(patlak_figure(fit), figures / "patlak.svg")
    if json_output:
        print_json(fit.to_dict() | {"published": published})
        return
    print(f"filtration      {fit.filtration}")
    print(f"blood fraction  {fit.blood_fraction}")
    print(f"delay           {fit.delay:.3g} s")
    print(
        f"Sang et al. 2024 quote {published['normal']:g} for normal and {published['diseased']:g} mL/min/mL for "
        "diseased kidneys" + ("; the two look swapped" if published["looks_swapped"] else "")
    )
    print_warnings(fit.warnings)


def decay(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns time_h, activity; with --injected mass_g.")],
    nuclide: Annotated[str, typer.Option(help="For example 198Au or 64Cu.")],
    injected: Annotated[
        float | None, typer.Option(help="Injected activity at time 0, in the unit of the table; with mass_g: %ID/g.")
    ] = None,
    biological: Annotated[
        float | None, typer.Option(help="Half-life of the substance in the organ [h]; with it the effective one.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Decay correction of PET or SPECT activities to the time of injection, and %ID/g."""
    from goldshell.errors import located
    from goldshell.files import read_table
    from goldshell.imaging import nuclear

    needed = ("time_h", "activity", *(("mass_g",) if injected is not None else ()))
    table = read_table(file, needed, numeric=needed)
    with located(file):
        corrected = nuclear.decay_corrected(table["activity"], table["time_h"], nuclide)
        columns: dict[str, Any] = {"time_h": table["time_h"].tolist(), "corrected": corrected.tolist()}
        if injected is not None:
            columns["id_per_g"] = nuclear.percent_injected_dose_per_gram(
                table["activity"], injected, table["mass_g"], nuclide=nuclide, time=table["time_h"]
            ).tolist()
    half_lives = {"half_life_h": nuclear.half_life(nuclide)}
    if biological is not None:
        half_lives["effective_half_life_h"] = nuclear.effective_half_life(nuclide, biological)
    if json_output:
        print_json({"nuclide": nuclide, **half_lives, **columns})
        return
    print_table(tuple(columns), list(zip(*columns.values(), strict=True)), title=f"{nuclide}, corrected to time 0")
    print(", ".join(f"{name[:-2].replace('_', ' ')} {hours:.4g} h" for name, hours in half_lives.items()))


def relation(
    model: ModelArgument = None, name: NameArgument = None, values: ValuesArgument = None,
    json_output: JsonOption = False,
) -> None:  # fmt: skip
    """Small relations: the list, or the value of one (nir2 temperature_rise absorption=0.1 fluence=10 time=60)."""
    from goldshell.imaging.relations import RELATIONS

    print_relation(RELATIONS, model, name, values, json_output)


def performance(json_output: JsonOption = False) -> None:
    """Emission, quantum yield, contrast and perfusion of the NIR-II probes that the review quotes, with locators."""
    from goldshell.imaging.nir2 import performance as table

    found = table()
    if json_output:
        print_json({"rows": found})
        return
    print_table(
        ("probe", "quantity", "", "value", "unit", "conditions"),
        [
            (
                row["subject"], row["quantity"].replace("_", " "), row["relation"],
                row["order"] or (f"{row['low']:g} to {row['high']:g}" if row["relation"] == "range" else row["value"]),
                row["unit"], row["conditions"],
            )
            for row in found
        ],
        title="values of different animals, cameras and filters: no ranking",
    )  # fmt: skip
