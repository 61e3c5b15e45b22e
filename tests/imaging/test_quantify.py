"""Light against time from synthetic stacks of an independent generator (tests/reference/image_generator.py)."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from goldshell.errors import InputError, UnknownNameError
from goldshell.imaging import RoiSet, find_drift, from_array, from_mask, prepare_camera, propose_rois, time_activity
from goldshell.imaging.raster import fill_polygons
from goldshell.imaging.register import Drift, moved_weights

TIMES = np.array([0.0, 5, 10, 20, 40, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200])


def load(name: str) -> Any:
    path = Path(__file__).parent.parent / "reference" / f"{name}.py"
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


Scene = load("image_generator").Scene


def regions(scene: Any) -> RoiSet:
    masks = {
        name: fill_polygons([np.array(corners)], scene.width, scene.height)
        for name, corners in scene.polygons().items()
    }
    return RoiSet(tuple(from_mask(name, mask) for name, mask in masks.items()))


def excess(scene: Any, result: Any, times: np.ndarray) -> float:
    """Error over the larger of 1 % and 3 sem, the second largest of about 60: noise alone passes 3 sem in 1 of 370."""
    errors = []
    for curve in result.rois:
        truth = scene.truth(curve.name, times)
        errors += (np.abs(curve.mean - truth) / np.maximum(0.01 * truth, 3 * curve.sem)).tolist()
    return sorted(errors)[-2]


@pytest.mark.parametrize("camera", [{}, {"gain": 0.4, "read_noise": 1.5}, {"background": 20.0, "read_noise": 15.0}])
@pytest.mark.parametrize("known_noise", [True, False])
def test_curves_lie_within_a_percent_or_three_sem(camera: dict[str, float], known_noise: bool) -> None:
    scene = Scene(seed=1, **camera)
    stack = from_array(scene.stack(TIMES))
    noise = {"gain": scene.gain, "read_noise": scene.read_noise} if known_noise else {}
    prepared = prepare_camera(
        stack, dark=from_array(scene.dark(10)), flat=from_array(scene.flat), exposure=scene.exposure, **noise
    )
    result = time_activity(stack, regions(scene), prepared, times=TIMES, background="muscle")
    assert excess(scene, result, TIMES) <= 1.0
    for curve in result.rois:
        assert curve.net == pytest.approx(curve.mean - curve.background)
        assert curve.sbr == pytest.approx(curve.mean / curve.background)


@pytest.mark.parametrize(
    ("known_noise", "darks", "background"),
    [(True, 10, "muscle"), pytest.param(False, 1, "ring:4", marks=pytest.mark.slow)],
)
def test_stated_sem_is_the_scatter_over_repeats(known_noise: bool, darks: int, background: str) -> None:
    """Within 15 % for every region, time and kind of value; the scatter of 200 numbers is itself known to 5 %."""
    scene = Scene(seed=2)
    times = np.array([5.0, 60.0, 300.0, 1200.0])
    lights = [scene.light(index, times) for index in range(len(times))]
    rois, flat = regions(scene), from_array(scene.flat)
    noise = {"gain": scene.gain, "read_noise": scene.read_noise} if known_noise else {}
    names = ("mean", "net", "sbr")
    found: dict[str, list[Any]] = {name: [] for name in names}
    stated: dict[str, list[Any]] = {name: [] for name in names}
    for _ in range(200):
        stack = from_array(np.array([scene.frame(light) for light in lights]))
        prepared = prepare_camera(
            stack, dark=from_array(scene.dark(darks)), flat=flat, exposure=scene.exposure, **noise
        )
        curves = time_activity(stack, rois, prepared, times=times, background=background).rois
        for name in names:
            found[name].append([getattr(curve, name) for curve in curves])
            stated[name].append([getattr(curve, "sem" if name == "mean" else f"{name}_sem") for curve in curves])
    for name in names:
        measured = [curve.name != background or name == "mean" for curve in rois.rois]  # not itself over itself
        scatter = np.std(found[name], axis=0, ddof=1)[measured]
        ratios = np.sqrt(np.mean(np.square(stated[name]), axis=0))[measured] / scatter
        assert ratios.shape[0] >= 3
        assert np.all(np.abs(ratios - 1) < 0.15), (name, ratios)


def test_gain_and_read_noise_are_found() -> None:
    scene = Scene(seed=3, background=100.0, read_noise=12.0)
    stack = from_array(scene.stack(TIMES))
    prepared = prepare_camera(
        stack, dark=from_array(scene.dark(1)), flat=from_array(scene.flat), exposure=scene.exposure
    )
    assert prepared.gain == pytest.approx(scene.gain, rel=0.25)  # a small image: 10 % scatter, 4 % bias
    assert prepared.read_noise * scene.gain == pytest.approx(scene.read_noise, rel=0.1)
    assert prepared.dark_variance == pytest.approx((scene.read_noise / scene.gain) ** 2, rel=0.2)  # of one dark frame
    quiet = np.broadcast_to(np.mean(scene.dark(400), axis=0), (scene.height, scene.width))
    averaged = prepare_camera(stack, dark=from_array(quiet), flat=from_array(scene.flat), exposure=scene.exposure)
    assert averaged.dark_variance < 0.15 * (scene.read_noise / scene.gain) ** 2  # of one that is a mean already


@pytest.mark.parametrize("full", [1023, 4095, 16383, 65535, 3000])
def test_saturated_fraction_is_exact(full: int) -> None:
    scene = Scene(seed=4, full=full, exposure={1023: 0.2, 4095: 1.0, 16383: 3.0, 65535: 12.0, 3000: 1.0}[full])
    pixels = scene.stack(TIMES)
    stack = from_array(pixels)
    given = {"saturation": full} if full == 3000 else {}  # no power of two: has to be said
    prepared = prepare_camera(stack, dark=from_array(scene.dark(4)), exposure=scene.exposure, **given)
    rois = regions(scene)
    result = time_activity(stack, rois, prepared, times=TIMES)
    assert result.saturation == full
    for roi, curve in zip(rois.rois, result.rois, strict=True):
        inside = pixels[:, roi.full_mask(stack.shape)]
        assert np.array_equal(curve.saturated_fraction, (inside == full).mean(axis=1))
    assert result["bladder"].saturated_fraction[-1] > 0.5
    assert any("bladder" in text and "lower bound" in text for text in result.warnings)


def test_nothing_is_called_saturated_below_the_end_of_the_scale() -> None:
    scene = Scene(seed=5)
    stack = from_array(np.minimum(scene.stack(TIMES), 5000))  # piles up at no power of two: the cut is not known
    result = time_activity(stack, regions(scene), prepare_camera(stack, exposure=0.25), times=TIMES)
    assert all(not curve.saturated_fraction.any() for curve in result.rois)


def test_hot_dead_and_stuck_pixels_are_left_out() -> None:
    scene = Scene(seed=6)
    pixels, dark, flat = scene.stack(TIMES), scene.dark(6).astype(float), scene.flat.copy()
    hot, dead, stuck = (44, 30), (45, 33), (42, 31)  # within the liver
    pixels[:, hot[0], hot[1]] += 9000
    dark[:, hot[0], hot[1]] += 9000 * 0.9  # and not subtracted exactly
    pixels[:, dead[0], dead[1]], flat[dead] = scene.pattern[dead], 0.0
    pixels[:, stuck[0], stuck[1]] = 777
    stack = from_array(pixels)
    prepared = prepare_camera(stack, dark=from_array(dark), flat=from_array(flat), exposure=scene.exposure)
    assert prepared.bad_reasons == {"hot": 1, "dead": 1, "stuck": 1}
    assert prepared.bad[hot]
    assert prepared.bad[dead]
    assert prepared.bad[stuck]
    result = time_activity(stack, regions(scene), prepared, times=TIMES)
    assert result["liver"].bad_pixels == 3
    assert excess(scene, result, TIMES) <= 1.0


def test_another_organ_that_lights_up_is_not_drift() -> None:
    """Property: an animal that lies still stays, though the bladder outshines what the first frame showed."""
    times = np.array([5.0, 60.0, 300.0, 1200.0])
    scene = Scene(seed=0)
    stack = from_array(scene.stack(times))
    prepared = prepare_camera(stack, dark=from_array(scene.dark(4)), exposure=scene.exposure)
    drift = find_drift(stack, prepared)
    assert np.max(np.abs(drift.shifts)) < 0.35
    assert any("other organs" in text for text in drift.warnings)


def test_a_region_that_leaves_the_picture_is_said() -> None:
    scene = Scene(seed=0)
    stack = from_array(scene.stack(TIMES[:4]))
    prepared = prepare_camera(stack, dark=from_array(scene.dark(4)), exposure=scene.exposure)
    away = Drift(np.array([[0.0, 0.0], [0.0, 0.0], [60.0, 0.0], [0.0, 0.0]]), np.ones(4), 0)
    result = time_activity(stack, regions(scene), prepared, times=TIMES[:4], drift=away)
    assert any("'bladder' has no usable pixel in 1 of 4 frames" in text for text in result.warnings)


def test_curves_follow_a_drifting_animal() -> None:
    scene = Scene(seed=7)
    times = TIMES[2:]
    shifts = np.cumsum(np.random.default_rng(8).normal(0, 0.7, (len(times), 2)), axis=0)
    shifts -= shifts[0]
    shifts[:, 1] -= np.linspace(0, 8, len(times))  # farther than the squares lie within their organs
    stack = from_array(scene.stack(times, shifts))
    prepared = prepare_camera(
        stack, dark=from_array(scene.dark(8)), flat=from_array(scene.flat), exposure=scene.exposure
    )
    drift = find_drift(stack, prepared)
    assert np.max(np.abs(drift.shifts - shifts)) < 0.35
    result = time_activity(stack, regions(scene), prepared, times=times, drift=drift)
    assert excess(scene, result, times) <= 1.0
    assert excess(scene, time_activity(stack, regions(scene), prepared, times=times), times) > 3  # without


def test_moved_weights_keep_the_area_and_move_the_centre() -> None:
    mask = np.zeros((40, 50), dtype=bool)
    mask[10:15, 20:28] = True
    for shift in ((0.0, 0.0), (0.3, -0.8), (-4.25, 7.5), (3.0, -2.0)):
        (rows, columns), weights = moved_weights(from_mask("a", mask), np.array(shift), mask.shape)
        assert weights.sum() == pytest.approx(40)
        down = (weights.sum(axis=1) @ np.arange(rows.start, rows.stop)) / 40
        right = (weights.sum(axis=0) @ np.arange(columns.start, columns.stop)) / 40
        assert (down, right) == pytest.approx((12 + shift[0], 23.5 + shift[1]))
    assert moved_weights(from_mask("a", mask), np.array([-100.0, 0.0]), mask.shape)[1].size == 0


def test_ring_leaves_other_regions_out() -> None:
    image = np.full((3, 60, 60), 100.0)
    image[:, 20:30, 20:30], image[:, 20:30, 34:40] = 500.0, 9000.0
    masks = {name: np.zeros((60, 60), dtype=bool) for name in "ab"}
    masks["a"][20:30, 20:30] = masks["b"][20:30, 34:40] = True
    rois = RoiSet(tuple(from_mask(name, mask) for name, mask in masks.items()))
    stack = from_array(image)
    result = time_activity(
        stack, rois, prepare_camera(stack, exposure=2.0, gain=1.0, read_noise=0.0), background="ring:4"
    )
    assert result["a"].background == pytest.approx(np.full(3, 50.0))
    assert result["a"].net == pytest.approx(np.full(3, 200.0))


def test_proposals_find_the_organs() -> None:
    scene = Scene(seed=9)
    stack = from_array(scene.stack(TIMES))
    prepared = prepare_camera(stack, dark=from_array(scene.dark(4)), exposure=scene.exposure)
    found = propose_rois(stack, prepared)
    assert len(found.rois) == 3
    y, x = np.mgrid[: scene.height, : scene.width] + 0.5
    for cx, cy, radius, *_ in scene.organs.values():
        organ = (x - cx) ** 2 + (y - cy) ** 2 <= radius**2
        overlaps = [roi.full_mask(stack.shape) for roi in found.rois]
        best = max(2 * (mask & organ).sum() / (mask.sum() + organ.sum()) for mask in overlaps)
        assert best > 0.8  # Dice


def test_bad_input() -> None:
    scene = Scene(seed=10)
    stack = from_array(scene.stack(TIMES[:3]))
    with pytest.raises(InputError, match="does not say how long"):
        prepare_camera(stack)
    for bad in ({"exposure": 0.0}, {"exposure": float("nan")}, {"exposure": 1.0, "gain": -1.0}):
        with pytest.raises(InputError, match="above 0"):
            prepare_camera(stack, **bad)
    with pytest.raises(InputError, match="needs the gain"):
        prepare_camera(stack, exposure=1.0, read_noise=5.0)
    with pytest.raises(InputError, match="dark image has 9 x 8 pixels"):
        prepare_camera(stack, exposure=1.0, dark=from_array(np.zeros((8, 9))))
    prepared = prepare_camera(stack, exposure=1.0)
    with pytest.raises(UnknownNameError, match="did you mean muscle"):
        time_activity(stack, regions(scene), prepared, background="muscl")
    with pytest.raises(InputError, match="ring"):
        time_activity(stack, regions(scene), prepared, background="ring:x")
