"""``goldshell image``: light of organs from image stacks, calibration, comparisons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from goldshell.cli import image_physics
from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Images: light of organs against time, excised organs, calibration, comparison of groups.",
)

Stack = Annotated[
    Path, typer.Argument(metavar="STACK", help="TIFF or DICOM: a file, a folder of frames, or a quoted pattern.")
]
Rois = Annotated[
    Path, typer.Option("--rois", metavar="FILE", help="ImageJ .roi or .zip, label image .tif, polygons .json or .csv.")
]
Dark = Annotated[Path | None, typer.Option(metavar="FILE", help="Dark image, one frame or several.")]
Flat = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Image of even light, or relative sensitivity (floats near 1).")
]
Exposure = Annotated[float | None, typer.Option(help="Exposure of every frame [s]; else that of the metadata.")]
Gain = Annotated[float | None, typer.Option(help="Electrons per count; else the noise is estimated from the frames.")]
ReadNoise = Annotated[float | None, typer.Option(help="Read noise [electrons]; needs --gain.")]
Saturation = Annotated[float | None, typer.Option(help="Raw value of a full pixel [counts]; else found in the data.")]
Background = Annotated[
    str | None, typer.Option(metavar="NAME", help="Region to subtract, or ring:5 for a ring of 5 pixels around each.")
]
Channel = Annotated[int, typer.Option(help="Channel of a file with several, from 0.")]
Figures = Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")]


@app.command(
    help="Time-activity curves: mean light of each region [counts/s] in each frame, with its standard error from the "
    "noise of the pixels, background, contrast, and what is saturated."
)
def tac(
    stack: Stack,
    rois: Rois,
    dark: Dark = None,
    flat: Flat = None,
    exposure: Exposure = None,
    times: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV with the column time_s, and perhaps exposure_s.")
    ] = None,
    background: Background = None,
    gain: Gain = None,
    read_noise: ReadNoise = None,
    saturation: Saturation = None,
    register: Annotated[bool, typer.Option("--register", help="Let the regions follow the animal's drift.")] = False,
    reference: Annotated[int, typer.Option(help="Frame that the regions were drawn on, from 1.")] = 1,
    channel: Channel = 0,
    depth: Annotated[int | None, typer.Option("--slice", help="Slice of a file with time and depth, from 0.")] = None,
    figures: Figures = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the curves as a table.")] = None,
    fate: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a table for 'goldshell fate fit'.")] = None,
    factors: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="For --fate: columns organ, factor, and perhaps sd."),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    if factors is not None and fate is None:
        from goldshell.errors import InputError

        raise InputError("factors need a table to go into", where="--factors", hint="give --fate FILE too")
    from goldshell.imaging import (
        curve_numbers,
        find_drift,
        open_stack,
        prepare_camera,
        read_rois,
        read_times,
        time_activity,
    )

    frames = open_stack(stack, channel=channel, depth=depth)
    regions = read_rois(rois, frames.shape)
    when, exposures = read_times(times, frames.frames) if times is not None else (None, None)
    camera = prepare_camera(
        frames,
        dark=open_stack(dark) if dark is not None else None,
        flat=open_stack(flat) if flat is not None else None,
        exposure=exposure,
        exposures=exposures,
        gain=gain,
        read_noise=read_noise,
        saturation=saturation,
    )
    drift = find_drift(frames, camera, reference=reference - 1) if register else None
    result = time_activity(frames, regions, camera, background=background, times=when, drift=drift)
    if figures is not None:
        from goldshell.imaging.figures import activity_curves, montage
        from goldshell.plotting import save

        in_time = result.unit != "HU"  # else slices of a body
        moments = result.rois[0].time if in_time else None
        save(montage(frames, regions.rois, camera, moments, drift=drift), figures / "montage.svg")
        if in_time:
            save(activity_curves({result.name: result}), figures / "curves.svg")
    if fate is not None:
        from goldshell.files import write_atomically
        from goldshell.workflows.fate_from_images import fate_observations, read_factors

        known, compartments = read_factors(factors) if factors is not None else ({}, None)
        observed = fate_observations({Path(result.name).stem: result}, visibility=known, compartments=compartments)
        write_atomically(fate, observed.to_csv(index=False))
    if csv is not None:
        from goldshell.files import write_atomically

        write_atomically(csv, result.to_dataframe().to_csv(index=False))
    numbers = {curve.name: curve_numbers(curve) for curve in result.rois}
    if json_output:
        print_json({**result.to_dict(), "curves": {name: one.to_dict() for name, one in numbers.items()}})
        return
    print_table(
        (
            "region",
            "pixels",
            "slice" if result.unit == "HU" else "time [s]",
            f"mean [{result.unit}]",
            "sem",
            "net",
            "SBR",
            "CNR",
            "saturated [%]",
        ),
        [
            (
                curve.name,
                curve.pixels,
                float(curve.time[i]),
                float(curve.mean[i]),
                float(curve.sem[i]),
                *(None if row is None else float(row[i]) for row in (curve.net, curve.sbr, curve.cnr)),
                100 * float(curve.saturated_fraction[i]),
            )
            for curve in result.rois
            for i in range(len(curve.time))
        ],
        title=f"{frames.name}: {frames.frames} frames, noise {camera.noise_source}",
    )
    if result.unit != "HU" and frames.frames > 1:
        print()
        print_table(
            (
                "region", f"peak [{result.unit}]", "at [s]", "first pass [1/s]", "washout half-life [s]", "low", "high",
                "area",
            ),
            [
                (
                    name, one.peak, one.peak_time, one.first_pass_rate, one.half_life, one.half_life_low,
                    one.half_life_high, one.area,
                )
                for name, one in numbers.items()
            ],
        )  # fmt: skip
    print_warnings(result.warnings)


@app.command(
    help="Curves of several animals (files of 'image tac --csv') as one table for 'goldshell fate fit', divided by the "
    "visibility of the organs where it is known."
)
def fate(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="Columns animal, curves; optionally group, start_s (injection).")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the table goes.")],
    factors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Columns organ, factor; optionally sd, compartment.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.files import write_atomically
    from goldshell.workflows.fate_from_images import fate_observations, read_animals, read_factors

    curves, groups, start = read_animals(file)
    known, compartments = read_factors(factors) if factors is not None else ({}, None)
    observed = fate_observations(curves, groups=groups, start=start, visibility=known, compartments=compartments)
    write_atomically(out, observed.to_csv(index=False))
    counts = observed.groupby(["group", "compartment"], sort=False)["animal"].agg(["nunique", "size"]).reset_index()
    if json_output:
        print_json({"out": str(out), "rows": len(observed), "parts": counts.to_dict("records")})
        return
    print_table(
        ("group", "compartment", "animals", "values"), list(counts.itertuples(index=False, name=None)), title=str(out)
    )


@app.command(help="Propose regions: bright places of the mean image, written as a file to be renamed and edited.")
def propose(
    stack: Stack,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the regions go: .zip (ImageJ) or .json.")],
    dark: Dark = None,
    flat: Flat = None,
    exposure: Exposure = None,
    threshold: Annotated[float | None, typer.Option(help="Light above which a pixel counts [counts/s].")] = None,
    minimum_pixels: Annotated[int, typer.Option(help="Smallest region [pixels].")] = 30,
    channel: Channel = 0,
    depth: Annotated[int | None, typer.Option("--slice", help="Slice of a file with time and depth, from 0.")] = None,
    figures: Figures = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.imaging import open_stack, prepare_camera, propose_rois, write_rois

    frames = open_stack(stack, channel=channel, depth=depth)
    camera = prepare_camera(
        frames,
        dark=open_stack(dark) if dark is not None else None,
        flat=open_stack(flat) if flat is not None else None,
        exposure=exposure,
    )
    found = propose_rois(frames, camera, threshold=threshold, minimum_pixels=minimum_pixels)
    write_rois(out, found.rois)
    if figures is not None:
        from goldshell.imaging.figures import montage
        from goldshell.plotting import save

        save(montage(frames, found.rois, camera, frames.times), figures / "proposal.svg")
    if json_output:
        print_json({"out": str(out), **found.to_dict()})
        return
    print_table(
        ("region", "pixels", "mean [counts/s]", "x", "y"),
        [(item["name"], item["pixels"], item["mean"], item["x"], item["y"]) for item in found.to_dict()["candidates"]],
        title=f"{out}: candidates above {found.threshold:.4g} counts/s; rename and edit them before use",
    )
    print_warnings(camera.warnings)


@app.command(
    help="Compare groups of animals: Student and Welch side by side with Holm's correction over everything compared, "
    "effect sizes, exact permutation, ANOVA with Tukey or Dunnett. With --time: areas per animal and a mixed model."
)
def compare(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="One row per animal (and organ, and time).")],
    value: Annotated[str, typer.Option(metavar="COLUMN", help="Column of the measured value.")] = "value",
    group: Annotated[str, typer.Option(metavar="COLUMN", help="Column of the group.")] = "group",
    animal: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the animal.")] = None,
    by: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the organ; each is compared.")] = None,
    time: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the time; needs --animal.")] = None,
    control: Annotated[str | None, typer.Option(metavar="GROUP", help="Compare each group with this one.")] = None,
    paired: Annotated[bool, typer.Option("--paired", help="The same animals in every group; needs --animal.")] = False,
    level: Annotated[float, typer.Option(help="Level of the intervals [1].")] = 0.95,
    seed: Annotated[int, typer.Option(help="Seed of permutations that are too many to count.")] = 0,
    figures: Figures = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.statistics import compare_table, read_comparison

    table = read_comparison(file, value=value, group=group, animal=animal, by=by, time=time)
    result = compare_table(table, control=control, paired=paired, level=level, seed=seed, where=str(file))
    if figures is not None:
        from goldshell.imaging.figures import comparison_bars
        from goldshell.plotting import save

        save(comparison_bars(result.organs, label=result.quantity), figures / "comparison.svg")
        if time is not None:
            from goldshell.imaging.figures_groups import longitudinal_curves

            save(longitudinal_curves(table, label=value, time_label=time), figures / "curves.svg")
    if json_output:
        print_json(result.to_dict())
        return
    header = (
        "organ", "groups", "n", "difference", "low", "high", "Welch p", "Holm", "", "Student p", "Holm",
        "permutation p", "Hedges g", result.post_hoc or "post hoc",
    )  # fmt: skip
    print_table(header, result.rows(), title=f"{file}: {result.quantity}, {100 * level:g} % intervals")
    for organ, model in result.mixed.items():
        print_table(
            ("term", "estimate", "standard error", "p"), model.terms,
            title=f"\n{organ}: mixed model of the curves, SD between animals {model.animal_sd:.3g}, within "
            f"{model.residual_sd:.3g}; levels at time {model.mean_time:.3g}",
        )  # fmt: skip
    print_warnings(result.warnings)


@app.command(
    help="Excised organs: net light of each region, its share and its ratio to a reference organ, in one image per "
    "animal; mean and SD over the animals."
)
def exvivo(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="One image per animal.")],
    rois: Annotated[
        list[Path], typer.Option("--rois", metavar="FILE", help="Regions: one file for all images, or one for each.")
    ],
    dark: Dark = None,
    flat: Flat = None,
    exposure: Exposure = None,
    background: Background = None,
    reference: Annotated[str | None, typer.Option(metavar="NAME", help="Organ that others are divided by.")] = None,
    gain: Gain = None,
    read_noise: ReadNoise = None,
    saturation: Saturation = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the organs of each animal.")] = None,
    figures: Figures = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.errors import InputError
    from goldshell.imaging import excised, organ_summary, organ_table

    if len(rois) not in (1, len(images)):
        raise InputError(f"{len(rois)} files of regions for {len(images)} images", hint="one for all, or one for each")
    pairs: dict[str, tuple[Path, Path]] = {}
    for number, image in enumerate(images):
        pairs[image.stem if image.stem not in pairs else str(image)] = (image, rois[number if len(rois) > 1 else 0])
    found = excised(
        pairs, dark=dark, flat=flat, exposure=exposure, background=background, gain=gain, read_noise=read_noise,
        saturation=saturation,
    )  # fmt: skip
    table = organ_table(found, reference=reference)
    summary = organ_summary(table)
    warnings = list(dict.fromkeys(text for result in found.values() for text in result.warnings))
    if csv is not None:
        from goldshell.files import write_atomically

        write_atomically(csv, table.to_csv(index=False))
    if figures is not None:
        from goldshell.imaging.figures_groups import organ_bars
        from goldshell.plotting import save

        save(organ_bars(table), figures / "organs.svg")
    if json_output:
        print_json(
            {
                "animals": table.to_dict("records"),
                "organs": summary.to_dict("records"),
                "unit": "counts/s",
                "reference": reference,
                "warnings": warnings,
            }
        )
        return
    print_table(
        ("organ", "animals", "mean [counts/s]", "SD", "share", f"ratio to {reference or '-'}", "SD"),
        summary.itertuples(index=False, name=None),
        title="net light of organs" if background else "light of organs, background not subtracted",
    )
    print_warnings(warnings)


@app.command(
    help="Dilution series: signal against concentration, detection limit, and whether shells are equally bright "
    "(columns concentration, value, and perhaps the shell)."
)
def calibrate(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="CSV or TSV with a header line.")],
    concentration: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of the concentration.")
    ] = "concentration",
    value: Annotated[str, typer.Option(metavar="COLUMN", help="Column of the signal.")] = "value",
    shell: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of the shell; one line for each.")] = None,
    level: Annotated[float, typer.Option(help="Level of the intervals [1].")] = 0.95,
    margin: Annotated[float, typer.Option(help="Difference of slopes that does not matter [1].")] = 0.2,
    figures: Figures = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.statistics import compare_slopes
    from goldshell.statistics.calibration import read_lines

    lines = read_lines(file, concentration=concentration, value=value, by=shell, level=level)
    comparison = compare_slopes(list(lines.values()), margin=margin) if len(lines) > 1 else None
    if figures is not None:
        from goldshell.imaging.figures_physics import calibration_figure
        from goldshell.plotting import save

        save(calibration_figure(lines, concentration, value), figures / "calibration.svg")
    if json_output:
        print_json(
            {
                "lines": [{"shell": name, **line.to_dict()} for name, line in lines.items()],
                "comparison": None if comparison is None else comparison.to_dict(),
            }
        )
        return
    print_table(
        ("shell", "slope", "low", "high", "intercept", "r2", "detection limit", "quantification limit"),
        [
            (name, line.slope.value, line.slope.low, line.slope.high, line.intercept.value, line.r_squared,
             line.detection_limit, line.quantification_limit)
            for name, line in lines.items()
        ],
        title=f"{file}: {value} against {concentration}",
    )  # fmt: skip
    if comparison is not None:
        print(comparison.statement)
    print_warnings(f"{name}: {text}" for name, line in lines.items() for text in line.warnings)


image_physics.register(app)
